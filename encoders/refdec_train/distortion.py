"""MS-SSIM of luma, differentiable: five scales, a Gaussian window of 11 samples.

In: planes 0..255 [batch, 1, H, W] of at least 176 x 176 samples.  Out: 1 - MS-SSIM, one number a picture.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["structural_distance"]

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW, SPREAD = 11, 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
LEAST = 1e-4
"""Contrast terms are kept above this: a power of a negative number is none."""


def _window(like: Tensor) -> Tensor:
    """Return the one-dimensional window, adding up to 1."""
    away = torch.arange(WINDOW, device=like.device, dtype=like.dtype) - WINDOW // 2
    weights = torch.exp(-away.square() / (2 * SPREAD**2))
    return weights / weights.sum()


def _smoothed(plane: Tensor, window: Tensor) -> Tensor:
    return functional.conv2d(functional.conv2d(plane, window.view(1, 1, 1, -1)), window.view(1, 1, -1, 1))


def structural_distance(a: Tensor, b: Tensor) -> Tensor:
    """Return 1 - MS-SSIM of two planes, [batch]."""
    window, product = _window(a), torch.ones(a.shape[0], device=a.device)
    for scale, weight in enumerate(SCALE_WEIGHTS):
        mean_a, mean_b = _smoothed(a, window), _smoothed(b, window)
        variance_a = _smoothed(a * a, window) - mean_a.square()
        variance_b = _smoothed(b * b, window) - mean_b.square()
        covariance = _smoothed(a * b, window) - mean_a * mean_b
        term = (2 * covariance + C2) / (variance_a + variance_b + C2)
        if scale == len(SCALE_WEIGHTS) - 1:
            term = term * (2 * mean_a * mean_b + C1) / (mean_a.square() + mean_b.square() + C1)
        product = product * term.mean((1, 2, 3)).clamp_min(LEAST) ** weight
        a, b = functional.avg_pool2d(a, 2), functional.avg_pool2d(b, 2)
    return 1 - product
