"""What a set of checkpoints decodes, and which files it lacks (4.11.1)."""

from __future__ import annotations

import pytest

from refdec.weights.completeness import abilities, missing_files, require_decodes
from refdec.weights.errors import NothingDecodes
from refdec.weights.recognise import published_files

COMMON = ("VM_common_int/Y_0.012", "VM_common_int/UV_0.012")
BOP = ("VM_bop/decoder_Y_0.012", "VM_bop/decoder_UV_0.012")
SOP = ("VM_sop/decoder_Y_0.012", "VM_sop/decoder_UV_0.012")


def of_model_1(*names: str) -> list[str]:
    return [str(part) for part in missing_files(names) if part.model_id == 1]


def test_the_whole_published_set_lacks_nothing() -> None:
    names = {str(file.checkpoint) for file in published_files() if file.checkpoint is not None}
    assert missing_files(names) == ()
    lines = [f"model {m}: decodes SOP, BOP, HOP; encodes with the analysis BOP, HOP" for m in range(4)]
    assert abilities(names) == [*lines, "eICCI filter: 20 of 20 networks"]


def test_a_file_is_named_with_its_model_and_synthesis() -> None:
    held = (*COMMON, *BOP, *SOP, "VM_hop/decoder_UV_0.012")
    assert of_model_1(*held) == ["model 1: HOP decoder_Y missing"]
    part = next(part for part in missing_files(held) if part.model_id == 1)
    assert (part.synthesis, part.files) == ("HOP", ("VM_hop/decoder_Y_0.012.pth",))
    assert abilities(held) == ["model 1: decodes SOP, BOP"]
    assert of_model_1(*COMMON, *SOP) == [
        "model 1: BOP decoder_Y, decoder_UV missing",
        "model 1: HOP decoder_Y, decoder_UV missing",
    ]


def test_what_all_of_a_model_needs_is_said_as_such() -> None:
    assert of_model_1(*BOP)[0] == (
        "model 1: VM_common_int/Y and VM_common_int/UV missing, without which nothing of it decodes"
    )
    assert of_model_1(COMMON[0], *BOP)[0] == ("model 1: VM_common_int/UV missing, without which nothing of it decodes")
    assert abilities((COMMON[0], *BOP)) == []


def test_models_without_any_file_and_the_filter_take_a_line_each() -> None:
    lines = [str(part) for part in missing_files(COMMON) if part.model_id != 1]
    assert lines == [*(f"model {m}: all files missing" for m in (0, 2, 3)), "eICCI filter: 20 of 20 networks missing"]
    assert len(missing_files(())[0].files) == 8
    one = "eICCI_bophop_2d020448_20240229/eicci_hop_mss100_300k"
    assert str(missing_files((one,))[-1]) == "eICCI filter: 19 of 20 networks missing"
    assert abilities((one,)) == ["eICCI filter: 1 of 20 networks"]


def test_each_whole_analysis_encodes() -> None:
    held = (*COMMON, *BOP, "analysis/Y_0.012", "analysis/UV_0.012", "VM_bop/encoder_Y_0.012", "VM_bop/encoder_UV_0.012")
    assert abilities(held) == ["model 1: decodes BOP; encodes with the analysis light, BOP"]
    assert abilities(held[:-1]) == ["model 1: decodes BOP; encodes with the analysis light"]
    assert abilities((*COMMON, "VM_hop/encoder_Y_0.012", "VM_hop/encoder_UV_0.012")) == [
        "model 1: decodes latents only; encodes with the analysis HOP"
    ]
    assert abilities(COMMON) == ["model 1: decodes latents only"]


def test_a_pack_that_decodes_nothing_is_refused_with_what_is_missing() -> None:
    require_decodes(COMMON)
    with pytest.raises(NothingDecodes) as caught:
        require_decodes(BOP)
    text = caught.value.explain()
    assert "Found: VM_bop/decoder_UV_0.012, VM_bop/decoder_Y_0.012." in text
    assert "  model 1: VM_common_int/Y and VM_common_int/UV missing" in text and "model 3: all files missing" in text
    assert text.splitlines()[-1].endswith("refdec weights import FOLDER MY.pack")
