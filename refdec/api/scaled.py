"""Small pictures of codestreams: straight from the latents by the task `thumbnail`, near to the area averages of the
decoded picture but not them, and never what the standard says of a picture.

In: a codestream in memory, weights, options.  Out: codes of 8 bits, RGB or gray.  Where no head reads the latents of
the weights the picture is decoded whole and averaged: slower, and the same size.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from refdec.api.errors import ScaleAlone, ScaleUnknown
from refdec.api.inputs import Inputs
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers
    from refdec.picture.output import Codes
    from refdec.picture.picture import PictureCodes

__all__ = ["SCALES", "require_scale", "scaled_picture"]

SCALES = (8, 16)
TASK = "thumbnail"
BITS = 8
NOT_SCALED = ("synthesis", "channels", "region", "bit_depth", "colour", "filters", "allow_custom_colour")
"""Options of a decode that say something about samples which a small picture never has."""


def require_scale(scale: int, options: DecodeOptions, *others: str) -> None:
    """Refuse a scale that there is not, and wishes that it cannot meet.  Raises ScaleUnknown, ScaleAlone."""
    if not isinstance(scale, int) or scale not in SCALES:
        raise ScaleUnknown(scale, SCALES)
    wishes = [name for name in NOT_SCALED if getattr(options, name) != getattr(DEFAULT_OPTIONS, name)]
    if options.bit_depth == BITS:
        wishes.remove("bit_depth")
    if unmet := [*wishes, *others]:
        raise ScaleAlone(unmet[0])


def scaled_picture(inputs: Inputs, options: DecodeOptions, scale: int) -> PictureCodes:
    """Return the picture at 1 / `scale` of its size, rounded up, in each direction.

    Raises what decoding raises; CustomColourUnsupported.
    """
    from refdec.bundles.making import decode_to_stage
    from refdec.bundles.stages import Stage
    from refdec.heads.errors import HeadOfOtherWeights
    from refdec.plugins.calls import options_for, run_task
    from refdec.plugins.core import Core
    from refdec.plugins.errors import PluginRefused, UnknownGuest
    from refdec.plugins.manager import installed
    from refdec.plugins.results import PictureResult

    try:
        guest = installed(os.environ.get("REFDEC_PLUGINS")).task(TASK)
        warnings: list[str] = []
        bundle, headers = decode_to_stage(
            inputs.data,
            inputs.pack,
            Stage.LATENT,
            options,
            check_weights=inputs.check_weights,
            check=inputs.check,
            warn=warnings.append,
        )
        core = Core(inputs.pack, limits=options.limits, check=inputs.check)
        result = run_task(guest, bundle, options_for(guest, {"scale": scale}), core)
        assert isinstance(result, PictureResult), "the task says so"
        return _codes(result.array, headers, tuple(warnings))
    except (UnknownGuest, PluginRefused, HeadOfOtherWeights):
        return _averaged(inputs, options, scale)


def _codes(array: Codes, headers: Headers, warnings: tuple[str, ...]) -> PictureCodes:
    """Return an array [rows, columns] or [rows, columns, 3] as a picture."""
    from refdec.picture.picture import PictureCodes

    planes = (array,) if array.ndim == 2 else tuple(np.ascontiguousarray(array[..., c]) for c in range(3))
    colour = "gray" if array.ndim == 2 else "RGB"
    return PictureCodes(planes, BITS, colour, rendering=headers.rendering, warnings=warnings)


def _averaged(inputs: Inputs, options: DecodeOptions, scale: int) -> PictureCodes:
    """Return the area averages of the whole decoded picture."""
    from refdec.api.decode import decoded_whole
    from refdec.api.gray import shown_array, shown_colour
    from refdec.bitstream.userdata import read_gray_mark
    from refdec.decoding.opening import parse
    from refdec.picture.reduced import area_averages

    headers = parse(inputs.data, options)[1]
    components = read_gray_mark(headers.user_data)
    wanted = replace(options, colour=shown_colour(components), bit_depth=BITS)
    picture = decoded_whole(inputs, wanted)
    whole = shown_array(picture, components)
    slower = "no head for thumbnails reads the latents of these weights: the picture was decoded whole and averaged"
    return _codes(area_averages(whole, scale), headers, (*picture.warnings, slower))
