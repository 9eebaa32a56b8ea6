"""What every way of decoding begins with (1.3, 1.6.3, 5.10): headers are read, weights asked for, choices made.

In: a codestream, a pack of weights, the wishes of a caller.  Out: `Opened`; nothing is decoded yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from refdec.bitstream.framing import Codestream, read_codestream
from refdec.bitstream.headers import Headers, read_headers
from refdec.bitstream.payloads import tolerated_padding
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.errors import TransformNotListed
from refdec.decoding.models import COMPONENT_NAMES, Models, models_of
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.picture.colour import CUSTOM, CustomColour
from refdec.picture.errors import CustomColourNeeds444, CustomColourUnsupported
from refdec.weights.pack import WeightPack

__all__ = [
    "CheckWeights",
    "Opened",
    "absent_warnings",
    "choose_colour",
    "choose_transform",
    "open_codestream",
    "parse",
]

CheckWeights: TypeAlias = Callable[[bytes | None, WeightPack, int], None]
"""Told user data, pack and model_id; may refuse before anything is decoded."""


@clause("1.3")
def parse(data: bytes, options: DecodeOptions) -> tuple[Codestream, Headers]:
    """(1.3) Cut the codestream into substreams and read its headers, with every rule of 1.8 that concerns them."""
    codestream = read_codestream(data, limits=options.limits, lenient=options.lenient)
    headers = read_headers(
        codestream,
        edition=options.edition,
        limits=options.limits,
        lenient=options.lenient,
        any_level=options.any_level,
        allow_custom_colour=options.allow_custom_colour,
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
    check_weights: CheckWeights | None = None,
) -> Opened:
    """(1.3) Read headers, ask `check_weights(user_data, pack, model_id)`, and make the choices of `options`.

    Raises CodestreamError, UnsupportedError, LimitExceeded, TransformNotListed, and what `check_weights` raises.
    """
    codestream, headers = parse(data, options)
    picture = headers.picture
    if check_weights is not None:
        check_weights(headers.user_data, pack, picture.model_id)
    models = models_of(pack, picture.model_id)
    transform = choose_transform(picture, options.synthesis)
    custom = choose_colour(picture, options.allow_custom_colour)
    padding = tolerated_padding(codestream, headers) if options.lenient else []
    passed_over = (*codestream.warnings, *headers.warnings, *padding)
    warnings = tuple(problem.headline() for problem in passed_over)
    return Opened(codestream, headers, models, transform, custom, warnings)


@clause("1.4.4")
def absent_warnings(absent: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """(1.4.4) Name the regions, (component, region_idx), that a decoder had to do without."""
    return tuple(
        f"region {region} of {COMPONENT_NAMES[c]} is not in the codestream; its residual is zero (clause 1.4.4)"
        for c, region in absent
    )
