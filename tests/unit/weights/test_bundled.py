"""The pack that comes with refdec."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from refdec.errors import WeightsError
from refdec.formats.folders import folder_sources
from refdec.weights import bundled
from refdec.weights.bundled import bundled_pack
from refdec.weights.collection import import_folder
from refdec.weights.errors_files import BundledPackMissing
from refdec.weights.names import name_of_text
from refdec.weights.pack import pack_fingerprint
from refdec.weights.packfile import verify_checkpoint, write_pack

MODEL_1 = "6a0cc4524aa8d3c979297d6fd06d26e091ee20b053fa54d004931ccbd1d9c0f2"
"""Fingerprint over the checkpoints of model 1: streams of it stay readable as long as this stays."""
KINDS = {
    *("VM_bop/decoder_UV", "VM_bop/decoder_Y", "VM_common_int/UV", "VM_common_int/Y"),
    *("VM_sop/decoder_UV", "VM_sop/decoder_Y", "analysis/UV", "analysis/Y"),
}
"""What every bundled model has."""


def fingerprints(model_id: int) -> dict[str, str]:
    known = bundled_pack().fingerprints()
    return {name: known[name] for name in known if name_of_text(name).model_id == model_id}


def test_model_1_stays_as_it_is() -> None:
    assert pack_fingerprint(fingerprints(1)) == MODEL_1


def test_it_holds_models_for_decoding_and_encoding() -> None:
    pack = bundled_pack()
    models = {name_of_text(name).model_id for name in pack.names()}
    assert 1 in models
    for model in models:
        assert model is not None
        assert {name_of_text(name).kind for name in fingerprints(model)} >= KINDS
        assert "hyper_encoder.conv5" in pack.checkpoint("VM_common_int/Y", model).layers
    assert pack.notes.title.startswith("refdec model") and pack.notes.licence == "BSD-3-Clause"
    assert "Not the published weights" in pack.notes.notes


def test_it_knows_its_scale_where_it_has_several_models() -> None:
    pack = bundled_pack()
    models = {name_of_text(name).model_id for name in pack.names()}
    assert {part.model_id for part in pack.scale} <= models
    assert bool(pack.scale) == (len(models) > 1)


def test_it_verifies() -> None:
    pack = bundled_pack()
    for name in pack.names():
        verify_checkpoint(pack.by_name(name))


def test_it_is_small_and_has_16_bit_mantissas() -> None:
    models = {name_of_text(name).model_id for name in bundled_pack().names()}
    assert len(resources.files("refdec").joinpath("data", "bundled.pack").read_bytes()) < 16_000_000 * len(models)
    pack = bundled_pack()
    layers = [layer for name in pack.names() for layer in pack.by_name(name).layers.values()]
    assert {str(layer.mantissa.dtype) for layer in layers} == {"int16"}


def test_it_has_unit_gain() -> None:
    gain = bundled_pack().checkpoint("VM_common_int/UV", 1).gain
    assert gain is not None and gain.shape == (96,) and not gain.any()


def test_model_1_is_what_an_import_of_the_trained_weights_gives(shared: Path) -> None:
    if not (shared / "weights").is_dir():
        pytest.skip("the trained weights are not here")
    imported = import_folder(folder_sources(shared / "weights")).pack
    assert imported.fingerprints() == fingerprints(1)


def test_the_same_pack_is_written_to_the_same_bytes() -> None:
    file = io.BytesIO()
    write_pack(bundled_pack(), file)
    assert file.getvalue() == resources.files("refdec").joinpath("data", "bundled.pack").read_bytes()


def test_an_installation_without_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "FILE", "absent.pack")
    with pytest.raises(BundledPackMissing) as caught:
        bundled_pack()
    assert "--weights" in caught.value.explain()


def test_an_empty_file_is_no_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.pack").touch()
    monkeypatch.setattr(bundled, "bundled_pack_file", lambda: tmp_path / "empty.pack")
    with pytest.raises(WeightsError):
        bundled_pack()


def test_where_files_cannot_be_read_at_places_it_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    right = bundled_pack().fingerprints()
    monkeypatch.delattr(os, "pread", raising=False)
    assert bundled_pack().fingerprints() == right


def test_a_file_that_is_cut_while_it_is_used_is_an_error(tmp_path: Path) -> None:
    """Found: it was mapped, and the process ended with SIGBUS."""
    code = (
        "import os, shutil, sys\n"
        "from pathlib import Path\n"
        "from refdec.weights import bundled\n"
        "from refdec.weights.errors import WeightsError\n"
        "copy = Path(sys.argv[1])\n"
        "shutil.copy(bundled.bundled_pack_file(), copy)\n"
        "bundled.bundled_pack_file = lambda: copy\n"
        "pack = bundled.bundled_pack()\n"
        "os.truncate(copy, 5000)\n"
        "try:\n"
        "    [layer for name in pack.names() for layer in pack.by_name(name).layers.values()]\n"
        "except WeightsError as error:\n"
        "    print(error.code)\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path / "copy")], capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("RD")
