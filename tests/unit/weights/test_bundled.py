"""The pack that comes with refdec."""

from __future__ import annotations

import io
from importlib import resources
from pathlib import Path

import pytest

from refdec.formats.folders import folder_sources
from refdec.weights import bundled
from refdec.weights.bundled import BUNDLED_NOTES, bundled_pack
from refdec.weights.collection import import_folder
from refdec.weights.errors_files import BundledPackMissing
from refdec.weights.packfile import verify_checkpoint, write_pack

FINGERPRINT = "6a0cc4524aa8d3c979297d6fd06d26e091ee20b053fa54d004931ccbd1d9c0f2"


def test_it_holds_one_model_for_decoding_and_encoding() -> None:
    kinds = ["VM_bop/decoder_UV", "VM_bop/decoder_Y", "VM_common_int/UV", "VM_common_int/Y"]
    kinds += ["VM_sop/decoder_UV", "VM_sop/decoder_Y", "analysis/UV", "analysis/Y"]
    pack = bundled_pack()
    assert pack.names() == tuple(f"{kind}_0.012" for kind in kinds)
    assert pack.notes == BUNDLED_NOTES and pack.fingerprint == FINGERPRINT
    assert "hyper_encoder.conv5" in pack.checkpoint("VM_common_int/Y", 1).layers


def test_it_verifies() -> None:
    pack = bundled_pack()
    for name in pack.names():
        verify_checkpoint(pack.by_name(name))


def test_it_is_small_and_has_16_bit_mantissas() -> None:
    assert len(resources.files("refdec").joinpath("data", "bundled.pack").read_bytes()) < 20_000_000
    pack = bundled_pack()
    layers = [layer for name in pack.names() for layer in pack.by_name(name).layers.values()]
    assert {str(layer.mantissa.dtype) for layer in layers} == {"int16"}


def test_it_has_unit_gain() -> None:
    gain = bundled_pack().checkpoint("VM_common_int/UV", 1).gain
    assert gain is not None and gain.shape == (96,) and not gain.any()


def test_it_is_what_an_import_of_the_trained_weights_gives(shared: Path) -> None:
    if not (shared / "weights").is_dir():
        pytest.skip("the trained weights are not here")
    file = io.BytesIO()
    write_pack(import_folder(folder_sources(shared / "weights"), notes=BUNDLED_NOTES).pack, file)
    assert file.getvalue() == resources.files("refdec").joinpath("data", "bundled.pack").read_bytes()


def test_an_installation_without_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "FILE", "absent.pack")
    with pytest.raises(BundledPackMissing) as caught:
        bundled_pack()
    assert "--weights" in caught.value.explain()
