"""Good pictures spoilt in known ways, for the benchmark of `enhance`; the same each time.

In: R, G, B uint8 [rows, columns, 3].  Out: `Spoilt`: what is coded, and what the task is told beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec.arithmetic.types import BoolArray, UInt8Array

__all__ = ["WAYS_TO_SPOIL", "Spoilt"]

SEED = 1
DISPLAY_GAMMA = 2.2
APART, EDGE = 128, 24
"""A hole lies in each square of so many samples, so far from its edges."""


@dataclass(frozen=True, slots=True, eq=False)
class Spoilt:
    """`codes`: what is coded.  `options`: of the task.  `holes` [rows, columns]: those that count, None for all."""

    codes: UInt8Array
    options: Mapping[str, str] = field(default_factory=dict)
    holes: BoolArray | None = None


Floats: TypeAlias = npt.NDArray[np.float64]
Spoil: TypeAlias = Callable[[UInt8Array], Spoilt]


def _noisy(x: Floats, deviation: float) -> UInt8Array:
    """Return codes of 0..255 with noise of a standard deviation."""
    noise = np.random.default_rng(SEED).normal(0, deviation, x.shape)
    codes: UInt8Array = np.clip(np.rint(x + noise), 0, 255).astype(np.uint8)
    return codes


def _noise(deviation: float) -> Spoil:
    return lambda good: Spoilt(_noisy(good.astype(np.float64), deviation))


def _dark(factor: float, gamma: float, deviation: float) -> Spoil:
    return lambda good: Spoilt(_noisy(255 * factor * (good / 255) ** gamma, deviation))


def _exposed(stops: float) -> Spoil:
    """Return what multiplies the light by 2^stops, cut off at white."""
    return lambda good: Spoilt(_noisy(np.minimum(good * 2 ** (stops / DISPLAY_GAMMA), 255), 1))


def _cast(red: float, green: float, blue: float) -> Spoil:
    return lambda good: Spoilt(_noisy(good * np.array([red, green, blue]), 1))


def _holes(side: int) -> Spoil:
    """Return what puts a piece from elsewhere into a hole in each square of the picture."""

    def spoil(good: UInt8Array) -> Spoilt:
        draw, holes = np.random.default_rng(SEED), np.zeros(good.shape[:2], bool)
        texts = []
        for top in range(0, good.shape[0] - APART + 1, APART):
            for left in range(0, good.shape[1] - APART + 1, APART):
                y, x = (start + int(draw.integers(EDGE, APART - EDGE - side + 1)) for start in (top, left))
                holes[y : y + side, x : x + side] = True
                texts.append(f"{x},{y},{side},{side}")
        elsewhere = np.roll(good[::-1, ::-1], APART // 2, axis=1)
        return Spoilt(np.where(holes[..., None], elsewhere, good), {"hole": ";".join(texts)}, holes)

    return spoil


def _half(good: UInt8Array) -> Spoilt:
    size = good.shape[1] // 2, good.shape[0] // 2
    return Spoilt(np.asarray(Image.fromarray(good).resize(size, Image.Resampling.BICUBIC)))


WAYS_TO_SPOIL: Mapping[tuple[str, str], Spoil] = MappingProxyType(
    {
        ("denoise", "noise 10"): _noise(10),
        ("denoise", "noise 25"): _noise(25),
        ("denoise", "noise 50"): _noise(50),
        ("lowlight", "half the light, gamma 1.8"): _dark(0.5, 1.8, 3),
        ("lowlight", "a third, gamma 2.2"): _dark(0.3, 2.2, 5),
        ("exposure", "2 stops under"): _exposed(-2),
        ("exposure", "1 stop under"): _exposed(-1),
        ("exposure", "1 stop over"): _exposed(1),
        ("colour", "lamp light"): _cast(1.3, 1.0, 0.6),
        ("colour", "shade"): _cast(0.8, 1.0, 1.3),
        ("inpaint", "holes of 16 x 16"): _holes(16),
        ("inpaint", "holes of 64 x 64"): _holes(64),
        ("superres", "half the size"): _half,
    }
)
"""By what the task does, and a name."""
