"""Values that flow between the encoder's stages; each is built once and never changed.

Pairs are (luma, chroma); latents are [C, h, w], one position per 16 x 16 luma samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.bitstream.rendering import RenderingInfo
from refdec.latent.sigma import SigmaMaps
from refdec.picture.planes import Planes, Size

__all__ = ["CodedComponent", "EncoderInput", "HyperMaps", "SymbolChoice", "SymbolChooser", "Targets"]


@dataclass(frozen=True, slots=True, eq=False)
class EncoderInput:
    """A source picture: planes int32 Q18 of the displayed size, chroma smaller by `output` (vertical, horizontal).

    `colour_transform_idx` 1: the source was RGB (and the planes are 4:4:4), 0: it was YUV.  `bits`: depth of its codes.
    `rendering`: what goes into RDI, None: nothing is known.
    """

    planes: Planes
    output: Size
    colour_transform_idx: int
    bits: int
    rendering: RenderingInfo | None = None

    @property
    def pixels(self) -> int:
        """Displayed luma samples."""
        return self.planes.size[0] * self.planes.size[1]


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What the symbols are to come near to: latents y of luma and chroma, int32 Q18, and the hyper latents, int8."""

    y: tuple[Int32Array, Int32Array]
    z_hat: tuple[Int8Array, Int8Array]


@dataclass(frozen=True, slots=True, eq=False)
class HyperMaps:
    """What follows from a component's hyper latent at every rate: s0 int32 [C,h,w], and the merged psi frame."""

    z_hat: Int8Array
    s0: Int32Array
    psi: Int32Array


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


@dataclass(frozen=True, slots=True, eq=False)
class CodedComponent:
    """What the codestream will say about a component: symbols int16 [C,h,w], 0 where not coded, and side information.

    `cube_flags` uint8 [4,ch,cw], None where all are 1; `grfs_flags` bool [C], None where the tool is off.
    """

    symbols: Int16Array
    coded: BoolArray
    sigma: SigmaMaps
    cube_flags: UInt8Array | None
    grfs_flags: BoolArray | None
