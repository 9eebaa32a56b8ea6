"""One component of the codec, trainable: from its latent to the latent that a decoder sees, and the bits on the way.

In: y [batch, C, h, w] with h and w multiples of 4, and the gain of the rate.  Out: `Coded`.  In training, rounding for
the rate is noise and rounding for the distortion is rounding with a gradient; else both are what the codec does.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from refdec_train.context import ContextModel, merged, split
from refdec_train.hyper import Z_MAX, HyperDecoder, HyperEncoder, HyperScaleDecoder
from refdec_train.rate import SKIPPED_BELOW, HyperPrior, gaussian_bits, standard_deviation
from refdec_train.rounding import noised, rounded

__all__ = ["Coded", "Component"]


@dataclass(frozen=True, slots=True)
class Coded:
    """What a decoder gets: `latent` y_hat, and the bits of residual and hyper latent, summed over the batch."""

    latent: Tensor
    bits: Tensor
    hyper_bits: Tensor


class Component(nn.Module):
    """Hyper networks, density of z, and for luma the context model."""

    def __init__(self, channels: int, *, context: bool) -> None:
        super().__init__()
        self.hyper_encoder = HyperEncoder(channels)
        self.hyper_decoder = HyperDecoder(channels)
        self.hyper_scale_decoder = HyperScaleDecoder(channels)
        self.prior = HyperPrior(channels)
        self.context = ContextModel(channels) if context else None

    def forward(self, latent: Tensor, gain: Tensor) -> Coded:
        """`gain` [batch, 1, 1, 1]: by how much the step is finer than that of displacement 0."""
        rows, columns = latent.shape[-2:]
        z = self.hyper_encoder(latent)
        z_hat = rounded(z).clamp(-Z_MAX, Z_MAX)
        probability = self.prior(noised(z) if self.training else z_hat)
        deviation = standard_deviation(self.hyper_scale_decoder(z_hat, rows, columns), gain)
        psi = self.hyper_decoder(z_hat, rows // 2, columns // 2)
        latent_hat, residual = self._coded(latent, psi, gain, deviation)
        bits = gaussian_bits(noised(residual) if self.training else torch.round(residual), deviation)
        if not self.training:
            bits = torch.where(deviation < SKIPPED_BELOW, torch.zeros_like(bits), bits)
        return Coded(latent_hat, bits.sum(), -torch.log2(probability).sum())

    def _coded(self, latent: Tensor, psi: Tensor, gain: Tensor, deviation: Tensor) -> tuple[Tensor, Tensor]:
        """Return y_hat, and the residual in steps before it is rounded (4.4)."""
        if self.context is None:
            mean = merged(psi.chunk(4, 1))
            residual = (latent - mean) * gain
            return self._quantised(residual, deviation) / gain + mean, residual
        source, deviations, residuals = split(latent), split(deviation), list[Tensor]()

        def known(phase: int, mean: Tensor) -> Tensor:
            residuals.append((source[phase] - mean) * gain)
            return self._quantised(residuals[-1], deviations[phase]) / gain + mean

        return merged(self.context(psi, known)), merged(residuals)

    def _quantised(self, residual: Tensor, deviation: Tensor) -> Tensor:
        """Round, and leave out what is not coded; in training nothing is left out: everything has a gradient."""
        whole = rounded(residual)
        return whole if self.training else whole * (deviation >= SKIPPED_BELOW)
