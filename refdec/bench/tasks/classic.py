"""A classic way to find changes before a fixed camera, on pixels: what `events` is compared with.

In: frames.  Out: how strong the change is in each square of 16 x 16 samples.

The scene is a running mean of what did not change; gain and offset of each colour are fitted by least squares, twice,
the second time to samples that are near; what is left is averaged over squares and divided by its median.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import UInt8Array
from refdec.picture.reduced import area_averages

__all__ = ["classic_strengths"]

Floats: TypeAlias = npt.NDArray[np.float64]
SQUARE, MEMORY, CHANGED, NEAR = 16, 8, 4.0, 2.5


def _lit(scene: Floats, frame: Floats) -> tuple[Floats, Floats]:
    """Return gain and offset of each colour that bring the scene to a frame."""
    gains, offsets = np.ones(3), np.zeros(3)
    for colour in range(3):
        before, after = scene[..., colour].ravel(), frame[..., colour].ravel()
        kept = np.ones(before.size, bool)
        for _ in range(2):
            x, y = before[kept], after[kept]
            spread = float(np.var(x))
            gains[colour] = float(np.mean((x - x.mean()) * (y - y.mean())) / spread) if spread > 1 else 1.0
            offsets[colour] = y.mean() - gains[colour] * x.mean()
            left = np.abs(after - gains[colour] * before - offsets[colour])
            kept = left <= NEAR * max(float(np.median(left)), 1.0)
    return np.maximum(gains, 0.1), offsets


def classic_strengths(frames: Iterable[UInt8Array]) -> Iterator[Floats]:
    """Yield the strength at each square, [ceil(rows / 16), ceil(columns / 16)], of each frame; 1 is what is usual."""
    scene: Floats | None = None
    for frame in frames:
        now = frame.astype(np.float64)
        scene = now if scene is None else scene
        gains, offsets = _lit(scene, now)
        left = np.abs(now - np.clip(scene * gains + offsets, 0, 255)).mean(axis=2)
        squares = area_averages(np.rint(256 * left).astype(np.uint32), SQUARE) / 256
        strength = squares / (np.median(squares) + 1)
        still = (strength < CHANGED).repeat(SQUARE, axis=0).repeat(SQUARE, axis=1)
        still = still[: now.shape[0], : now.shape[1], None]
        scene = np.where(still, scene + ((now - offsets) / gains - scene) / MEMORY, scene)
        yield strength
