"""What can be encoded: arrays, decoded pictures, and picture files become a `SourcePicture`.

In: whatever a caller of `refdec.encode` holds.  Out: frozen values of the plugin door.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from refdec.api.beside import fitting_alpha, part_of
from refdec.api.concerning import concerning
from refdec.api.errors import PictureNotEncodable
from refdec.decoding.options import DecodeOptions, limits_or_default
from refdec.formats.array_advice import advice_on_array
from refdec.formats.description import UPRIGHT, SourceDescription
from refdec.formats.errors import NoSuchPicture
from refdec.formats.files import NamedBytes, read_bytes, read_picture, suffix_of
from refdec.formats.float_view import picture_of_array, picture_of_floats
from refdec.formats.kinds import FloatView, is_jpeg_ai
from refdec.formats.orientation import upright
from refdec.formats.pictures import CodePicture, Colour, require_floats, split_alpha
from refdec.formats.yuv import layout_of_name
from refdec.heif.parts import NO_METADATA, NO_PARTS, Metadata, PictureParts
from refdec.heif.picturefile import metadata_of, picture_orientation
from refdec.picture.picture import PictureCodes
from refdec.plugins.source_picture import Codes, SourcePicture
from refdec.sequences.frame_naming import naming_place

if TYPE_CHECKING:
    from PIL.Image import Image

    from refdec.formats.files import Source
    from refdec.formats.yuv import YuvLayout
    from refdec.limits import Limits
    from refdec.picture.floats import FloatPlanes

__all__ = ["Encodable", "WithParts", "source_picture", "source_with_parts"]

Encodable: TypeAlias = "npt.NDArray[Any] | Image | PictureCodes | CodePicture | SourcePicture | Source"
KINDS = "Give an array, an image of Pillow, a decoded picture, or a file: its path, its bytes or a file object."
DARK = 1 << 10
"""Below this all codes of a uint16 array may be those of a decoded picture of 10 bits."""
PQ, SINGLE_BYTES = 16, 4


class WithParts(NamedTuple):
    """A picture to encode, and what a HEIF file keeps beside its codestream."""

    picture: SourcePicture
    parts: PictureParts


def source_picture(
    source: Encodable,
    *,
    bits: int | None = None,
    suffix: str = "",
    layout: YuvLayout | None = None,
    limits: Limits | None = None,
    frame: int | None = None,
    low_bits: bool = False,
    strip: bool = False,
    float_view: FloatView = "sdr",
    keep_floats: bool = False,
) -> SourcePicture:
    """Return the picture of an array, a picture, or a file (path, bytes, file object), the right way up.

    `bits`: depth of the codes where the source does not say (uint8: 8, uint16: 16).  `suffix`, `layout`, `frame`,
    `low_bits` and `float_view` as for `formats.files.read_picture`.  What a codestream cannot carry of a source, and
    that it was turned, become warnings, which `strip` silences.  A JPEG AI codestream is decoded, and kept beside its
    picture.
    An image of Pillow is read as its file would be; of other objects, `__array__` counts.  `keep_floats`: arrays of
    floats are taken too, since a layer will keep them.
    Raises PictureNotEncodable, SourcePictureInvalid, InputError; CodestreamError for a codestream that is none.
    """
    return source_with_parts(
        source,
        in_file=False,
        bits=bits,
        suffix=suffix,
        layout=layout,
        limits=limits,
        frame=frame,
        low_bits=low_bits,
        strip=strip,
        float_view=float_view,
        keep_floats=keep_floats,
    ).picture


def source_with_parts(
    source: Encodable,
    *,
    in_file: bool,
    bits: int | None = None,
    suffix: str = "",
    layout: YuvLayout | None = None,
    limits: Limits | None = None,
    frame: int | None = None,
    low_bits: bool = False,
    strip: bool = False,
    float_view: FloatView = "sdr",
    keep_floats: bool = False,
) -> WithParts:
    """Return the picture of a source, and what a HEIF file keeps of it; arguments and errors of `source_picture`.

    `in_file`: it goes into a HEIF file.  Then samples stay as they are stored, the parts say how they are to be turned,
    and warnings name only what such a file has no place for; `strip` leaves the metadata away, but not what they say
    about the samples: ICC profile and orientation.
    """
    if isinstance(source, SourcePicture):
        return WithParts(source, NO_PARTS)
    if _is_pillow(source):
        codes = _codes_of_pillow(source, frame, limits_or_default(limits), keep_alpha=in_file)
        return _of_codes(codes, strip=strip, in_file=in_file)
    if isinstance(source, PictureCodes):
        return _with_own_parts(_of_decoded(source), source, strip=strip, in_file=in_file)
    if isinstance(source, CodePicture):
        return _of_codes(source, strip=strip, in_file=in_file)
    if isinstance(source, np.ndarray) or (hasattr(source, "__array__") and not hasattr(source, "read")):
        if keep_floats and (floats := _float_array(source)) is not None:
            limits = limits_or_default(limits)
            require_floats(floats.shape[1], floats.shape[0], floats.shape[2], limits)
            return _of_codes(picture_of_array(floats, float_view, "the array"), strip=strip, in_file=in_file)
        return _of_array_with_alpha(source, bits) if in_file else WithParts(_of_array(source, bits), NO_PARTS)
    if not isinstance(source, str | os.PathLike | bytes | bytearray | memoryview) and not hasattr(source, "read"):
        raise PictureNotEncodable(f"A {type(source).__name__}", KINDS)
    source = cast("Source", source)
    limits = limits_or_default(limits)
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else str(getattr(source, "name", ""))
    named = suffix_of(source)
    raw = (suffix or named).lower() == ".yuv"
    data = read_bytes(source, limits=limits)
    if not raw and is_jpeg_ai(data):
        with concerning(source), ExitStack() as naming:
            alone, said = _frame_of_clip(data, limits, name, frame, naming)
            made = _decoded(alone, limits, name, strip=strip, in_file=in_file)
        return made._replace(picture=replace(made.picture, warnings=(*said, *made.picture.warnings)))
    if raw and layout is None:
        layout = layout_of_name(PurePath(name).name)
        layout = layout if bits is None else replace(layout, bits=bits)
    with nullcontext() if frame is None else naming_place(name or "the data", frame):
        picture = read_picture(
            NamedBytes(data, name),
            suffix=suffix or (named if raw else ""),
            layout=layout,
            bits=bits,
            limits=limits,
            frame=frame,
            low_bits=low_bits,
            keep_alpha=in_file,
            float_view=float_view,
        )
    return _of_codes(picture, name, strip=strip, in_file=in_file)


def _frame_of_clip(
    data: bytes, limits: Limits, name: str, frame: int | None, naming: ExitStack
) -> tuple[bytes, tuple[str, ...]]:
    """Return the file of one frame of a clip, and what is said of the others; of one picture, that as it is.

    `naming` lets the errors of the frame say which it is.  Raises NoSuchPicture, FrameMissing.
    """
    from refdec.api.clips import Clip, found_clip, naming_frame

    clip = found_clip(NamedBytes(data, name), DecodeOptions(limits=limits))
    if isinstance(clip, Clip):
        others = f"left behind: all but the first of the {len(clip)} frames of this clip; --frame N chooses one"
        naming.enter_context(naming_frame(clip, frame or 1))
        return clip.still(frame or 1), () if frame is not None or len(clip) == 1 else (others,)
    if frame not in (None, 1):
        raise NoSuchPicture("JPEG AI", 1, frame)
    return data, ()


def _decoded(data: bytes, limits: Limits, name: str, *, strip: bool, in_file: bool) -> WithParts:
    """Return the picture of a codestream, which is kept beside it; the bundled weights decode it.

    What is cropped or turned upright is not the picture of its codestream, and no original that a lossless layer gives
    is.
    """
    from refdec.api.decode import decode
    from refdec.api.tiled import TiledPicture, tiled_in
    from refdec.formats.stream_files import stream_in

    tiled = tiled_in(data, DecodeOptions(limits=limits))
    if isinstance(tiled, TiledPicture):
        whole = decode(data, limits=limits)
        return _with_own_parts(_of_decoded(whole, name, None), whole, strip=strip, in_file=in_file)
    found = stream_in(data, limits=limits)
    cropped = found.file is not None and part_of(found.file, DecodeOptions(limits=limits)) is not None
    if found.file is None or (not cropped and (in_file or picture_orientation(found.file) == UPRIGHT)):
        original = _has_original(found.codestream, limits)
        decoded, kept = decode(found.codestream, limits=limits), None if original else found.codestream
    else:
        decoded, kept = decode(data, limits=limits), None
    picture = _of_decoded(decoded, name, kept)
    user_data = _left_user_data(found.codestream, limits)
    if user_data and not strip:
        left = SourceDescription(left_behind=(user_data,))
        picture = replace(picture, warnings=(*picture.warnings, *left.sentences()))
    if found.file is None:
        return WithParts(picture, NO_PARTS)
    if cropped:
        return _with_own_parts(picture, decoded, strip=strip, in_file=in_file)
    metadata, alpha = metadata_of(found.file), fitting_alpha(found.file, DecodeOptions(limits=limits))
    stored = replace(decoded, metadata=metadata, alpha=alpha)
    made = _with_own_parts(picture, stored, strip=strip, in_file=in_file)
    orientation = picture_orientation(found.file) if in_file else UPRIGHT
    return made._replace(parts=replace(made.parts, orientation=orientation))


def _has_original(codestream: bytes, limits: Limits) -> bool:
    """Tell whether a codestream has a lossless layer."""
    from refdec.bitstream.framing import read_codestream
    from refdec.bitstream.layerrecord import layer_part
    from refdec.bitstream.markers import Marker

    user_data = read_codestream(codestream, limits=limits).only(Marker.UDI)
    return user_data is not None and layer_part(bytes(user_data.payload))[1] is not None


def _left_user_data(codestream: bytes, limits: Limits) -> str:
    """Return what to call user data that an encoder will not write again, "" if there are none."""
    from refdec.bitstream.framing import read_codestream
    from refdec.bitstream.markers import Marker
    from refdec.bitstream.privaterecord import private_part
    from refdec.bitstream.userdata import read_gray_mark, read_weights_mark

    user_data = read_codestream(codestream, limits=limits).only(Marker.UDI)
    if user_data is None:
        return ""
    marks, private = private_part(bytes(user_data.payload))
    if private is not None:
        return "what is known of private regions (UDI): it shows the public picture"
    if any(mark(marks) is not None for mark in (read_weights_mark, read_gray_mark)):
        return ""  # an encoder of ours writes them anew
    return f"user data of {len(user_data.payload)} bytes (UDI)"


def _with_own_parts(picture: SourcePicture, decoded: PictureCodes, *, strip: bool, in_file: bool) -> WithParts:
    """Return the source of a decoded picture, with what a file said beside it; a bare codestream leaves that behind."""
    metadata = getattr(decoded, "metadata", NO_METADATA)
    alpha = getattr(decoded, "alpha", None)
    if in_file:
        return WithParts(picture, PictureParts(metadata=_stripped(metadata) if strip else metadata, alpha=alpha))
    names = (*metadata.names(), *(("its transparency",) if alpha is not None else ()))
    said = () if strip else SourceDescription(left_behind=names).sentences()
    return WithParts(replace(picture, warnings=(*picture.warnings, *said)), NO_PARTS)


def _stripped(metadata: Metadata) -> Metadata:
    """Return what metadata say about samples: the ICC profile."""
    return Metadata(icc=metadata.icc)


def _is_pillow(source: object) -> TypeGuard[Image]:
    """Tell whether something is an image of Pillow, which is not imported to find out."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(source, pillow.Image)


