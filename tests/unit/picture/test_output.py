"""Codes (5.11, 6.4.14)."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from refdec.picture.output import codes, png_samples
from tests.unit.picture.support import q18


def test_example_6_8_scalars_codes(examples: Path) -> None:
    for sample, bits, expected in json.loads((examples / "06_scalars.json").read_text())["code (plane sample, bits)"]:
        assert codes(np.array([[sample]], np.int32), bits)[0, 0] == expected


def test_example_5_11_halves_go_to_even() -> None:
    assert codes(q18([[0.5, 1.5, 2.5, 254.5]]), 8).tolist() == [[0, 2, 2, 254]]


@pytest.mark.parametrize("bits", range(1, 17))
def test_every_depth_rounds_the_exact_quotient(bits: int) -> None:
    samples = np.random.default_rng(bits).integers(0, 255 << 18, (1, 200), dtype=np.int32, endpoint=True)
    out = codes(samples, bits)
    assert out.dtype == (np.uint8 if bits <= 8 else np.uint16)
    assert out[0].tolist() == [round(Fraction(int(v) * (2**bits - 1), 255 << 18)) for v in samples[0]]


def test_example_5_11_png_samples() -> None:
    assert png_samples(np.array([0, 1, 1023], np.uint16), 10).tolist() == [63, 127, 65535]
    assert png_samples(np.array([0, 65535], np.uint16), 16).tolist() == [0, 65535]
    eight = np.array([0, 255], np.uint8)
    assert png_samples(eight, 8) is eight


def test_codes_round_half_to_even_at_every_depth() -> None:
    samples = [-(1 << 31), -1, 0, 1, 255 << 18, (255 << 18) + 1, (1 << 31) - 1]
    samples += [(n << 17) + nudge for n in range(512) for nudge in (-1, 0, 1)]
    clamped = [min(max(sample, 0), 255 << 18) for sample in samples]
    for bits in (1, 7, 8, 10, 16):
        top = (1 << bits) - 1
        expected = [round(Fraction(sample * top, 255 << 18)) for sample in clamped]
        assert codes(np.array([samples], np.int32), bits)[0].tolist() == expected
