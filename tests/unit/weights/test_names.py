"""Names of checkpoints (4.11.1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from refdec import tables
from refdec.weights.errors import UnknownCheckpoint
from refdec.weights.names import CheckpointName, checkpoint_name, name_of_file
from refdec.weights.tensorlists import canonical_names, is_ignored, tensor_list


@pytest.mark.parametrize(
    ("kind", "model_id", "name", "file"),
    [
        ("VM_common_int/Y", 0, "VM_common_int/Y_0.002", "VM_common_int/Y_0.002.pth"),
        ("VM_bop/decoder_UV", 1, "VM_bop/decoder_UV_0.012", "VM_bop/decoder_UV_0.012.pth"),
        ("VM_hop/encoder_Y", 2, "VM_hop/encoder_Y_0.075", "VM_hop/encoder_Y_0.075.pth"),
        ("VM_sop/decoder_Y", 3, "VM_sop/decoder_Y_0.5", "VM_sop/decoder_Y_0.5.pth"),
        ("analysis/Y", 1, "analysis/Y_0.012", "analysis/Y_0.012.npz"),
    ],
)
def test_names_of_kinds_and_models(kind: str, model_id: int, name: str, file: str) -> None:
    found = checkpoint_name(kind, model_id)
    assert (str(found), found.file, found) == (name, file, CheckpointName(kind, model_id))


def test_eicci_models_have_no_model_id() -> None:
    found = checkpoint_name("eICCI/hop_mss075", 2)
    assert str(found) == "eICCI_bophop_2d020448_20240229/eicci_hop_mss075_300k"
    assert found == checkpoint_name("eICCI/hop_mss075") == CheckpointName("eICCI/hop_mss075", None)


@pytest.mark.parametrize(
    ("kind", "model_id"),
    [
        ("VM_sop/encoder_Y", 1),
        ("VM_bop/decoder_Y", 4),
        ("VM_bop/decoder_Y", -1),
        ("VM_bop/decoder_Y", None),
        ("eICCI/sop_mse012", 0),
        ("", 0),
    ],
)
def test_other_names_are_unknown(kind: str, model_id: int | None) -> None:
    with pytest.raises(UnknownCheckpoint):
        checkpoint_name(kind, model_id)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("VM_bop/decoder_Y_0.012.pth", "VM_bop/decoder_Y_0.012"),
        ("VM_bop__decoder_Y_0.012.npz", "VM_bop/decoder_Y_0.012"),
        ("some/where/VM_common_int/UV_0.5.pth", "VM_common_int/UV_0.5"),
        ("windows\\VM_sop\\decoder_UV_0.075.pth", "VM_sop/decoder_UV_0.075"),
        ("analysis__UV_0.002.npz", "analysis/UV_0.002"),
        (
            "eICCI_bophop_2d020448_20240229__eicci_bop_mse012_300k.npz",
            "eICCI_bophop_2d020448_20240229/eicci_bop_mse012_300k",
        ),
        ("eicci_hop_mss100_300k.pth", "eICCI_bophop_2d020448_20240229/eicci_hop_mss100_300k"),
        ("VM_bop/decoder_Y_0.013.pth", None),
        ("VM_bop/decoder_Y_0.012.txt", None),
        ("decoder_Y_0.012.pth", None),
        ("VM_bop/decoder_Y_0.012", None),
        ("xVM_bop/decoder_Y_0.012.pth", None),
        ("README.md", None),
        ("streams/kodim01_m1_+0.png", None),
    ],
)
def test_names_of_files(path: str, name: str | None) -> None:
    found = name_of_file(path)
    assert (None if found is None else str(found)) == name


def test_every_published_and_every_light_file_has_a_name_and_a_list() -> None:
    for table in (tables.checkpoints(), tables.light_analysis()):
        for line in table["files"]:
            found = name_of_file(line["file"])
            assert found is not None and found.kind == line["tensors"]
            assert len(tensor_list(found.kind)) == len(table["tensors"][line["tensors"]])
    with pytest.raises(UnknownCheckpoint):
        tensor_list("VM_sop/encoder_Y")


def test_light_analysis_lists_are_those_of_the_weights(shared: Path) -> None:
    import numpy as np

    for component in ("Y", "UV"):
        with np.load(shared / "weights" / f"analysis__{component}_0.012.npz") as z:
            specs = tensor_list(f"analysis/{component}")
            assert {n: z[n].shape for n in z.files} == {s.name: s.shape for s in specs}


def test_old_spellings_and_ignored_keys() -> None:
    assert canonical_names({"vr_vec.c": 0, "conv": 0}) == {"quantizer.gain_unit.c": "vr_vec.c", "conv": "conv"}
    assert (
        canonical_names({"vr_vec.c": 0, "quantizer.gain_unit.c": 0})["quantizer.gain_unit.c"] == "quantizer.gain_unit.c"
    )
    for key in ("epoch", "best_loss", "optimizer", "channel_wise_entropy", "clip_thres", "entropy._offset"):
        assert is_ignored(key)
    assert not is_ignored("entropy") and not is_ignored("conv4.weight")
