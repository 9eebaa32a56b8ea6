"""What can be encoded: arrays, decoded pictures, and picture files become a `SourcePicture`; masks become quality maps.

In: whatever a caller of `refdec.encode` holds.  Out: frozen values of the plugin door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from refdec.api.concerning import concerning
from refdec.api.errors import PictureNotEncodable
from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.decoding.options import limits_or_default
from refdec.formats.files import read_bytes, read_picture, suffix_of
from refdec.formats.kinds import is_codestream, sniffed_suffix
from refdec.formats.pictures import CodePicture, Colour
from refdec.picture.picture import PictureCodes
from refdec.plugins.source_picture import Codes, SourcePicture

if TYPE_CHECKING:
    from refdec.formats.files import Source
    from refdec.formats.yuv import YuvLayout
    from refdec.limits import Limits

__all__ = ["Encodable", "quality_map_of_mask", "source_picture"]

Encodable: TypeAlias = "npt.NDArray[Any] | PictureCodes | CodePicture | SourcePicture | Source"
INSIDE, OUTSIDE = 6, -3
"""(3.B.2) Quality steps inside and outside of a region of interest."""


def source_picture(
    source: Encodable,
    *,
    bits: int | None = None,
    suffix: str = "",
    layout: YuvLayout | None = None,
    limits: Limits | None = None,
) -> SourcePicture:
    """Return the picture of an array, a picture, or a file (path, bytes, file object).

    `bits`: depth of the codes where the source does not say (uint8: 8, uint16: 16).  `suffix` and `layout` as for
    `formats.files.read_picture`.  A JPEG AI codestream is decoded, and kept beside its picture.
    Raises PictureNotEncodable, SourcePictureInvalid, InputError; CodestreamError for a codestream that is none.
    """
    if isinstance(source, SourcePicture):
        return source
    if isinstance(source, np.ndarray):
        return _of_array(source, bits)
    if isinstance(source, PictureCodes):
        return _of_decoded(source)
    if isinstance(source, CodePicture):
        return _of_codes(source)
    limits = limits_or_default(limits)
    name = str(getattr(source, "name", source)) if not isinstance(source, bytes | bytearray | memoryview) else ""
    kind = (suffix or suffix_of(source)).lower()
    if kind == ".yuv":
        return _of_codes(read_picture(source, suffix=kind, layout=layout, bits=bits, limits=limits), name)
    data = read_bytes(source, limits=limits)
    if is_codestream(data):
        with concerning(source):
            return _decoded(data, limits, name)
    return _of_codes(read_picture(data, suffix=kind or sniffed_suffix(data), bits=bits, limits=limits), name)


def _decoded(data: bytes, limits: Limits, name: str) -> SourcePicture:
    """Return the picture of a codestream, which is kept beside it; the bundled weights decode it."""
    from refdec.api.decode import decode

    return _of_decoded(decode(data, limits=limits), name, data)


def _of_decoded(picture: PictureCodes, name: str = "", codestream: bytes | None = None) -> SourcePicture:
    """Return a decoded picture as a source: its rendering information and its warnings come along."""
    first, second, third = cast(tuple[Codes, Codes, Codes], picture.planes)
    return SourcePicture(
        (first, second, third),
        picture.bit_depth,
        picture.colour,
        picture.subsampling,
        name,
        codestream,
        picture.rendering,
        picture.warnings,
    )


def _of_array(array: npt.NDArray[Any], bits: int | None) -> SourcePicture:
    """Return the picture of [rows, columns], [rows, columns, 1] or [rows, columns, 3]."""
    flat = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    sound = flat.dtype in (np.uint8, np.uint16) and (flat.ndim == 2 or (flat.ndim == 3 and flat.shape[2] == 3))
    if not sound:
        raise PictureNotEncodable(f"An array of {array.dtype} of the shape {array.shape}")
    depth = bits or (8 if flat.dtype == np.uint8 else 16)
    fits = int(flat.max(initial=0)) >> depth == 0
    codes: npt.NDArray[Any] = flat.astype(np.uint8 if depth <= 8 else np.uint16) if fits else flat
    wanted = cast(Codes, codes)
    return SourcePicture.from_gray(wanted, depth) if flat.ndim == 2 else SourcePicture.from_rgb(wanted, depth)


def _of_codes(picture: CodePicture, name: str = "") -> SourcePicture:
    """Return the picture of a file's codes; gray becomes RGB with equal planes."""
    y, u, v = picture.as_rgb().components
    ver, hor = (1 if u.shape[axis] == y.shape[axis] else 2 for axis in (0, 1))
    colour = "YUV" if picture.colour is Colour.YUV else "RGB"
    return SourcePicture((y, u, v), picture.bits, colour, (ver, hor), name)


@clause("3.B.2")
def quality_map_of_mask(mask: npt.NDArray[Any], height: int, width: int) -> Int32Array:
    """(3.B.2) Return the quality map [h,w] of a region of interest for a picture of height x width samples.

    `mask` [rows, columns] of any size, white (from half of its range on) inside: it is resized by nearest neighbour to
    16 samples a latent position, and a position is inside where any of its samples is.
    """
    h, w = (-(-max(side, 64) // 16) for side in (height, width))
    rows = np.arange(16 * h) * mask.shape[0] // (16 * h)
    columns = np.arange(16 * w) * mask.shape[1] // (16 * w)
    half = (int(np.iinfo(mask.dtype).max) + 1) // 2 if mask.dtype != np.bool_ else 1
    inside = (mask[rows][:, columns] >= half).reshape(h, 16, w, 16).any(axis=(1, 3))
    return np.where(inside, INSIDE, OUTSIDE).astype(np.int32)
