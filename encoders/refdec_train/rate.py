"""How many bits values cost: z by a learned density, residuals by a Gaussian of a scale index (2.6, 2.7).

In: values, and what their distribution depends on.  Out: bits, one number a value.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from refdec_train.hyper import Z_MAX

__all__ = ["LOG_STEP", "SKIPPED_BELOW", "HyperPrior", "gaussian_bits", "standard_deviation"]

SIGMA_MIN, SIGMA_MAX = 0.11, 55.0
LOG_STEP = (math.log(100.0) - math.log(SIGMA_MIN)) / 4352
"""(3.2) Logarithm of the factor between two scale indices; of displacements too."""
SKIPPED_BELOW = SIGMA_MIN * math.exp(382 * LOG_STEP)
"""(3.4) Values whose standard deviation is smaller are not coded: they are 0."""
MIXED = 3
PMF_MIN, PROBABILITY_MIN = 1e-7, 1e-6


class HyperPrior(nn.Module):
    """(2.7.2) Probabilities of z for each channel: a mixture of three logistics, of which export makes frequencies."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mu = nn.Parameter(torch.randn(channels, MIXED) * 2)
        self.ls = nn.Parameter(torch.full((channels, MIXED), 0.7))
        self.w = nn.Parameter(torch.zeros(channels, MIXED))

    def forward(self, z: Tensor) -> Tensor:
        """Return the probability of each value of [batch, C, rows, columns]."""
        shape = (1, -1, MIXED, 1, 1)
        narrowness = torch.exp(-self.ls).view(shape)
        away = z[:, :, None] - self.mu.view(shape)
        parts = torch.sigmoid((away + 0.5) * narrowness) - torch.sigmoid((away - 0.5) * narrowness)
        return (parts * torch.softmax(self.w, 1).view(shape)).sum(2).clamp_min(PMF_MIN)

    @torch.no_grad()
    def table(self) -> Tensor:
        """Return the probabilities of -31..31, [C, 63], each row adding up to 1."""
        values = torch.arange(-Z_MAX, Z_MAX + 1, device=self.mu.device).float()
        pmf = self(values.view(1, 1, 1, -1).expand(1, len(self.mu), 1, -1))[0, :, 0].double()
        return pmf / pmf.sum(1, keepdim=True)


def standard_deviation(indices: Tensor, gain: Tensor) -> Tensor:
    """(3.2) Standard deviation of the residual in steps: of its scale index, times the gain of the rate."""
    return (SIGMA_MIN * torch.exp(indices.float() * LOG_STEP) * gain).clamp(SIGMA_MIN, SIGMA_MAX)


def gaussian_bits(residual: Tensor, deviation: Tensor) -> Tensor:
    """(2.6) Bits of residual values under a Gaussian of mean 0 that is integrated over one step."""

    def tail(x: Tensor) -> Tensor:
        return 0.5 * torch.erfc(-x * math.sqrt(0.5))

    size = residual.abs()
    probability = tail((0.5 - size) / deviation) - tail((-0.5 - size) / deviation)
    return -torch.log2(probability.clamp_min(PROBABILITY_MIN))
