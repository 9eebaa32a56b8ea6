"""A codestream as whole planes before they are cut to codes, with every stage shown to who asks.

In: a codestream, a pack.  Out: `Decoded`, which becomes codes of any colour and depth.  It decodes as rows do, and puts
them together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.headers import Headers
from refdec.clauses import clause
from refdec.decoding.opening import CheckWeights
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.decoding.rows import open_stream
from refdec.limits import Check, unchecked
from refdec.observation import UNWATCHED, Collector, Observer, Several, Watch
from refdec.picture.colour import clamped
from refdec.picture.output import codes
from refdec.picture.picture import PictureCodes
from refdec.picture.planes import OutputPlanes
from refdec.picture.render import Colour, render
from refdec.weights.pack import WeightPack

__all__ = ["Decoded", "decode_codestream"]

LUMA_STAGES = ("pre_filters.Y", "eicci.Y", "lef.Y")
"""Stages after which luma may be finished, in their order; the last of them is what the colour transform takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The decoded picture before it is cut to codes: R, G, B or Y, U, V or gray, int32 Q18 in 0..255.

    `luma`: of a decode that is asked for gray, luma before the colour transform.
    """

    planes: OutputPlanes
    headers: Headers
    warnings: tuple[str, ...]
    luma: Int32Array | None = None

    def picture(self, colour: Colour | None = None, bits: int | None = None) -> PictureCodes:
        """Return the codes in a colour and at a bit depth, None: the codestream's.  Raises BitDepthOutOfRange."""
        picture, rendering = self.headers.picture, self.headers.rendering
        planes = (self.luma,) if colour == "gray" and self.luma is not None else self.planes
        return render(planes, picture, colour=colour, bits=bits, rendering=rendering, warnings=self.warnings)


class _LumaKeeper:
    """An observer that keeps the filtered luma plane, and passes every stage on to another."""

    def __init__(self, observe: Observer | None) -> None:
        self._observe = observe
        self.luma: Int32Array = np.zeros((0, 0), np.int32)

    def __call__(self, stage: str, array: npt.NDArray[Any]) -> None:
        if stage in LUMA_STAGES:
            self.luma = array
        if self._observe is not None:
            self._observe(stage, array)


@clause("6.5")
def decode_codestream(
    data: bytes,
    pack: WeightPack,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    observe: Observer | None = None,
    watch: Watch = UNWATCHED,
    check_weights: CheckWeights | None = None,
    check: Check = unchecked,
) -> Decoded:
    """(6.5) Decode a codestream as rows, and return its planes in their own colour; every stage is shown to `observe`.

    Planes have no bit depth yet: `options.colour` and `bit_depth` are for `Decoded.picture`, and not read here;
    but "gray" makes luma.
    `watch` sees windows instead of whole stages.  `check_weights(user_data, pack, model_id)` may refuse before anything
    is decoded; `check()` is called between the steps, and what it raises ends the decode.
    Raises CodestreamError, UnsupportedError, LimitExceeded, WeightsError and TransformNotListed.
    """
    stream = open_stream(data, pack, replace(options, colour=None), check_weights=check_weights, check=check)
    keeper = _LumaKeeper(observe)
    gray = options.colour == "gray"
    collector = Collector(keeper) if gray or observe is not None else None
    planes = stream.final_planes(watch=Several(collector or UNWATCHED, watch))
    if observe is not None:
        for name, plane in zip("012", planes, strict=True):
            observe(f"codes.{name}", codes(plane, stream.headers.picture.bit_depth))
    if collector is not None:
        collector.close()
    return Decoded(planes, stream.headers, stream.warnings, clamped(keeper.luma) if gray else None)
