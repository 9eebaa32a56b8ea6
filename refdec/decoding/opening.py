"""The decoder, top to bottom: the order of operations of 3.2, 4.7 and 5.2, one call a stage.

In: a codestream and a pack of weights.  Out: three output planes, int32 Q18, that any number of bits can be cut from.
`observe(stage, array)` sees every finished stage under its name of 6.5 item 4; it is the one seam for fingerprints,
dumps, timings and tests, and it cannot change anything.  Other ways through the same stages: `streaming`,
`region_decoder`, `progressive`, `bundles`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.bitstream.framing import Codestream, read_codestream
from refdec.bitstream.headers import Edition, Headers, read_headers
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.errors import TransformNotListed
from refdec.decoding.models import COMPONENT_NAMES, Models, models_of
from refdec.limits import Check, Limits, unchecked
from refdec.picture.colour import CUSTOM, CustomColour
from refdec.picture.errors import CustomColourNeeds444, CustomColourUnsupported
from refdec.picture.output import codes
from refdec.picture.picture import Picture
from refdec.picture.planes import Observer, ThreePlanes, unobserved
from refdec.picture.render import Colour, render
from refdec.weights.pack import WeightPack

__all__ = [
    "CheckWeights",
    "DecodeOptions",
    "Decoded",
    "Opened",
    "absent_warnings",
    "choose_colour",
    "choose_transform",
    "decode_codestream",
    "open_codestream",
    "parse",
]

CheckWeights: TypeAlias = Callable[[bytes | None, WeightPack, int], None]
"""Told user data, pack and model_id; may refuse before anything is decoded."""


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """What the application may choose.

    `transform`: a synthesis transform of the header's list (0 SOP, 1 BOP, 2 HOP), None takes the first.  `channels`:
    decode only that many residual channels of luma and chroma (2.6.8).  `filters`: False leaves out all filters of TON.
    `lenient`: pass over what 1.8 lets a lenient reader pass over.  `level_check`: False decodes beyond profile and
    level.  `custom_colour`: decode colour_transform_idx 2 by the recommendation of 5.10, which no other decoder shares.
    `edition`: the text whose picture header is read; None finds out (1.12).
    """

    transform: int | None = None
    channels: tuple[int, int] | None = None
    filters: bool = True
    lenient: bool = False
    level_check: bool = True
    custom_colour: bool = False
    edition: Edition | None = None


DEFAULT_OPTIONS = DecodeOptions()
DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The decoded picture before it is cut to codes: R, G, B or Y, U, V, int32 Q18 in 0..255."""

    planes: ThreePlanes
    headers: Headers
    warnings: tuple[str, ...]

    def picture(self, colour: Colour | None = None, bits: int | None = None) -> Picture:
        """Return the codes in a colour and at a bit depth, None: the codestream's.  Raises BitDepthOutOfRange."""
        picture, rendering = self.headers.picture, self.headers.rendering
        return render(self.planes, picture, colour=colour, bits=bits, rendering=rendering, warnings=self.warnings)


@clause("1.3")
def parse(data: bytes, options: DecodeOptions, limits: Limits) -> tuple[Codestream, Headers]:
    """(1.3) Cut the codestream into substreams and read its headers, with every rule of 1.8 that concerns them."""
    lenient = options.lenient
    codestream = read_codestream(data, limits=limits, lenient=lenient)
    headers = read_headers(
        codestream,
        edition=options.edition,
        limits=limits,
        lenient=lenient,
        profile_check=options.level_check,
        custom_colour=options.custom_colour,
    )
    return codestream, headers


@clause("1.6.3")
def choose_transform(picture: PictureHeader, wanted: int | None) -> int:
    """(1.6.3) The synthesis transform that runs: the first of the list, or another listed one that the caller wants."""
    listed = picture.synthesis_transforms
    if wanted is not None and wanted not in listed:
        raise TransformNotListed(wanted, listed)
    return listed[0] if wanted is None else wanted


