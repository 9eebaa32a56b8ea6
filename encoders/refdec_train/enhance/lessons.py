"""What a head of `enhance` learns from: cases, what it makes of one, and what that is worth.

In: crops of good pictures.  Out: `Case`s, and the PSNR of each picture of one, with the head and without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import torch
from torch import Tensor

from refdec_train.codec import Codec
from refdec_train.enhance.coding import Coded, coded, decibels, drawn_displacements, picture_of
from refdec_train.enhance.networks import Corrector, Enhancer
from refdec_train.enhance.spoiling import Spoil

__all__ = ["Case", "Correcting", "EnhanceLesson"]

SMALLEST_USUAL = 1e-3


@dataclass(frozen=True, slots=True)
class Case:
    """A batch: the good pictures, what a decoder gets of the spoilt ones, and what it makes of them without a head.

    `plain` R, G, B [batch, 3, H, W] where the head's picture begins with that; `where` [batch, 1, H, W]: the places
    that count, None for all.
    """

    good: Tensor
    coded: Coded
    plain: Tensor | None = None
    where: Tensor | None = None


class EnhanceLesson(Protocol):
    """One kind of lesson; `of_features`: the head reads those of BOP's luma, and not the latents alone."""

    of_features: ClassVar[bool]

    def case(self, codec: Codec, good: Tensor, draw: np.random.Generator) -> Case:
        """Return what is learnt from good pictures, R'G'B' 0..255 [batch, 3, H, W], spoilt by chance."""
        ...

    def network(self, codec: Codec, case: Case) -> Enhancer:
        """Return a network to be trained, which begins by changing nothing; a large case says what is usual."""
        ...

    def quality(self, codec: Codec, case: Case, network: Enhancer) -> Tensor:
        """Return the PSNR of R, G, B of each picture with the head."""
        ...

    def without(self, codec: Codec, case: Case) -> Tensor:
        """Return the PSNR of each picture without it."""
        ...


@dataclass(frozen=True, slots=True)
class Correcting:
    """All of the picture is spoilt; its latents are corrected, and BOP makes the picture of them."""

    spoil: Spoil
    of_features: ClassVar[bool] = False

    def case(self, codec: Codec, good: Tensor, draw: np.random.Generator) -> Case:
        """Return pictures spoilt and coded."""
        rates = drawn_displacements(draw, len(good))
        return Case(good, coded(codec, self.spoil(good, draw), rates))

    def network(self, codec: Codec, case: Case) -> Corrector:
        """Return a corrector."""
        both = torch.cat((case.coded.luma, case.coded.chroma), 1)
        return Corrector(both.std((0, 2, 3)).clamp_min(SMALLEST_USUAL))

    def quality(self, codec: Codec, case: Case, network: Enhancer) -> Tensor:
        """Return the PSNR with latents corrected."""
        luma, chroma = network(case.coded.luma, case.coded.chroma)
        return decibels(picture_of(codec, luma, chroma, case.coded.size), case.good)

    def without(self, codec: Codec, case: Case) -> Tensor:
        """Return the PSNR of what is decoded."""
        return decibels(picture_of(codec, case.coded.luma, case.coded.chroma, case.coded.size), case.good)
