"""What the exact forms of a layer's products have in common: what they are asked, and how a map is cut for them.

In: a grid of positions, or values of a stencil.  Out: blocks; float64 that carry the values.  The forms are in
`exact_tiles` and `exact_sums`, and `exact_products` chooses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from refdec.arithmetic.types import BoolArray, Int32Array, Int64Array
from refdec.networks import kernels
from refdec.networks.exact_kernels import FloatArray
from refdec.networks.panels import Workspace
from refdec.networks.sharing import sharing_threads

__all__ = [
    "BLOCK_BYTES",
    "MOST_BLOCK_BYTES",
    "Block",
    "ExactProducts",
    "Sizes",
    "Work",
    "cut",
    "factors",
    "start_values",
    "workspace",
]

Sizes: TypeAlias = tuple[int, int]
"""Rows and depth of a matrix product with one panel."""
Block: TypeAlias = tuple[int, int, int, int]
"""First row, rows, first column, columns, in positions of the input grid of a stencil."""

BLOCK_BYTES = 600_000
"""Room for the operands of one block of products."""
MOST_BLOCK_BYTES = 4_000_000
"""Room for a block of a layer whose filters are larger than a block: each block reads them from memory anew."""
workspace = Workspace()
"""The room of each thread for a block."""


LEAST_SHARE = 12
"""Places that make a block worth another thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What is asked of a layer: the map `out` of x clamped to low..high, with what follows it (`kernels.finish`)."""

    x: Int32Array
    low: int
    high: int
    out: Int32Array
    after: int
    other: Int32Array

    def finish(self, step: int, block: Int64Array) -> None:
        """Carry out what follows the layer on a block of which each phase is written."""
        r, rows, c, columns = block.tolist()
        kernels.finish(self.after, self.out, self.other, step * r, step * (r + rows), step * c, step * (c + columns))


class ExactProducts(Protocol):
    """One form of a stencil's products."""

    @property
    def limit(self) -> int:
        """Return the largest max|x| of a block for which the form is exact; -1 for none."""

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut a grid of positions into blocks that suit the cache."""

    def products(self, block: Int64Array) -> tuple[Sizes, int]:
        """Return the sizes of a block's products, and how many there are."""

    def write(self, work: Work, blocks: Int64Array) -> BoolArray:
        """Write blocks [n, 4] of the map; return which ones, for those beyond the limit are left untouched."""


def cut(rows: int, columns: int, room: int) -> Iterator[Block]:
    """Cut a grid into even blocks of about `room` places; where threads share them, so that each gets as many."""
    threads = sharing_threads()
    room = max(1, min(room, max(LEAST_SHARE, -(-rows * columns // threads))))
    across = -(-columns // room)
    down = -(-rows // max(1, room // -(-columns // across)))
    while down < rows and down * across % threads:
        down += 1
    for r in range(down):
        top, bottom = rows * r // down, rows * (r + 1) // down
        for c in range(across):
            left, right = columns * c // across, columns * (c + 1) // across
            yield top, bottom - top, left, right - left


def start_values(values: Int64Array, factor: int = 1) -> FloatArray:
    """Return start values times a power of two; those of 2^53 and more have no exact form, and the limit is -1 then."""
    return np.clip(values, -(1 << 53), 1 << 53).astype(np.float64) * factor


def factors(shift: Int64Array) -> FloatArray:
    """Return 2^-shift, exact."""
    return np.ldexp(1.0, -shift)
