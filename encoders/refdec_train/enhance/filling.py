"""The lesson of `inpaint`: what lies in holes is made up from what lies around them.

In: good pictures.  Out: cases: pictures with something else in a rectangle, coded; the latents of all positions that
the rectangle touches are zeros.

The head's picture fits what is around a hole but not to the sample: so what it differs by at the nearest known samples
to the left, to the right, above and below, each weighted by one over its distance, is added to it in the hole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from refdec_train.codec import Codec
from refdec_train.enhance.coding import Coded, coded, decibels, drawn_displacements, picture_of
from refdec_train.enhance.lessons import SMALLEST_USUAL, Case
from refdec_train.enhance.networks import Corrector, Enhancer

__all__ = ["Filling", "Hole", "from_the_border"]

CELL = 16
SMALLEST, LARGEST, RIM = 8, 64, 16
"""Sides of holes, and how far from the edge of a crop they stay, in samples."""
WIDTH, BLOCKS = 48, 3
FLAT = 0.3
"""Share of holes that hold one colour; in the others lies a piece of another picture."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A rectangle in samples."""

    top: int
    left: int
    bottom: int
    right: int


def from_the_border(x: Tensor, hole: Hole) -> Tensor:
    """Return what the samples around a hole say about those in it: [..., rows, columns] of the hole, of x [..., H, W].

    The mean of the nearest one in each of the four directions, weighted by one over its distance.
    """
    rows, columns = _places(hole, 1)
    down = torch.arange(1, hole.bottom - hole.top + 1).view(-1, 1)
    across = torch.arange(1, hole.right - hole.left + 1).view(1, -1)
    above, below, left, right = 1 / down, 1 / down.flip(0), 1 / across, 1 / across.flip(1)
    total = above * x[..., hole.top - 1, None, columns] + below * x[..., hole.bottom, None, columns]
    total = total + left * x[..., rows, hole.left - 1, None] + right * x[..., rows, hole.right, None]
    return total / (above + below + left + right)


def _hole(draw: np.random.Generator, side: int) -> Hole:
    """Return a hole in a square crop; sides are spread evenly over their logarithms."""
    rows, columns = np.exp(draw.uniform(np.log(SMALLEST), np.log(LARGEST), 2)).round().astype(int).tolist()
    top, left = (int(draw.integers(RIM, side - RIM - length + 1)) for length in (rows, columns))
    return Hole(top, left, top + rows, left + columns)


def _places(hole: Hole, cell: int) -> tuple[slice, slice]:
    """Return which rows and columns of squares of `cell` samples a hole touches."""
    return slice(hole.top // cell, -(-hole.bottom // cell)), slice(hole.left // cell, -(-hole.right // cell))


@dataclass(frozen=True, slots=True)
class Filling:
    """A rectangle in each picture is lost."""

    of_features: ClassVar[bool] = False

    def case(self, codec: Codec, good: Tensor, draw: np.random.Generator) -> Case:
        """Return pictures with holes; `plain` has them filled from their border, `where` marks them."""
        rates = drawn_displacements(draw, len(good))
        holes = [_hole(draw, good.shape[-1]) for _ in good]
        spoilt, where = good.clone(), torch.zeros_like(good[:, :1])
        for number, hole in enumerate(holes):
            rows, columns = _places(hole, 1)
            where[number, :, rows, columns] = 1
            if draw.random() < FLAT:
                spoilt[number, :, rows, columns] = torch.from_numpy(draw.uniform(0, 255, (3, 1, 1))).float()
            else:
                spoilt[number, :, rows, columns] = good[number - 1].flip(-1)[:, rows, columns]
        whole = coded(codec, spoilt.round(), rates)
        plain = _filled(picture_of(codec, whole.luma, whole.chroma, whole.size).clamp(0, 255).round(), where, holes)
        known = Coded(whole.luma.clone(), whole.chroma.clone(), whole.size)
        for number, hole in enumerate(holes):
            for latent in (known.luma, known.chroma):
                latent[(number, slice(None), *_places(hole, CELL))] = 0
        return Case(good, known, plain, where)

    def network(self, codec: Codec, case: Case) -> Corrector:
        """Return a corrector that looks far enough to see across a hole."""
        both = torch.cat((case.coded.luma, case.coded.chroma), 1)
        return Corrector(both.std((0, 2, 3)).clamp_min(SMALLEST_USUAL), WIDTH, BLOCKS)

    def quality(self, codec: Codec, case: Case, network: Enhancer) -> Tensor:
        """Return the PSNR in the holes."""
        assert case.plain is not None and case.where is not None
        luma, chroma = network(case.coded.luma, case.coded.chroma)
        made = picture_of(codec, luma, chroma, case.coded.size)
        differs = made - _filled(made, case.where, _holes(case.where))
        return decibels(case.plain + differs, case.good, case.where)

    def without(self, codec: Codec, case: Case) -> Tensor:
        """Return the PSNR of holes filled from their border alone."""
        assert case.plain is not None
        return decibels(case.plain, case.good, case.where)


def _holes(where: Tensor) -> list[Hole]:
    """Return the rectangle that is marked in each picture."""
    found = []
    for marks in where[:, 0] > 0:
        rows, columns = (marks.any(axis).nonzero().flatten().tolist() for axis in (1, 0))
        found.append(Hole(rows[0], columns[0], rows[-1] + 1, columns[-1] + 1))
    return found


def _filled(x: Tensor, where: Tensor, holes: list[Hole]) -> Tensor:
    """Return pictures with their holes filled from the border."""
    made = x * (1 - where)
    for number, hole in enumerate(holes):
        rows, columns = _places(hole, 1)
        made[number, :, rows, columns] = from_the_border(x[number], hole)
    return made
