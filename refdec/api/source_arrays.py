"""Arrays to what is encoded: codes of 8 or 16 bits with or without transparency, and floats where a layer keeps them.

In: anything that NumPy takes for an array.  Out: `WithParts`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from refdec.api.errors import PictureNotEncodable
from refdec.api.source_codes import of_codes
from refdec.api.source_wishes import SourceWishes, WithParts
from refdec.decoding.options import limits_or_default
from refdec.formats.array_advice import advice_on_array
from refdec.formats.float_view import picture_of_array
from refdec.formats.pictures import require_floats, split_alpha
from refdec.heif.parts import NO_PARTS, PictureParts
from refdec.picture.output import code_type
from refdec.plugins.source_picture import Codes, SourcePicture

__all__ = ["of_array"]

DARK = 1 << 10
"""Below this all codes of a uint16 array may be those of a decoded picture of 10 bits."""
SINGLE_BYTES = 4


def of_array(source: Any, wishes: SourceWishes) -> WithParts:
    """Return the picture of an array.  Raises PictureNotEncodable, SourcePictureInvalid, PictureTooLarge."""
    if wishes.keep_floats and (floats := _float_array(source)) is not None:
        rows, columns, channels = floats.shape
        require_floats(columns, rows, channels, limits_or_default(wishes.limits))
        return of_codes(picture_of_array(floats, wishes.float_view, "the array"), wishes)
    if wishes.in_file:
        return _with_alpha(source, wishes.bits)
    return WithParts(_opaque(source, wishes.bits), NO_PARTS)


def _float_array(source: Any) -> npt.NDArray[Any] | None:
    """Return an array of floats that a layer keeps, [rows, columns, 1 to 4]; None for anything else."""
    array = np.asarray(source)
    shape = (*array.shape, 1) if array.ndim == 2 else array.shape
    if isinstance(source, np.ma.MaskedArray) or array.dtype.kind != "f" or array.dtype.itemsize > SINGLE_BYTES:
        return None
    return array.reshape(shape) if len(shape) == 3 and min(shape) and shape[2] <= 4 else None


def _with_alpha(source: Any, bits: int | None) -> WithParts:
    """Return the picture of an array; of two or four channels the last one is transparency, not multiplied in."""
    array = np.asarray(source)
    if isinstance(source, np.ma.MaskedArray) or array.ndim != 3 or array.shape[2] not in (2, 4):
        return WithParts(_opaque(source, bits), NO_PARTS)
    picture = _opaque(array[..., 0] if array.shape[2] == 2 else array[..., :3], bits)
    last = _opaque(array[..., -1], bits).planes[0]
    _, alpha = split_alpha(np.stack((last, last), axis=-1), picture.bit_depth)
    return WithParts(picture, PictureParts(alpha=alpha))


def _opaque(source: Any, bits: int | None) -> SourcePicture:
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
    codes: npt.NDArray[Any] = native.astype(code_type(depth)) if fits else native
    wanted = cast(Codes, codes)
    picture = SourcePicture.from_gray(wanted, depth) if flat.ndim == 2 else SourcePicture.from_rgb(wanted, depth)
    if bits is not None or depth == 8 or not 0 < largest < DARK:
        return picture
    dark = (
        f"a uint16 array whose largest code is {largest} is almost black as 16 bits; if its codes have 10, say bits=10"
    )
    return replace(picture, warnings=(*picture.warnings, dark))
