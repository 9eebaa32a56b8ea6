"""Expectations of files with a lossless layer: what the layer gives is compared, floats in every bit."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import refdec
from refdec.verification.files import VerifyRequest, verify_file
from refdec.verification.verdict import Comparison
from tests.encodable import GOLDEN, photograph


@cache
def light() -> Any:
    made = np.random.default_rng(6).random((40, 48, 3), np.float32) * 4
    made[0, 0], made[1, 1, 0] = -0.0, np.nan
    return made


@cache
def coded() -> bytes:
    return refdec.encode(light(), lossless=True, encoder="analysis")


def stream() -> bytes:
    return (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()


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


def test_stages_of_one_side_alone_are_told_in_words(tmp_path: Path) -> None:
    """They were called "foo.Y (only in A)", expected "ab", found "None"."""
    data = stream()
    traced, few, more, other = (tmp_path / f"{name}.json" for name in ("all", "few", "more", "other"))
    verify_file(data, VerifyRequest(trace=traced))
    stages = json.loads(traced.read_text())["sha256"]
    codes = {stage: digest for stage, digest in stages.items() if stage.startswith("codes.")}
    few.write_text(json.dumps(codes))
    found = compared(data, few)
    assert found.accepted and found.lines[0] == f"{len(codes)} stages are equal"
    assert found.lines[1].startswith("this decode makes z_hat.Y, ")
    assert found.lines[1].endswith(
        f" and {len(stages) - len(codes) - 4} more, which the expectation does not have: not compared"
    )
    more.write_text(json.dumps({**stages, "foo.Y[1]": "ab"}))
    found = compared(data, more)
    words = "the expectation has foo.Y, which this decode does not make"
    assert not found.accepted and found.lines == (f"{len(stages)} stages are equal", words)
    other.write_text(json.dumps({**stages, next(iter(codes)): "ab", "foo.Y[1]": "ab"}))
    found = compared(data, other)
    assert found.lines[0] == "first stage that differs: codes.0 (value)" and found.lines[-1] == words
    assert not any("None" in line or "only in" in line for line in found.lines)


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
