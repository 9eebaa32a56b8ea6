"""Good pictures made bad, as cameras do it: what the heads of `enhance` learn to undo.

In: R'G'B' 0..255 [batch, 3, H, W], and where random numbers come from.  Out: the same, rounded to codes of 8 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

__all__ = ["Spoil", "cast", "dark", "exposed", "noisy"]

Draw: TypeAlias = np.random.Generator
Spoil: TypeAlias = Callable[[Tensor, Draw], Tensor]
NOISE = (3.0, 50.0)
"""Standard deviations, in codes."""
DARK_FACTORS, DARK_GAMMAS, DARK_NOISE = (0.15, 0.9), (1.2, 2.5), (0.7, 8.0)
STOPS, GAMMAS, FINE_NOISE = (-2.5, 1.7), (0.7, 1.4), (0.5, 3.0)
"""Light doubled so many times, and how tones are bent, in pictures exposed wrongly."""
DISPLAY_GAMMA = 2.2
WARMER, GREENER = 0.35, 0.12
"""Standard deviations of the logarithms by which blue goes up as red goes down, and green up as both go down."""
LUMA = (0.299, 0.587, 0.114)


def _coded(x: Tensor) -> Tensor:
    return x.clamp(0, 255).round()


def _each(draw: Draw, low: float, high: float, count: int) -> Tensor:
    """Return uniform numbers [count, 1, 1, 1]."""
    return torch.from_numpy(draw.uniform(low, high, (count, 1, 1, 1))).float()


def _scaled(draw: Draw, low: float, high: float, count: int) -> Tensor:
    """Return numbers [count, 1, 1, 1] whose logarithms are uniform."""
    return _each(draw, np.log(low), np.log(high), count).exp()


def _normal(draw: Draw, like: Tensor) -> Tensor:
    return torch.from_numpy(draw.standard_normal(tuple(like.shape), dtype=np.float32))


def noisy(x: Tensor, draw: Draw) -> Tensor:
    """Add noise of standard deviation 3 to 50: the same everywhere, or, in half of them, more where it is light."""
    size = _each(draw, *NOISE, len(x))
    light = (x / 255 * 0.9 + 0.1).sqrt() * 1.3
    even = _each(draw, 0, 1, len(x)) < 0.5
    return _coded(x + _normal(draw, x) * size * torch.where(even, torch.ones_like(x), light))


def dark(x: Tensor, draw: Draw) -> Tensor:
    """Make dark, by a gamma of 1.2 to 2.5 and a factor of 0.15 to 0.9, with noise of standard deviation 0.7 to 8.

    Factors and noise are spread evenly over their logarithms: very dark pictures are as many as those a little dark.
    """
    factor, gamma = _scaled(draw, *DARK_FACTORS, len(x)), _each(draw, *DARK_GAMMAS, len(x))
    shaded = 255 * factor * (x / 255) ** gamma
    return _coded(shaded + _normal(draw, x) * _scaled(draw, *DARK_NOISE, len(x)))


def exposed(x: Tensor, draw: Draw) -> Tensor:
    """Expose wrongly: 2^-2.5 to 2^1.7 times the light, too light cut off, a gamma of 0.7 to 1.4; little noise."""
    stops, gamma = _each(draw, *STOPS, len(x)), _each(draw, *GAMMAS, len(x))
    lit = 255 * ((x / 255) ** gamma * 2 ** (stops / DISPLAY_GAMMA)).clamp(0, 1)
    return _coded(lit + _normal(draw, x) * _each(draw, *FINE_NOISE, len(x)))


def cast(x: Tensor, draw: Draw) -> Tensor:
    """Light with another colour: a gain for each of R, G, B that leaves gray's luma as it is; little noise."""
    warm, green = (torch.from_numpy(draw.normal(0, spread, len(x))).float() for spread in (WARMER, GREENER))
    gains = torch.exp(torch.stack((warm - green / 2, green, -warm - green / 2), 1))
    gains = gains / (gains * torch.tensor(LUMA)).sum(1, keepdim=True)
    return _coded(x * gains[..., None, None] + _normal(draw, x) * _each(draw, *FINE_NOISE, len(x)))
