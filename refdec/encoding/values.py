"""Values that flow between the encoder's stages; each is built once and never changed.

Pairs are (luma, chroma); latents are [C, h, w], one position per 16 x 16 luma samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.tiling.geometry import Rect

__all__ = ["CodedComponent", "KeptSymbols", "SymbolChoice", "SymbolChooser", "SymbolSource", "Targets"]


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What the symbols are to come near to: latents y of luma and chroma, int32 Q18, and the hyper latents, int8.

    `z_hat` None: those that the hyper encoder makes of the whole y.
    """

    y: tuple[Int32Array, Int32Array]
    z_hat: tuple[Int8Array, Int8Array] | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SymbolChoice(ShortRepr):
    """A set of symbols that is about to be fixed; all arrays are [C,n,m] (3.B.3).

    The core asks once per component, region and phase of the context model, in decoding order: phases 0, 1, 2, 3 for
    luma (the latent's four 2x2 parts), one call for chroma.  Position [c,i,j] lies at row `row + i * step`, column
    `column + j * step` of the latent.

    `exact_q16`: the symbol before rounding, int64, unit 2^-16; `nearest`: the core's rounding, int16; `residual_q18`:
    target minus prediction, int32; `scale_index`: of the symbol's distribution, unit 1/128 level; `coded`: False
    where no symbol goes into the codestream (the answer is overwritten by 0 there).
    """

    component: int
    region: int
    phase: int
    row: int
    column: int
    step: int
    exact_q16: Int64Array
    nearest: Int16Array
    residual_q18: Int32Array
    scale_index: Int32Array
    coded: BoolArray


SymbolChooser: TypeAlias = Callable[[SymbolChoice], Int16Array]
"""Returns the symbols to code, int16 of the shape of `nearest`; later phases are predicted from the answer."""


class SymbolSource(Protocol):
    """Whatever gives the symbols of a component, region by region; the same however often it is asked."""

    def of_region(self, index: int, core: Rect) -> Int16Array:
        """Return int16 [C,h,w] of the core of a region (latent positions), 0 where not coded."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class KeptSymbols:
    """Symbols int16 [C,h,w] of a whole component."""

    values: Int16Array

    def of_region(self, index: int, core: Rect) -> Int16Array:
        """Return the part of a region's core."""
        part: Int16Array = np.ascontiguousarray(self.values[:, core.rows, core.columns])
        return part


@dataclass(frozen=True, slots=True, eq=False)
class CodedComponent:
    """What the codestream will say about a component: its symbols and side information.

    `cube_flags` uint8 [4,ch,cw], None where all are 1; `grfs_flags` bool [C], None where the tool is off.
    """

    symbols: SymbolSource
    cube_flags: UInt8Array | None
    grfs_flags: BoolArray | None
