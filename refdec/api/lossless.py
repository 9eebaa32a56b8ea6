"""Lossless layers: originals coded behind a codestream, given back, and taken away again (chapter 7).

In: codestreams, originals.  Out: codestreams with a layer or without; and pictures, where what is asked of a decode
goes with the original.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.api.concerning import concerning
from refdec.api.inputs import Inputs, read_inputs
from refdec.api.picture_warnings import PictureWarning
from refdec.bitstream.floatrecord import read_float_layer
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.layerrecord import LosslessRecord, layer_part, read_layer, with_layer
from refdec.bitstream.markers import Marker
from refdec.bitstream.userdata import marks_end
from refdec.clauses import clause
from refdec.decoding.options import DecodeOptions
from refdec.lossless.errors import (
    LayerDamaged,
    LayerMissing,
    LayerPlaceTaken,
    OriginalNotRgb,
    OriginalSizeDiffers,
    OriginalTurned,
)

if TYPE_CHECKING:
    from refdec.api.encode_options import EncodeOptions
    from refdec.api.sources import Encodable
    from refdec.bitstream.headers import Headers
    from refdec.formats.files import Source
    from refdec.heif.heiffile import HeifFile
    from refdec.limits import Limits
    from refdec.lossless.layer import Planes
    from refdec.picture.picture import PictureCodes
    from refdec.picture.render import Colour
    from refdec.plugins.source_picture import SourcePicture
    from refdec.tiling.geometry import Rect
    from refdec.weights.pack import WeightPack

__all__ = [
    "Restored",
    "add_lossless",
    "drop_lossless",
    "hindrance",
    "layer_base",
    "layer_window",
    "original_bits",
    "require_layer_size",
    "restored",
    "with_original",
]


@dataclass(frozen=True, slots=True)
class Restored:
    """The original that a layer gave, None where it does not go with what was asked for, which `said` explains."""

    picture: PictureCodes | None
    said: tuple[str, ...] = ()


def add_lossless(
    source: Source,
    original: Encodable,
    *,
    max_error: int = 0,
    options: EncodeOptions | None = None,
    weights: WeightPack | Source | None = None,
    workers: int | None = None,
) -> bytes:
    """Return a codestream with a layer that gives back its original; a layer that it had is replaced.

    A HEIF file stays one, with all that stands beside its codestream.

    `original`: a picture of the same size, RGB or gray, read as `options` wish (`bits`, `frame` ...).  `max_error`: how
    far a sample may be off.  What there is to say of the original is a `PictureWarning`.
    Raises OriginalSizeDiffers, OriginalTurned, OriginalNotRgb, LayerPlaceTaken, MaxErrorOutOfRange, and what
    `refdec.decode` and `refdec.encode` raise of their sources.
    """
    from refdec.api.encode_options import DEFAULT_OPTIONS as USUAL
    from refdec.heif.picturefile import picture_orientation

    options = replace(options or USUAL, lossless=False, max_error=max_error)
    reading = DecodeOptions(limits=options.limits, workers=workers)
    with concerning(source):
        inputs = read_inputs(source, weights, reading)
    picture, parts = options.with_parts(original, in_file=inputs.file is not None)
    for sentence in picture.warnings:
        warnings.warn(sentence, PictureWarning, stacklevel=2)
    with concerning(source):
        if inputs.file is not None and parts.orientation != picture_orientation(inputs.file):
            raise OriginalTurned
        made = with_original(inputs, picture, reading, max_error=max_error)
        return _put_back(made, inputs.file, options.limits)


def _put_back(codestream: bytes, file: HeifFile | None, limits: Limits | None) -> bytes:
    """Return a codestream as it was found: bare, or in its HEIF file, whatever cannot be moved told as a warning."""
    from refdec.api.enclosing import headers_of, put_back

    if file is None:
        return codestream
    made = put_back(codestream, headers_of(codestream, limits), file, in_file=True)
    for sentence in made.warnings:
        warnings.warn(sentence, PictureWarning, stacklevel=3)
    return made.data


def drop_lossless(source: Source, *, limits: Limits | None = None) -> bytes:
    """Return a codestream without its layer: the lossy picture alone.  Raises LayerMissing, CodestreamError."""
    from refdec.decoding.options import limits_or_default
    from refdec.formats.stream_files import read_stream_file

    limits = limits_or_default(limits)
    with concerning(source):
        stream = read_stream_file(source, limits=limits)
        data = stream.codestream
        found = read_codestream(data, limits=limits).only(Marker.UDI)
        if found is None or layer_part(bytes(found.payload))[1] is None:
            raise LayerMissing
        return _put_back(with_layer(data, b"", limits=limits), stream.file, limits)


def with_original(
    inputs: Inputs, picture: SourcePicture, options: DecodeOptions, *, max_error: int, check: bool = True
) -> bytes:
    """Return a codestream with the layer of a picture; `check`: the layer is decoded again before it is believed.

    Raises what `add_lossless` raises.
    """
    from refdec.decoding.opening import parse
    from refdec.lossless.layer import TILE_LOG2, encode_layer, layer_memory

    if picture.colour != "RGB":
        raise OriginalNotRgb
    headers = parse(inputs.data, options)[1]
    size = headers.picture.display_width, headers.picture.display_height
    if (picture.width, picture.height) != size:
        raise OriginalSizeDiffers((picture.width, picture.height), size)
    marks, _ = layer_part(headers.user_data)
    if marks_end(marks) != len(marks):
        raise LayerPlaceTaken
    components, workers = picture.components, options.workers
    if picture.floats is not None:
        from refdec.api.float_originals import float_layer

        layer = float_layer(inputs, picture.floats, options, max_error=max_error, check=check)
        return with_layer(inputs.data, layer, limits=options.limits)
    options.limits.require_memory(layer_memory(*size, components, TILE_LOG2, workers))
    base = layer_base(inputs, options, components, picture.bit_depth)
    record = encode_layer(
        picture.planes[:components],
        base,
        picture.bit_depth,
        max_error=max_error,
        workers=workers,
        check=inputs.check,
    )
    if check:
        _require_near(picture, record, base, options, inputs)
    return with_layer(inputs.data, record.to_bytes(), limits=options.limits)


def _require_near(
    picture: SourcePicture, record: LosslessRecord, base: Planes, options: DecodeOptions, inputs: Inputs
) -> None:
    """Decode a layer that was just made, and compare with the original; a difference is a fault of ours."""
    from refdec.lossless.layer import decode_layer

    made = decode_layer(record, base, workers=options.workers, check=inputs.check)
    for plane, original in zip(made, picture.planes, strict=False):
        far = abs(plane.astype("i4") - original).max(initial=0)
        if far > record.max_error:
            raise RuntimeError(f"a sample that the layer gives is off by {far}")


def restored(
    inputs: Inputs,
    headers: Headers,
    options: DecodeOptions,
    *,
    usual: Colour | None = None,
    gray: bool | None = True,
    floats: bool = True,
) -> Restored:
    """Return the original of a codestream with a layer; without one, `Restored` of nothing.

    `usual`: the colour that a file format holds, None: any.  `gray`: whether it holds gray too; None: nothing else.
    `floats`: whether it holds floats; an original of floats comes with a picture of 16 bits for viewing.
    Raises LayerDamaged, LayerOfOtherPicture, and what decoding raises.
    """
    part = layer_part(headers.user_data)[1]
    if part is None:
        return Restored(None)
    if (of_floats := read_float_layer(part)) is not None:
        from refdec.api.float_originals import restored_floats

        return restored_floats(inputs, headers, options, of_floats, asked_for=floats)
    from refdec.lossless.layer import decode_layer, layer_memory
    from refdec.picture.picture import PictureCodes

    record = read_layer(part)
    if record is None:
        raise LayerDamaged("it is cut, or of no known form")
    form = record.bit_depth, record.components
    if why := hindrance(*form, options, usual, gray):
        return Restored(None, said=(f"the lossy picture, not the original: {why}",))
    size = require_layer_size(headers, record.width, record.height)
    window = layer_window(headers, options)
    options.limits.require_memory(layer_memory(*size, record.components, record.tile_log2, options.workers))
    base = layer_base(inputs, options, record.components, record.bit_depth)
    planes = decode_layer(record, base, window=window, workers=options.workers, check=inputs.check)
    planes = planes * 3 if len(planes) == 1 and gray is False else planes
    colour = "gray" if len(planes) == 1 else "RGB"
    return Restored(
        PictureCodes(planes, record.bit_depth, colour, rendering=headers.rendering, max_error=record.max_error)
    )


def original_bits(headers: Headers) -> int | None:
    """Return the bits of a sample of the original that a codestream has a layer of, None where it has none of codes."""
    part = layer_part(headers.user_data)[1]
    record = None if part is None else read_layer(part)
    return None if record is None else record.bit_depth


def require_layer_size(headers: Headers, width: int, height: int) -> tuple[int, int]:
    """Return width and height of a picture; raise LayerDamaged where its layer has others."""
    size = headers.picture.display_width, headers.picture.display_height
    if size != (width, height):
        raise LayerDamaged(f"it is of {width} x {height} samples, the picture of {size[0]} x {size[1]}")
    return size


def layer_window(headers: Headers, options: DecodeOptions) -> Rect | None:
    """Return the region that is asked for, None for all.  Raises RegionOutside."""
    from refdec.decoding.region import require_region
    from refdec.tiling.geometry import Rect

    if options.region is None:
        return None
    window = Rect(*options.region)
    require_region(window, headers, "RGB")
    return window


def hindrance(
    bits: int, components: int, options: DecodeOptions, usual: Colour | None = None, gray: bool | None = True
) -> str:
    """Return why an original does not go with what is asked for, "" where it does."""
    if (options.synthesis, options.channels, options.filters) != (None, None, True):
        return "channels, filters and synthesis transforms are of the lossy one"
    if options.bit_depth not in (None, bits):
        return f"it has {bits} bit{'s' if bits > 1 else ''} of a sample, this is to have {options.bit_depth}"
    if options.colour is not None or usual == "YUV" or (gray is None and components == 3):
        return "it is asked for in other colours"
    return ""


@clause("7.1")
def layer_base(inputs: Inputs, options: DecodeOptions, components: int, bit_depth: int) -> Planes:
    """(7.1) Return the decoded picture that a layer starts from: all of it, at the depth of the original."""
    from refdec.api.decode import decoded_whole

    colour: Colour = "gray" if components == 1 else "RGB"
    wished = replace(options, colour=colour, bit_depth=bit_depth, region=None)
    return decoded_whole(inputs, wished).planes
