"""Whole-plane decoding, top to bottom (3.2, 4.7, 5.2)."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from refdec.decoding.opening import absent_warnings, open_codestream
from refdec.decoding.options import DecodeOptions
from refdec.decoding.whole import Decoded
from refdec.observation import Observer
from refdec.picture.output import codes
from refdec.weights.pack import WeightPack
from tests.oracle.latents import reconstruct_latents
from tests.oracle.planes import finish_planes, synthesise
from tests.oracle.symbols import decode_symbols
from tests.oracle.values import unobserved

__all__ = ["decode_whole"]


def decode_whole(
    data: bytes, pack: WeightPack, options: DecodeOptions | None = None, observe: Observer = unobserved
) -> Decoded:
    """Return the output planes in their own colour, int32 Q18; every stage is shown to `observe`."""
    options = options or DecodeOptions()
    opened = open_codestream(data, pack, options)
    headers, models, transform = opened.headers, opened.models, opened.transform
    picture = headers.picture

    def seen(stage: str, array: npt.NDArray[Any]) -> None:
        observe(stage, array)

    symbols = decode_symbols(opened.codestream, headers, models, options.channels, observe=seen)
    latents = reconstruct_latents(headers, symbols, models, observe=seen)
    synthesis = synthesise(picture, latents, models, transform, observe=seen)
    scale = symbols.components[0].sigma.final
    planes = finish_planes(
        headers, synthesis, scale, models, transform, filters=options.filters, custom=opened.custom, observe=seen
    )
    for name, plane in zip("012", planes, strict=True):
        observe(f"codes.{name}", codes(plane, picture.bit_depth))
    return Decoded(planes, headers, (*opened.warnings, *absent_warnings(symbols.absent_regions)))
