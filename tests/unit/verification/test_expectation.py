"""Expectations of files with a lossless layer: what the layer gives is compared, floats in every bit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import refdec
from refdec.verification.files import VerifyRequest, verify_file
from refdec.verification.verdict import Comparison
from tests.encodable import photograph


@cache
def light() -> Any:
    made = np.random.default_rng(6).random((40, 48, 3), np.float32) * 4
    made[0, 0], made[1, 1, 0] = -0.0, np.nan
    return made


@cache
def coded() -> bytes:
    return refdec.encode(light(), lossless=True, encoder="analysis")


def compared(data: bytes, expected: Path, **wishes: Any) -> Comparison:
    found = verify_file(data, VerifyRequest(expect=expected, **wishes)).comparison
    assert found is not None
    return found


def test_floats_of_every_format_are_compared_in_every_bit(tmp_path: Path) -> None:
    picture = refdec.decode(coded())
    for name in ("a.exr", "a.pfm", "a.tif", "a.npy"):
        picture.save(tmp_path / name)
        found = compared(coded(), tmp_path / name)
        assert found.accepted and found.kind == "floats", name
        assert "32 bit floats of the lossless layer" in found.lines[0]


def test_one_bit_is_a_difference_and_a_tolerance_counts_places(tmp_path: Path) -> None:
    other = light().copy()
    other.view(np.uint32)[3, 4, 1] += 2
    np.save(tmp_path / "b.npy", other)
    found = compared(coded(), tmp_path / "b.npy")
    assert not found.accepted and "row 3, column 4, component G" in found.lines[1]
    assert compared(coded(), tmp_path / "b.npy", tolerance=2).accepted
    zero = light().copy()
    zero[0, 0, 0] = 0.0  # it is -0
    np.save(tmp_path / "c.npy", zero)
    assert not compared(coded(), tmp_path / "c.npy").accepted


def test_codes_are_those_of_the_layer_or_of_the_lossy_picture(tmp_path: Path) -> None:
    original = photograph(40, 48)
    data = refdec.encode(original, lossless=True, encoder="analysis")
    refdec.decode(data).save(tmp_path / "exact.png")
    refdec.decode(data, lossy=True).save(tmp_path / "lossy.png")
    exact, lossy = compared(data, tmp_path / "exact.png"), compared(data, tmp_path / "lossy.png")
    assert exact.accepted and "what the lossless layer gives" in exact.lines[0]
    assert lossy.accepted and "layer" not in lossy.lines[0]
    np.save(tmp_path / "other.npy", original[::-1])
    assert not compared(data, tmp_path / "other.npy").accepted
