"""A fixed camera, made up for tests: a still picture, its light, noise, and things that are put into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

import refdec
from refdec.plugins.api import CoreServices, NamedBundle
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.encodable import photograph

__all__ = ["SIZE", "Still", "bundles", "core", "encoded"]

SIZE = 112, 144
"""Rows and columns of a frame: 7 x 9 positions."""


@dataclass(frozen=True, slots=True)
class Still:
    """A frame: where a square of 32 samples lies (row, column; None: nowhere), its light, noise, and how it is coded.

    `quality`: below about 60 it is coded by one model, above by the other.
    """

    square: tuple[int, int] | None = None
    gain: float = 1.0
    offset: float = 0.0
    quality: int = 50
    noise: int = 0
    scene: int = 0
    size: tuple[int, int] = SIZE

    def rgb(self) -> npt.NDArray[np.uint8]:
        """Return the frame, uint8 [rows, columns, 3]."""
        whole = photograph(*self.size, seed=7).astype(np.float64) * 0.6 + 40
        if self.scene:
            whole = 255 - whole[::-1, ::-1, ::-1]
        if self.square is not None:
            row, column = self.square
            y, x = np.mgrid[0:32, 0:32]
            thing = np.where((x // 8 + y // 8) % 2, 230, 20)[..., None] * np.array([1.0, 0.5, 0.2])
            whole[row : row + 32, column : column + 32] = thing
        lit = whole * self.gain + self.offset
        lit = lit + np.random.default_rng(self.noise).normal(0, 3, lit.shape)
        return np.clip(np.rint(lit), 0, 255).astype(np.uint8)


@lru_cache(maxsize=1)
def core() -> CoreServices:
    """The core with the bundled weights."""
    return Core(bundled_pack())


@lru_cache(maxsize=256)
def encoded(still: Still) -> bytes:
    """The codestream of a frame."""
    return refdec.encode(still.rgb(), quality=still.quality, check=False)


def bundles(stills: Sequence[Still]) -> Iterator[NamedBundle]:
    """The frames as an action gets them."""
    for number, still in enumerate(stills):
        yield NamedBundle(f"{number:03}.jai", core().read(encoded(still), "latent"))
