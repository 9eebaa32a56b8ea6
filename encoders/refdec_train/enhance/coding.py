"""Spoilt pictures as a decoder gets them, by the trainable twin of the codec, which stays as it is.

In: R'G'B' 0..255 [batch, 3, H, W], and a `Codec`.  Out: latents; planes and pictures of latents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from refdec_train.codec import Codec, gain_of
from refdec_train.colour import from_codec, to_codec, to_rgb, to_ycbcr

__all__ = ["Coded", "coded", "decibels", "drawn_displacements", "picture_of", "planes_of"]

DISPLACEMENTS, CHROMA_FINER = (-900.0, 500.0), 275.0
"""Rates that are drawn: middle and high qualities of a model; chroma is coded that much finer, as encoders do it."""
FLOOR = 1e-6
"""Squared error, as a share of white's, below which nothing is gained."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A batch as a decoder gets it: latents [batch, 160 and 96, h, w], and rows and columns of its pictures."""

    luma: Tensor
    chroma: Tensor
    size: tuple[int, int]


def drawn_displacements(draw: np.random.Generator, count: int) -> Tensor:
    """Return a displacement of luma for each picture."""
    return torch.from_numpy(draw.uniform(*DISPLACEMENTS, count)).float()


@torch.no_grad()
def coded(codec: Codec, spoilt: Tensor, displacement: Tensor) -> Coded:
    """Code a batch, each picture at its displacement of luma."""
    luma, chroma = to_ycbcr(spoilt)
    both = to_codec(torch.cat((luma, chroma), 1))

    def gain(values: Tensor) -> Tensor:
        return gain_of(values).view(-1, 1, 1, 1)

    y = codec.luma(codec.analysis["luma"](both[:, :1]), gain(displacement)).latent
    uv = codec.chroma(codec.analysis["chroma"](both), gain(displacement + CHROMA_FINER)).latent
    return Coded(y, uv, (spoilt.shape[-2], spoilt.shape[-1]))


def planes_of(codec: Codec, luma: Tensor, chroma: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return luma [batch, 1, H, W] and chroma [batch, 2, H, W], 0..255, that BOP makes of latents."""
    pair = codec.syntheses["bop"]
    both = torch.cat((luma, chroma), 1)
    return from_codec(pair["luma"](luma, size)), from_codec(pair["chroma"](both, size))  # type: ignore[index]


def picture_of(codec: Codec, luma: Tensor, chroma: Tensor, size: tuple[int, int]) -> Tensor:
    """Return R, G, B of latents, neither clamped nor rounded."""
    return to_rgb(*planes_of(codec, luma, chroma, size))


def decibels(made: Tensor, good: Tensor, where: Tensor | None = None) -> Tensor:
    """Return the PSNR of each picture; with `where` [batch, 1, H, W] in 0..1 of the places that it marks alone."""
    error = (made - good).square() / 255**2
    if where is None:
        mean = error.mean((1, 2, 3))
    else:
        mean = (error * where).sum((1, 2, 3)) / (error.shape[1] * where.sum((1, 2, 3)))
    return -10 * torch.log10(mean + FLOOR)
