"""Latents on their way into a codestream: what an encoder wants, and what the core made of it (6.7, 3.B).

In: target latents from an encoder.  Out: `CodedLatents`, exactly what a decoder will have, ready to be written.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.bundles import LatentBundle
from refdec.encoding.values import SymbolChoice, SymbolChooser
from refdec.plugins.rate_targets import OperatingPoint
from refdec.plugins.requests import CodingSettings

__all__ = ["CodedLatents", "ModelInfo", "SymbolChoice", "SymbolChooser", "TargetLatents"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TargetLatents(ShortRepr):
    """The latents that an encoder wants a decoder to come as near to as the rate allows.

    `luma_q18` int32 [160,ceil(H/16),ceil(W/16)], `chroma_q18` int32 [96,...], Q18, where H x W is the coded size (at
    least 64 x 64).  `hyper`: hyper latents of luma and chroma, int8 [C,ceil(H/64),ceil(W/64)], -31..31; None: the hyper
    encoder's.  `choose`: picks the symbols in the quantiser's place; None: rounding to nearest.
    """

    luma_q18: Int32Array
    chroma_q18: Int32Array
    hyper: tuple[Int8Array, Int8Array] | None = None
    choose: SymbolChooser | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CodedLatents:
    """Quantised latents, and all that is needed to write them.

    `bundle`: what a decoder will have at stage latent.  `bits`: an estimate of the whole codestream's size.  `state`
    belongs to the core; hand it back unchanged.
    """

    bundle: LatentBundle
    point: OperatingPoint
    settings: CodingSettings
    bits: int
    state: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the weights at hand can do with one model.

    `synthesis`: transforms that exist ("SOP", "BOP").  `analysis`: whether `CoreServices.analyse` works.
    `displacements`: (lowest, highest) of the quality scale; others are legal, and a search for a rate may use them.
    """

    model_id: int
    synthesis: tuple[str, ...]
    analysis: bool
    displacements: tuple[int, int]
