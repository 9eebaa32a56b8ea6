"""Rounding that training can look through: forward as the codec does it, backward as if nothing happened (6.2, 3.3)."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["floored", "noised", "rounded"]


def rounded(x: Tensor) -> Tensor:
    """Round half to even; the gradient passes unchanged."""
    return x + (torch.round(x) - x).detach()


def floored(x: Tensor) -> Tensor:
    """Floor; the gradient passes unchanged."""
    return x + (torch.floor(x) - x).detach()


def noised(x: Tensor) -> Tensor:
    """Add uniform noise of one step: what rounding does to the probability of a value, on average."""
    return x + torch.empty_like(x).uniform_(-0.5, 0.5)
