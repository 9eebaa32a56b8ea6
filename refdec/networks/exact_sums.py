"""Products as direct sums over the taps (6.6), exact within the largest limits of all.

In: what a layer is asked (`exact_forms.Work`).  Out: blocks of its map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from refdec.arithmetic.types import BoolArray, Int64Array
from refdec.clauses import clause
from refdec.networks.exact_forms import BLOCK_BYTES, Block, Sizes, Work, cut, factors, start_values, workspace
from refdec.networks.exact_kernels import FloatArray, from_taps, gather_taps
from refdec.networks.panel_kernels import direct_blocks, multiply
from refdec.networks.panels import by_panel, in_panels
from refdec.networks.stencil import Stencil, Tap
from refdec.networks.vector_code import LANES
from refdec.networks.winograd import direct_limit

__all__ = ["DirectProducts", "TapProducts"]


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
@dataclass(frozen=True, slots=True, eq=False)
class DirectProducts:
    """(6.6) A stencil without groups as one matrix product per phase, all phases on the same samples."""

    offsets: Int64Array
    strides: tuple[int, int]
    step: int
    panels: FloatArray
    places: Int64Array
    factor: FloatArray
    limit: int

    @classmethod
    def of(cls, stencil: Stencil) -> DirectProducts:
        """Return the prepared products, panels [panel, phase, 1 + taps * I, LANES]."""
        vertical, horizontal = stencil.vertical, stencil.horizontal
        filters = [
            stencil.taps[[ty for ty, _ in rows]][:, [tx for tx, _ in columns]].reshape(-1, stencil.out_channels)
            for rows in vertical.phases
            for columns in horizontal.phases
        ]
        panels, places = in_panels(np.array(filters), start_values(stencil.start.reshape(-1, stencil.out_channels)))
        return cls(
            np.array([(oy, ox) for _, oy in vertical.phases[0] for _, ox in horizontal.phases[0]]),
            (vertical.stride, horizontal.stride),
            len(vertical.phases),
            panels,
            places,
            by_panel(factors(stencil.shift.reshape(-1, stencil.out_channels)), places),
            direct_limit(stencil),
        )

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut into blocks of positions."""
        return cut(rows, columns, max(64, BLOCK_BYTES // (8 * self.panels.shape[2])))

    def products(self, block: Int64Array) -> tuple[Sizes, int]:
        """Return what the products of a block are; see ExactProducts."""
        return (int(block[1] * block[3]), self.panels.shape[2] - 1), prod(self.panels.shape[:2])

    def write(self, work: Work, blocks: Int64Array) -> BoolArray:
        """Write blocks; see ExactProducts."""
        (room,) = workspace.take((int((blocks[:, 1] * blocks[:, 3]).max()) * (self.panels.shape[2] - 1),))
        done = np.zeros(len(blocks), dtype=np.bool_)
        direct_blocks(
            work.x,
            work.low,
            work.high,
            blocks,
            self.offsets,
            *self.strides,
            self.limit,
            self.panels,
            self.places,
            self.factor,
            self.step,
            room,
            work.out,
            work.after,
            work.other,
            done,
        )
        return done


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
@dataclass(frozen=True, slots=True, eq=False)
class TapProducts:
    """(6.6) A stencil of stride 1 without groups as one matrix product for all taps, summed where they fall."""

    phases: tuple[tuple[Int64Array, Int64Array, Int64Array, FloatArray, FloatArray], ...]
    step: int
    panels: FloatArray
    limit: int

    @classmethod
    def of(cls, stencil: Stencil) -> TapProducts:
        """Return the prepared products, panels of filters [I, taps * O]; offsets are within -1..1."""
        wide = stencil.taps.shape[1]
        phases = tuple(
            _tap_phase(stencil, (dy, dx), wide, rows, columns)
            for dy, rows in enumerate(stencil.vertical.phases)
            for dx, columns in enumerate(stencil.horizontal.phases)
        )
        filters = stencil.taps.transpose(2, 0, 1, 3).reshape(stencil.in_channels, -1)
        return cls(phases, len(stencil.vertical.phases), in_panels(filters, 0)[0], direct_limit(stencil))

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut into blocks of positions; at least a few rows, for the frame around each."""
        count, depth, _ = self.panels.shape
        return cut(rows, columns, max(256, BLOCK_BYTES // (8 * (depth + count * LANES))))

    def products(self, block: Int64Array) -> tuple[Sizes, int]:
        """Return what the products of a block are; see ExactProducts."""
        return (int((block[1] + 2) * (block[3] + 2)), self.panels.shape[1] - 1), len(self.panels)

    def write(self, work: Work, blocks: Int64Array) -> BoolArray:
        """Write blocks; see ExactProducts."""
        return np.array([self._write(work, block) for block in blocks])

    def _write(self, work: Work, block: Int64Array) -> bool:
        r, tall, c, wide = block.tolist()
        rows, columns = tall + 2, wide + 2
        framed = np.array([r, rows, c, columns])
        count, depth = self.panels.shape[0], self.panels.shape[1] - 1
        v, m = workspace.take((rows * columns, depth), (rows, columns, count * LANES))
        if gather_taps(work.x, np.array([[-1, -1]]), 1, 1, work.low, work.high, framed, v) > self.limit:
            return False
        for n in range(count):
            at, to = n * (1 + depth) * LANES, m.reshape(-1)
            multiply(v.reshape(-1), 0, depth, len(v), self.panels.reshape(-1), at, depth, to, n * LANES, m.shape[2])
        for corner, offsets, which, start, factor in self.phases:
            from_taps(m, offsets, which, start, factor, block, self.step, corner, work.out)
        work.finish(self.step, block)
        return True


def _tap_phase(
    stencil: Stencil, corner: tuple[int, int], wide: int, rows: tuple[Tap, ...], columns: tuple[Tap, ...]
) -> tuple[Int64Array, Int64Array, Int64Array, FloatArray, FloatArray]:
    """Return corner, offsets [n, 2], tap numbers [n], start values and factors of a phase."""
    return (
        np.array(corner),
        np.array([(oy, ox) for _, oy in rows for _, ox in columns]),
        np.array([ty * wide + tx for ty, _ in rows for tx, _ in columns]),
        start_values(stencil.start[corner]),
        factors(stencil.shift[corner]),
    )