def _codes_of_pillow(image: Image, frame: int | None, limits: Limits, *, keep_alpha: bool) -> CodePicture:
    """Return the codes of an image: of its current frame, of the frame that is wanted, from 1, or of its only one."""
    from refdec.formats.frames import chosen_picture
    from refdec.formats.pillow_reader import picture_of_image

    here, count = image.tell(), int(getattr(image, "n_frames", 1))
    index = here if here and frame is None else chosen_picture("Pillow image", count, frame)
    try:
        if index != here:
            image.seek(index)
        return picture_of_image(image, limits=limits, keep_alpha=keep_alpha)
    finally:
        if index != here:
            image.seek(here)


def _of_decoded(picture: PictureCodes, name: str = "", codestream: bytes | None = None) -> SourcePicture:
    """Return a decoded picture as a source: its rendering information and its warnings come along."""
    if picture.floats is not None:
        return _of_floats(picture, picture.floats, name)
    gray = len(picture.planes) == 1
    first, second, third = cast(tuple[Codes, Codes, Codes], picture.planes * 3 if gray else picture.planes)
    return SourcePicture(
        (first, second, third),
        picture.bit_depth,
        "RGB" if gray else picture.colour,
        picture.subsampling,
        name,
        codestream,
        picture.rendering,
        picture.warnings,
        1 if gray else 3,
    )


