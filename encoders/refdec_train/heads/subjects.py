"""What a head learns from: a picture with what is known of it, how it was coded, and what of it a batch sees.

In: readers of data sets (`folders` and others) make `Subject`s.  Out: values that go through the whole training.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

__all__ = ["Coding", "Subject", "View", "longer_side"]

T = TypeVar("T")
CELL = 16
"""Samples of a picture in each direction that are one position of its latent."""
SMALLEST_SIDE = 64


@dataclass(frozen=True, slots=True)
class Subject(Generic[T]):
    """A picture file and what is known of it: a class, boxes, a mask, nothing; in samples of the file's picture.

    `held`: it is measured on and never trained on.
    """

    path: Path
    truth: T
    held: bool = False


@dataclass(frozen=True, slots=True)
class Coding:
    """How a picture becomes latents.

    `point`: displacements of luma and chroma, in 1/128 level.  `mirrored`: left and right are exchanged first: an
    analysis does not make of a mirrored picture the mirrored latent.  `longest`: the picture is brought to this length
    of its longer side first; 0 leaves it.
    """

    point: tuple[int, int]
    mirrored: bool = False
    longest: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What a batch sees of a coded picture: `rows` x `columns` positions of its latent, from `top`, `left` on.

    `picture`: rows and columns of the picture file; `coded`: of what was coded, in samples; mirrored if `mirrored`.  A
    place x, y of the file is at x * coded[1] / picture[1] - 16 * left of the view (after mirroring), likewise y.
    """

    picture: tuple[int, int]
    coded: tuple[int, int]
    mirrored: bool
    top: int
    left: int
    rows: int
    columns: int

    @property
    def latent(self) -> tuple[int, int]:
        """Rows and columns of the latent of the whole picture; a smaller one is coded with 64 samples."""
        rows, columns = (-(-max(side, SMALLEST_SIDE) // CELL) for side in self.coded)
        return rows, columns


def longer_side(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return rows and columns of a picture whose longer side is brought to `longest`; 0 leaves them."""
    if not longest or max(size) == longest:
        return size
    rows, columns = (max(1, (side * longest + max(size) // 2) // max(size)) for side in size)
    return rows, columns
