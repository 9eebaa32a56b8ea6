"""The whole codec, trainable: analysis, both components, synthesis; and its loss.

In: pictures R'G'B' 0..255 [batch, 3, H, W], H and W multiples of 64.  Out: `Outcome`, with the loss that training makes
small: bits a pixel, and distortion at the price of lambda.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from refdec_train.analysis import LightChroma, LightLuma
from refdec_train.colour import from_codec, to_codec, to_ycbcr
from refdec_train.component import Coded, Component
from refdec_train.distortion import structural_distance
from refdec_train.rate import LOG_STEP
from refdec_train.sizes import CHROMA_CHANNELS, LUMA_CHANNELS
from refdec_train.synthesis import BOP, synthesis_pair

__all__ = ["Codec", "Goal", "Latents", "Outcome", "gain_of"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a training asks for.

    `price` (lambda): bits a pixel that a squared error of 1 on the scale 0..255 is worth, at displacement 0.  `luma`
    and `chroma`: weights of the two.  `structure`: share of 1 - MS-SSIM of luma in its distortion, 0 for squared
    errors alone.
    """

    price: float
    luma: float = 0.75
    chroma: float = 0.5
    structure: float = 0.0


STRUCTURE_SCALE = 4000.0
"""A distance 1 - MS-SSIM counts as so large a squared error: about what both are at middle rates."""


@dataclass(frozen=True, slots=True)
class Latents:
    """Both components as a decoder gets them."""

    luma: Coded
    chroma: Coded

    def bits_per_pixel(self, pixels: int) -> Tensor:
        """Return the rate of a batch of so many pixels."""
        return (self.luma.bits + self.luma.hyper_bits + self.chroma.bits + self.chroma.hyper_bits) / pixels


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to: `loss` is what is made small, the others are means over the batch."""

    loss: Tensor
    bits_per_pixel: Tensor
    luma_error: Tensor
    chroma_error: Tensor
    luma: Tensor
    chroma: Tensor


def gain_of(displacement: Tensor) -> Tensor:
    """(3.4) By how much a displacement makes the step finer."""
    return torch.exp(displacement * LOG_STEP)


class Codec(nn.Module):
    """All networks of one model; `syntheses` holds a pair for each transform, BOP first among them."""

    def __init__(self, transforms: tuple[str, ...] = (BOP,)) -> None:
        super().__init__()
        self.analysis = nn.ModuleDict({"luma": LightLuma(), "chroma": LightChroma()})
        self.luma = Component(LUMA_CHANNELS, context=True)
        self.chroma = Component(CHROMA_CHANNELS, context=False)
        self.syntheses = nn.ModuleDict(
            {
                name: nn.ModuleDict(dict(zip(("luma", "chroma"), synthesis_pair(name), strict=True)))
                for name in transforms
            }
        )

    def latents(self, luma: Tensor, chroma: Tensor, gain: Tensor) -> Latents:
        """Analyse and quantise planes 0..255."""
        both = to_codec(torch.cat((luma, chroma), 1))
        y, uv = self.analysis["luma"](both[:, :1]), self.analysis["chroma"](both)
        return Latents(self.luma(y.float(), gain), self.chroma(uv.float(), gain))

    def planes(self, latents: Latents, size: tuple[int, int], transform: str) -> tuple[Tensor, Tensor]:
        """Return the planes 0..255 that a transform makes of latents."""
        pair = self.syntheses[transform]
        both = torch.cat((latents.luma.latent, latents.chroma.latent), 1)
        luma, chroma = pair["luma"](latents.luma.latent, size), pair["chroma"](both, size)  # type: ignore[index]
        return from_codec(luma.float()), from_codec(chroma.float())

    def outcome(
        self, rgb: Tensor, displacement: Tensor, goal: Goal, *, transform: str = BOP, frozen_latents: bool = False
    ) -> Outcome:
        """Code a batch, each picture at its displacement, and price the result.

        With `frozen_latents` only the synthesis gets gradients, and the loss is distortion alone.
        """
        luma, chroma = to_ycbcr(rgb)
        gain = gain_of(displacement).view(-1, 1, 1, 1)
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen_latents):
            latents = self.latents(luma, chroma, gain)
        size = (rgb.shape[-2], rgb.shape[-1])
        luma_hat, chroma_hat = self.planes(latents, size, transform)
        luma_error = (luma - luma_hat).square().mean((1, 2, 3))
        chroma_error = (chroma - chroma_hat).square().mean((1, 2, 3))
        distortion = luma_error
        if goal.structure:
            distance = STRUCTURE_SCALE * structural_distance(luma, luma_hat)
            distortion = (1 - goal.structure) * luma_error + goal.structure * distance
        price = goal.price * gain.view(-1).square()
        rate = latents.bits_per_pixel(rgb.shape[0] * size[0] * size[1])
        priced = (price * (goal.luma * distortion + goal.chroma * chroma_error)).mean()
        loss = priced if frozen_latents else rate + priced
        return Outcome(loss, rate, luma_error.mean(), chroma_error.mean(), luma_hat, chroma_hat)
