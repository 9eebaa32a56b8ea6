"""Wrong colours: matrices, and chroma that went wrong before it became red, green and blue."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.conformance.colour_mixtures import MIXTURES, colour_likeness

RNG = np.random.default_rng(9)
Planes = list[np.ndarray]


def smooth(low: float, high: float) -> np.ndarray:
    """Noise that varies over some samples, as chroma does."""
    fine = np.cumsum(np.cumsum(RNG.normal(size=(70, 73)), axis=0), axis=1)
    fine += 40 * RNG.normal(size=fine.shape)
    return low + (high - low) * (fine - fine.min()) / np.ptp(fine)


Y, CB, CR = smooth(90, 170), smooth(-45, 45), smooth(-45, 45)


def rgb(y: np.ndarray, cb: np.ndarray, cr: np.ndarray, top: int = 255) -> Planes:
    """5.10 in floating point."""
    red, blue = y + 1.5748 * cr, y + 1.8556 * cb
    green = y - 0.0722 * 1.8556 / 0.7152 * cb - 0.2126 * 1.5748 / 0.7152 * cr
    return [np.clip(np.rint(plane * top / 255), 0, top).astype(np.int32) for plane in (red, green, blue)]


@pytest.mark.parametrize("top", [255, 1023])
@pytest.mark.parametrize(
    ("cb", "cr", "text"),
    [
        (np.roll(CB, 1, axis=1), np.roll(CR, 1, axis=1), "chroma is shifted by one column to the right before"),
        (np.roll(CB, -2, axis=1), np.roll(CR, -2, axis=1), "chroma is shifted by 2 columns to the left before"),
        (np.roll(CB, -1, axis=0), np.roll(CR, -1, axis=0), "chroma is shifted by one row up before"),
        (CR, CB, "Cb and Cr are exchanged before"),
        (-CB, CR, "Cb has the wrong sign"),
        (-CB, -CR, "Cb and Cr have the wrong sign"),
    ],
)
def test_chroma_before_the_colour_transform(cb: np.ndarray, cr: np.ndarray, text: str, top: int) -> None:
    found = colour_likeness(rgb(Y, CB, CR, top), rgb(Y, cb, cr, top), top)
    assert text in found


def test_named_matrices() -> None:
    want = rgb(Y, CB, CR)
    red, green, blue = Y + 1.402 * CR, Y - 0.344136 * CB - 0.714136 * CR, Y + 1.772 * CB
    got = [np.clip(np.rint(p), 0, 255).astype(np.int32) for p in (red, green, blue)]
    assert colour_likeness(want, got, 255) == "the colours are as by the colour matrix of BT.601"
    got = [np.rint(p).astype(np.int32) for p in (Y, CB + 127.5, CR + 127.5)]
    assert "the colour transform is missing" in colour_likeness(want, got, 255)
    assert len(MIXTURES) == 6


def test_any_other_matrix_is_said_to_be_one() -> None:
    want = rgb(Y, CB, CR)
    a, b, c = (plane.astype(float) for plane in want)
    got = [np.rint(p).astype(np.int32) for p in (0.5 * a + 0.5 * b, 0.4 * b + 0.6 * c, 0.9 * c + 0.1 * a)]
    assert "another colour matrix" in colour_likeness(want, got, 255)


def test_what_looks_like_nothing() -> None:
    want = rgb(Y, CB, CR)
    noise = [RNG.integers(0, 256, plane.shape).astype(np.int32) for plane in want]
    assert colour_likeness(want, noise, 255) == ""
    assert colour_likeness([want[0], want[1][:8], want[2][:8]], noise, 255) == ""
    assert colour_likeness([plane[:10, :10] for plane in want], [plane[:10, :10] for plane in noise], 255) == ""