def _of_floats(picture: PictureCodes, floats: FloatPlanes, name: str) -> SourcePicture:
    """Return an original in floats as a source, seen as its codestream showed it."""
    cicp = None if picture.rendering is None else picture.rendering.cicp
    primaries, transfer = (2, 2) if cicp is None else (cicp.colour_primaries, cicp.transfer_characteristics)
    codes = picture_of_floats(floats, "pq" if transfer == PQ else "sdr", primaries, "codestream")
    made = _of_codes(codes, name, strip=False, in_file=False).picture
    return replace(made, warnings=(*picture.warnings, *made.warnings))


def _float_array(source: Any) -> npt.NDArray[Any] | None:
    """Return an array of floats that a layer keeps, [rows, columns, 1 to 4]; None for anything else."""
    array = np.asarray(source)
    shape = (*array.shape, 1) if array.ndim == 2 else array.shape
    if isinstance(source, np.ma.MaskedArray) or array.dtype.kind != "f" or array.dtype.itemsize > SINGLE_BYTES:
        return None
    return array.reshape(shape) if len(shape) == 3 and min(shape) and shape[2] <= 4 else None


def _of_array_with_alpha(source: Any, bits: int | None) -> WithParts:
    """Return the picture of an array; of two or four channels the last one is transparency, not multiplied in."""
    array = np.asarray(source)
    if isinstance(source, np.ma.MaskedArray) or array.ndim != 3 or array.shape[2] not in (2, 4):
        return WithParts(_of_array(source, bits), NO_PARTS)
    picture = _of_array(array[..., 0] if array.shape[2] == 2 else array[..., :3], bits)
    last = _of_array(array[..., -1], bits).planes[0]
    _, alpha = split_alpha(np.stack((last, last), axis=-1), picture.bit_depth)
    return WithParts(picture, PictureParts(alpha=alpha))


