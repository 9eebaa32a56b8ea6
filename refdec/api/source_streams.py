"""Codestreams, decoded pictures and the files around them to what is encoded.

In: the bytes of a JPEG AI file, or a decoded picture.  Out: `WithParts`; a codestream is kept beside its picture.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from refdec.api.beside import fitting_alpha, part_of
from refdec.api.source_codes import of_codes, stripped
from refdec.api.source_wishes import AS_IT_IS, SourceWishes, WithParts
from refdec.decoding.options import DecodeOptions, limits_or_default
from refdec.formats.description import UPRIGHT, SourceDescription
from refdec.formats.errors import NoSuchPicture
from refdec.formats.files import NamedBytes
from refdec.formats.float_view import picture_of_floats
from refdec.heif.parts import NO_METADATA, NO_PARTS, PictureParts
from refdec.heif.picturefile import metadata_of, picture_orientation
from refdec.picture.picture import PictureCodes
from refdec.plugins.source_picture import Codes, SourcePicture

if TYPE_CHECKING:
    from refdec.limits import Limits
    from refdec.picture.floats import FloatPlanes

__all__ = ["of_decoded", "of_stream"]

PQ = 16


def of_stream(data: bytes, name: str, wishes: SourceWishes) -> WithParts:
    """Return the picture of a JPEG AI file; of a clip that of the frame that is wished for, or of the first one.

    Raises what decoding raises; errors of a frame say which it is.
    """
    limits = limits_or_default(wishes.limits)
    with ExitStack() as naming:
        alone, said = _frame_of_clip(data, limits, name, wishes.frame, naming)
        made = _decoded(alone, limits, name, wishes)
    return made._replace(picture=replace(made.picture, warnings=(*said, *made.picture.warnings)))


def of_decoded(picture: PictureCodes, wishes: SourceWishes) -> WithParts:
    """Return a decoded picture as a source, with what a file said beside it."""
    return _with_own_parts(_source_of(picture), picture, wishes)


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


def _decoded(data: bytes, limits: Limits, name: str, wishes: SourceWishes) -> WithParts:
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
        return _with_own_parts(_source_of(whole, name, None), whole, wishes)
    found = stream_in(data, limits=limits)
    cropped = found.file is not None and part_of(found.file, DecodeOptions(limits=limits)) is not None
    if found.file is None or (not cropped and (wishes.in_file or picture_orientation(found.file) == UPRIGHT)):
        original = _has_original(found.codestream, limits)
        decoded, kept = decode(found.codestream, limits=limits), None if original else found.codestream
    else:
        decoded, kept = decode(data, limits=limits), None
    picture = _source_of(decoded, name, kept)
    user_data = _left_user_data(found.codestream, limits)
    if user_data and not wishes.strip:
        left = SourceDescription(left_behind=(user_data,))
        picture = replace(picture, warnings=(*picture.warnings, *left.sentences()))
    if found.file is None:
        return WithParts(picture, NO_PARTS)
    if cropped:
        return _with_own_parts(picture, decoded, wishes)
    metadata, alpha = metadata_of(found.file), fitting_alpha(found.file, DecodeOptions(limits=limits))
    stored = replace(decoded, metadata=metadata, alpha=alpha)
    made = _with_own_parts(picture, stored, wishes)
    orientation = picture_orientation(found.file) if wishes.in_file else UPRIGHT
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


def _with_own_parts(picture: SourcePicture, decoded: PictureCodes, wishes: SourceWishes) -> WithParts:
    """Return the source of a decoded picture, with what a file said beside it; a bare codestream leaves that behind."""
    metadata = getattr(decoded, "metadata", NO_METADATA)
    alpha = getattr(decoded, "alpha", None)
    if wishes.in_file:
        return WithParts(picture, PictureParts(metadata=stripped(metadata) if wishes.strip else metadata, alpha=alpha))
    names = (*metadata.names(), *(("its transparency",) if alpha is not None else ()))
    said = () if wishes.strip else SourceDescription(left_behind=names).sentences()
    return WithParts(replace(picture, warnings=(*picture.warnings, *said)), NO_PARTS)


def _source_of(picture: PictureCodes, name: str = "", codestream: bytes | None = None) -> SourcePicture:
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
    made = of_codes(codes, AS_IT_IS, name).picture
    return replace(made, warnings=(*picture.warnings, *made.warnings))
