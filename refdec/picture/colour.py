"""Colour transforms (5.10, 6.4.13): from the filtered planes to output planes, and between RGB and Y'CbCr for files.

In: planes int32 Q18 in the output format.  Out: three planes int32 Q18 in 0..255.  Every plane is clamped at the end.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from refdec.arithmetic.fixed import MIDDLE_Q18, WHITE_Q18
from refdec.arithmetic.types import Int32Array, IntArray
from refdec.clauses import clause
from refdec.networks.sharing import in_parts
from refdec.picture.errors import CustomColourNeeds444, CustomColourUnsupported
from refdec.picture.planes import PictureFormat, Planes, ThreePlanes
from refdec.picture.resample import bicubic_ac
from refdec.tables import integer_constants

__all__ = [
    "CUSTOM",
    "NONE",
    "TO_RGB",
    "CustomColour",
    "clamped",
    "custom_colour",
    "rgb_from_yuv",
    "to_output",
    "yuv_from_rgb",
]

LEAST_ROWS = 32
"""What threads that share the work take at least."""
NONE, TO_RGB, CUSTOM = 0, 1, 2
"""Values of colour_transform_idx."""
CustomColour: TypeAlias = tuple[IntArray, IntArray]
"""Matrix [3, 3] and offset [3] of colour_transform_idx 2, values 0..255."""


def clamped(plane: Int32Array) -> Int32Array:
    """Return the plane clamped to 0..255."""
    return np.clip(plane, 0, WHITE_Q18)


@clause("5.10")
@clause("6.4.13")
def rgb_from_yuv(planes: Planes) -> ThreePlanes:
    """(5.10, 6.4.13) R, G, B of the luma size, clamped to 0..255; smaller chroma is interpolated first."""
    from refdec.picture.kernels import rgb_from_ycc

    y = np.ascontiguousarray(planes.y)
    u, v = (bicubic_ac(plane, *planes.size) for plane in (planes.u, planes.v))
    red, green, blue = (np.empty(y.shape, np.int32) for _ in range(3))
    maps = (y, u, v, red, green, blue)
    in_parts(lambda top, bottom: rgb_from_ycc(*(one[top:bottom] for one in maps)), len(y), LEAST_ROWS)
    return red, green, blue


@clause("5.14.1", kind="inferred", reason="6.7 gives the forward transform of codes; planes take its coefficients")
def yuv_from_rgb(red: Int32Array, green: Int32Array, blue: Int32Array) -> Planes:
    """(5.14.1, 5.11) Y'CbCr 4:4:4 of R, G, B planes, for YUV files of RGB pictures; one rounding per sample."""
    from refdec.picture.kernels import weighted_sum

    rgb = [np.ascontiguousarray(plane) for plane in (red, green, blue)]
    made = []
    for name, offset in (("Y", 0), ("U", MIDDLE_Q18), ("V", MIDDLE_Q18)):
        weight = np.array(integer_constants()["colour_from_rgb_q30"][name], np.int64)
        plane = np.empty(red.shape, np.int32)
        weighted_sum(rgb[0], rgb[1], rgb[2], weight, 1 << 30, offset, plane)
        made.append(plane)
    return Planes(*made)


@clause("5.10", kind="inferred", reason="colour_transform_idx 2 has no interoperable definition; the recommended one")
def custom_colour(planes: Planes, matrix: IntArray, offset: IntArray, bits: int) -> ThreePlanes:
    """(5.10) The recommended meaning of colour_transform_idx 2 in integers, for planes of one size.

    `matrix` [3, 3] and `offset` [3] are the header's values 0..255; results are multiples of 255/(2^bits - 1), the
    product being rounded once, half to even.  Raises CustomColourNeeds444.
    """
    from refdec.picture import kernels

    if planes.u.shape != planes.y.shape:
        raise CustomColourNeeds444((planes.y.shape[0] // planes.u.shape[0], planes.y.shape[1] // planes.u.shape[1]))
    source = [np.ascontiguousarray(clamped(plane)) for plane in planes.as_tuple()]
    rows = np.ascontiguousarray(matrix, dtype=np.int64)
    out = tuple(np.empty(planes.size, np.int32) for _ in range(3))
    for i in range(3):
        kernels.custom_colour(source[0], source[1], source[2], rows[i], int(offset[i]), (1 << bits) - 1, out[i])
    return out[0], out[1], out[2]


@clause("5.10")
def to_output(
    planes: Planes,
    header: PictureFormat,
    *,
    custom: CustomColour | None = None,
) -> ThreePlanes:
    """(5.10) The planes of the decoded picture: R, G, B for colour_transform_idx 1, Y, U, V for 0; clamped to 0..255.

    `custom` (matrix, offset) allows colour_transform_idx 2, which otherwise raises CustomColourUnsupported.
    """
    if header.colour_transform_idx == NONE:
        y, u, v = planes.as_tuple()
        return clamped(y), clamped(u), clamped(v)
    if header.colour_transform_idx == TO_RGB:
        return rgb_from_yuv(planes)
    if custom is None:
        raise CustomColourUnsupported
    return custom_colour(planes, *custom, bits=header.bit_depth)