@clause("5.10", kind="inferred", reason="colour_transform_idx 2 has no interoperable definition: only on request")
def choose_colour(picture: PictureHeader, allowed: bool) -> CustomColour | None:
    """(5.10) The matrix and offset of the stream where the caller allows them, None where the stream has none.

    Raises, before anything is decoded, CustomColourUnsupported (for headers that were read without the rules of 1.8)
    and CustomColourNeeds444.
    """
    if picture.colour_transform_idx != CUSTOM:
        return None
    if not allowed:
        raise CustomColourUnsupported
    if (picture.s_ver, picture.s_hor) != (1, 1):
        raise CustomColourNeeds444((picture.s_ver, picture.s_hor))
    return np.array(picture.colour_transform_matrix, np.int64), np.array(picture.colour_transform_offset, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A codestream whose headers are read and whose choices are made; nothing of it is decoded yet.

    `transform`: the synthesis transform that will run.  `custom`: matrix and offset of colour_transform_idx 2.
    `warnings`: what a lenient reader passed over, as sentences.
    """

    codestream: Codestream
    headers: Headers
    models: Models
    transform: int
    custom: CustomColour | None
    warnings: tuple[str, ...]


@clause("1.3")
def open_codestream(
    data: bytes,
    pack: WeightPack,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    limits: Limits = DEFAULT_LIMITS,
    check_weights: CheckWeights | None = None,
) -> Opened:
    """(1.3) Read headers, ask `check_weights(user_data, pack, model_id)`, and make the choices of `options`.

    Raises CodestreamError, UnsupportedError, LimitExceeded, TransformNotListed, and what `check_weights` raises.
    """
    codestream, headers = parse(data, options, limits)
    picture = headers.picture
    if check_weights is not None:
        check_weights(headers.user_data, pack, picture.model_id)
    models = models_of(pack, picture.model_id)
    transform = choose_transform(picture, options.transform)
    custom = choose_colour(picture, options.custom_colour)
    warnings = tuple(problem.headline() for problem in (*codestream.warnings, *headers.warnings))
    return Opened(codestream, headers, models, transform, custom, warnings)


@clause("3.2")
@clause("4.7")
@clause("5.2")
def decode_codestream(
    data: bytes,
    pack: WeightPack,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    limits: Limits = DEFAULT_LIMITS,
    observe: Observer = unobserved,
    check_weights: CheckWeights | None = None,
    check: Check = unchecked,
) -> Decoded:
    """(3.2, 4.7, 5.2) Decode a codestream; every stage is shown to `observe`.

    `check_weights(user_data, pack, model_id)` may refuse before anything is decoded; `check()` is called between
    stages and tiles, and what it raises ends the decode.
    Raises CodestreamError, UnsupportedError, LimitExceeded, WeightsError and TransformNotListed.
    """
    from refdec.decoding.latents_old import reconstruct_latents
    from refdec.decoding.memory import whole_bytes
    from refdec.decoding.planes_old import finish_planes, synthesise
    from refdec.decoding.symbols_old import decode_symbols
    from refdec.networks.exact_blas import single_threaded_blas

    def seen(stage: str, array: npt.NDArray[Any]) -> None:
        observe(stage, array)
        check()

    opened = open_codestream(data, pack, options, limits=limits, check_weights=check_weights)
    headers, models, transform = opened.headers, opened.models, opened.transform
    picture = headers.picture
    limits.require_memory(whole_bytes(headers, transform, filters=options.filters))
    with single_threaded_blas():
        symbols = decode_symbols(opened.codestream, headers, models, options.channels, observe=seen)
        latents = reconstruct_latents(headers, symbols, models, observe=seen)
        synthesis = synthesise(picture, latents, models, transform, observe=seen, check=check)
        scale = symbols.components[0].sigma.final
        planes = finish_planes(
            headers, synthesis, scale, models, transform, filters=options.filters, custom=opened.custom, observe=seen
        )
    for name, plane in zip("012", planes, strict=True):
        observe(f"codes.{name}", codes(plane, picture.bit_depth))
    return Decoded(planes, headers, (*opened.warnings, *absent_warnings(symbols.absent_regions)))


@clause("1.4.4")
def absent_warnings(absent: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """(1.4.4) Name the regions, (component, region_idx), that a decoder had to do without."""
    return tuple(
        f"region {region} of {COMPONENT_NAMES[c]} is not in the codestream; its residual is zero (clause 1.4.4)"
        for c, region in absent
    )
