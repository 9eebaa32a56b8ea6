"""Residual symbols that grow channel by channel (2.6.8): entropy decoding goes on where it stopped.

In: a codestream with its headers.  Out: `GrowingSymbols`, which gives the `Symbols` of the first N channels for any N;
what was decoded for a smaller N is kept.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.arithmetic.types import BoolArray, Int16Array, Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import RegionUnit, residual_units
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.decoding.symbols_old import decode_symbols
from refdec.decoding.values_old import ComponentSymbols, Symbols
from refdec.entropy.residual import ResidualRun, start_residual
from refdec.latent.sigma import levels
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import RegionGrid

__all__ = ["GrowingRegion", "GrowingSymbols"]

SLICE_CHANNELS = 8


@clause("2.6.8")
class GrowingRegion:
    """(2.6.8) The residual of one region, as far as it is decoded; `core` is its place in the latent frame.

    It is the one stage that keeps something between calls: the entropy coder's state.  Not for several threads at once.
    """

    def __init__(self, unit: RegionUnit, core: Rect, count: int, threads: int) -> None:
        self.core = core
        self._run: ResidualRun = start_residual(unit.data, count * core.h * core.w, threads, at=unit.at)
        self._values = np.zeros(self._run.length, np.int16)
        self._count = count

    def first(self, channels: int, final: Int32Array, coded: BoolArray) -> Int16Array:
        """Return the symbols int16 [channels, h, w] of the first channels, decoding what is not decoded yet.

        `final` (scale indices) and `coded` (the mask) are those of the whole component.  Raises as decode_residual.
        """
        plane = self.core.h * self.core.w
        rows, columns = self.core.rows, self.core.columns
        while self._run.done < channels * plane:
            begin = self._run.given // plane
            part = (slice(begin, min(begin + SLICE_CHANNELS, self._count)), rows, columns)
            run, values = self._run.advance(
                levels(np.ascontiguousarray(final[part])), np.ascontiguousarray(coded[part])
            )
            self._values[self._run.done : run.done] = values
            self._run = run
        if self._run.done == self._run.length:
            self._run.finish()
        return self._values[: channels * plane].reshape(channels, self.core.h, self.core.w)


@clause("2.6.8")
class GrowingSymbols:
    """(2.6.8) Everything that the entropy coder carries, with as many residual channels as are asked for."""

    def __init__(self, codestream: Codestream, headers: Headers, models: Models) -> None:
        """Decode all but the residual.  Raises what decode_symbols raises."""
        self._empty = decode_symbols(codestream, headers, models, channels=(0, 0))
        picture = headers.picture
        self.channels = picture.num_chs_coded
        self._regions = tuple(
            tuple(
                GrowingRegion(unit, region.y_core, picture.num_chs_coded[c], picture.num_threads_r[c])
                for region, unit in zip(
                    RegionGrid.of(picture, c).regions, residual_units(codestream, headers, c), strict=True
                )
                if unit is not None
            )
            for c in (0, 1)
        )

    def first(self, luma: int, chroma: int) -> Symbols:
        """Return the symbols with that many channels of each component, at least 0 and at most all; the rest is 0."""
        first, second = (self._component(c, wanted) for c, wanted in ((0, luma), (1, chroma)))
        return replace(self._empty, components=(first, second))

    def _component(self, c: int, wanted: int) -> ComponentSymbols:
        part = self._empty.components[c]
        channels = min(max(wanted, 0), self.channels[c])
        symbols = np.zeros(part.symbols.shape, np.int16)
        for region in self._regions[c]:
            values = region.first(channels, part.sigma.final, part.coded)
            symbols[:channels, region.core.rows, region.core.columns] = values
        return replace(part, symbols=symbols)
