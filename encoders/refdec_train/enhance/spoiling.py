"""Good pictures made bad, as cameras do it: what the heads of `enhance` learn to undo.

In: R'G'B' 0..255 [batch, 3, H, W], and where random numbers come from.  Out: the same, rounded to codes of 8 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

__all__ = ["Spoil", "dark", "noisy"]

Draw: TypeAlias = np.random.Generator
Spoil: TypeAlias = Callable[[Tensor, Draw], Tensor]
NOISE = (3.0, 50.0)
"""Standard deviations, in codes."""
DARK_NOISE = (1.0, 10.0)


def _coded(x: Tensor) -> Tensor:
    return x.clamp(0, 255).round()


def _each(draw: Draw, low: float, high: float, count: int) -> Tensor:
    """Return uniform numbers [count, 1, 1, 1]."""
    return torch.from_numpy(draw.uniform(low, high, (count, 1, 1, 1))).float()


def _normal(draw: Draw, like: Tensor) -> Tensor:
    return torch.from_numpy(draw.standard_normal(tuple(like.shape), dtype=np.float32))


def noisy(x: Tensor, draw: Draw) -> Tensor:
    """Add noise of standard deviation 3 to 50: the same everywhere, or, in half of them, more where it is light."""
    size = _each(draw, *NOISE, len(x))
    light = (x / 255 * 0.9 + 0.1).sqrt() * 1.3
    even = _each(draw, 0, 1, len(x)) < 0.5
    return _coded(x + _normal(draw, x) * size * torch.where(even, torch.ones_like(x), light))


def dark(x: Tensor, draw: Draw) -> Tensor:
    """Make dark, by a gamma of 1.2 to 2.5 and a factor of 0.25 to 0.8, with noise of standard deviation 1 to 10."""
    factor, gamma = _each(draw, 0.25, 0.8, len(x)), _each(draw, 1.2, 2.5, len(x))
    shaded = 255 * factor * (x / 255) ** gamma
    return _coded(shaded + _normal(draw, x) * _each(draw, *DARK_NOISE, len(x)))
