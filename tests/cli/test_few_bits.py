"""Pictures of one to seven bits: files show them right, and the codes of an original come back all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from .conftest import Run

Refdec = Callable[..., Run]


def pgm(path: Path, bits: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Write a gray picture of few bits; return its codes."""
    codes = np.random.default_rng(bits).integers(0, 1 << bits, (24, 41), dtype=np.uint8)
    path.write_bytes(b"P5\n41 24\n%d\n" % ((1 << bits) - 1) + codes.tobytes())
    return codes


@pytest.mark.parametrize("bits", [1, 4, 5])
def test_an_original_of_few_bits(refdec: Refdec, tmp_path: Path, bits: int) -> None:
    codes = pgm(tmp_path / "o.pgm", bits)
    assert refdec("encode", tmp_path / "o.pgm", tmp_path / "a.jai", "--lossless").code == 0
    shown = refdec("decode", tmp_path / "a.jai", tmp_path / "a.png")
    assert shown.code == 0 and "lossless" in shown.out
    assert ("sample >> 3 is the code" in shown.err) == (bits == 5)
    samples = np.asarray(PIL.Image.open(tmp_path / "a.png").convert("L"))
    assert np.array_equal(samples >> (8 - bits), codes) and samples.max() == 255
    again = refdec("encode", tmp_path / "a.png", tmp_path / "b.jai", "--lossless", "--source-bits", bits)
    assert again.code == 0 and (tmp_path / "b.jai").read_bytes() == (tmp_path / "a.jai").read_bytes()
    assert refdec("decode", tmp_path / "a.jai", tmp_path / "a.pgm").err == ""
    assert (tmp_path / "a.pgm").read_bytes() == (tmp_path / "o.pgm").read_bytes()


@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "jpg"])
def test_few_bits_of_a_lossy_picture_are_as_bright_as_all(refdec: Refdec, tmp_path: Path, suffix: str) -> None:
    y, x = np.mgrid[:64, :96]
    PIL.Image.fromarray(np.stack([2 * x + 40, 3 * y + 30, 220 - 2 * x], axis=-1).astype(np.uint8)).save(
        tmp_path / "o.png"
    )
    refdec("encode", tmp_path / "o.png", tmp_path / "a.jai", "--quality", 60)
    brightness = []
    for name, wish in (("few", ("--bit-depth", 3)), ("all", ("--bit-depth", 8))):
        ran = refdec("decode", tmp_path / "a.jai", tmp_path / f"{name}.{suffix}", *wish)
        assert ran.code == 0 and (name != "few" or ("is the code" in ran.err) == (suffix != "jpg"))
        brightness.append(np.asarray(PIL.Image.open(tmp_path / f"{name}.{suffix}").convert("RGB")).mean())
    assert abs(brightness[0] - brightness[1]) < 4


@pytest.mark.parametrize("suffix", ["png", "tif", "npy", "pgm"])
@pytest.mark.parametrize("bits", [1, 3])
def test_what_was_decoded_of_few_bits_is_what_verify_expects(
    refdec: Refdec, tmp_path: Path, suffix: str, bits: int
) -> None:
    pgm(tmp_path / "o.pgm", bits)
    assert refdec("encode", tmp_path / "o.pgm", tmp_path / "a.jai", "--lossless").code == 0
    target = tmp_path / f"a.{suffix}"
    assert refdec("decode", tmp_path / "a.jai", target).code == 0
    ran = refdec("verify", tmp_path / "a.jai", "--expect", target)
    assert ran.code == 0 and "equal, sample by sample" in ran.out and "lossless layer gives" in ran.out
    pgm(tmp_path / "other.pgm", 7 - bits)
    refdec("encode", tmp_path / "other.pgm", tmp_path / "b.jai", "--lossless")
    assert refdec("verify", tmp_path / "b.jai", "--expect", target).code == 4


@pytest.mark.parametrize("suffix", ["webp", "jpg"])
def test_formats_of_8_bits_hold_originals_of_fewer(refdec: Refdec, tmp_path: Path, suffix: str) -> None:
    """Found: their depth was taken for one that is asked for, and the lossy picture was written instead."""
    codes = pgm(tmp_path / "o.pgm", 4)
    assert refdec("encode", tmp_path / "o.pgm", tmp_path / "a.jai", "--lossless").code == 0
    ran = refdec("decode", tmp_path / "a.jai", tmp_path / f"a.{suffix}")
    assert ran.code == 0 and "the lossy picture" not in ran.err
    assert ("lossless" in ran.out) == (suffix == "webp")
    samples = np.asarray(PIL.Image.open(tmp_path / f"a.{suffix}").convert("L")).astype(int)
    assert np.abs(samples - 17 * codes.astype(int)).max() <= (0 if suffix == "webp" else 12)
    if suffix == "webp":
        seen = refdec("verify", tmp_path / "a.jai", "--expect", tmp_path / "a.webp")
        assert seen.code == 0 and "what the lossless layer gives" in seen.out
    asked = refdec("decode", tmp_path / "a.jai", tmp_path / "b.webp", "--bit-depth", 8)
    assert "it has 4 bits of a sample, this is to have 8" in asked.err