def _of_array(source: Any, bits: int | None) -> SourcePicture:
    """Return the picture of [rows, columns], [rows, columns, 1] or [rows, columns, 3], in any order of bytes."""
    if isinstance(source, np.ma.MaskedArray):
        raise PictureNotEncodable("A masked array", "Say what stands where it is masked: array.filled(0)")
    array = np.asarray(source)
    flat = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    unsigned = flat.dtype.kind == "u" and flat.dtype.itemsize <= 2
    if not unsigned or not (flat.ndim == 2 or (flat.ndim == 3 and flat.shape[2] == 3)):
        raise PictureNotEncodable(
            f"An array of {array.dtype} of the shape {array.shape}", advice_on_array(array.dtype, array.shape)
        )
    depth = bits or 8 * flat.dtype.itemsize
    native = flat.astype(flat.dtype.newbyteorder("="), copy=False)
    largest = int(native.max(initial=0))
    fits = largest >> depth == 0
    codes: npt.NDArray[Any] = native.astype(np.uint8 if depth <= 8 else np.uint16) if fits else native
    wanted = cast(Codes, codes)
    picture = SourcePicture.from_gray(wanted, depth) if flat.ndim == 2 else SourcePicture.from_rgb(wanted, depth)
    if bits is not None or depth == 8 or not 0 < largest < DARK:
        return picture
    dark = (
        f"a uint16 array whose largest code is {largest} is almost black as 16 bits; if its codes have 10, say bits=10"
    )
    return replace(picture, warnings=(*picture.warnings, dark))


def _of_codes(picture: CodePicture, name: str = "", *, strip: bool, in_file: bool) -> WithParts:
    """Return the picture of a file's codes, upright unless a file will say how; gray becomes RGB with equal planes."""
    turned, sentence = (picture, "") if in_file else upright(picture)
    said = turned.description
    lost = said.sentences(in_file=in_file)
    warnings = said.remarks if strip else (*([sentence] if sentence else []), *said.remarks, *lost)
    y, u, v = turned.as_rgb().components
    ver, hor = (1 if u.shape[axis] == y.shape[axis] else 2 for axis in (0, 1))
    colour = "YUV" if picture.colour is Colour.YUV else "RGB"
    components = len(picture.components)
    source = SourcePicture(
        (y, u, v),
        picture.bits,
        colour,
        (ver, hor),
        name,
        rendering=said.rendering,
        warnings=tuple(warnings),
        components=components,
        floats=turned.floats,
    )
    if not in_file:
        return WithParts(source, NO_PARTS)
    metadata = _stripped(said.metadata) if strip else said.metadata
    return WithParts(source, PictureParts(said.orientation, metadata, picture.alpha))
