"""From a source picture to the input of the analysis networks (6.7, 5.14.1, 4.6.2); the encoder's way in.

In: sample codes of RGB or YUV pictures, or windows of them.  Out: planes int32 Q18, and network inputs.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.fixed import MIDDLE_Q18, WHITE_Q18, rdiv
from refdec.arithmetic.types import Int32Array, IntArray
from refdec.clauses import clause
from refdec.picture.errors import PlaneSizeMismatch
from refdec.picture.planes import Planes, Size
from refdec.tables import integer_constants
from refdec.tiling.geometry import Rect

__all__ = ["plane_from_codes", "planes_from_rgb", "repeated", "secondary_input"]


@clause("6.7")
def plane_from_codes(code: IntArray, bits: int) -> Int32Array:
    """(6.7) Plane Q18 of codes 0..2^bits - 1 [rows, columns]; at 8 bits code * 2^18."""
    if bits == 8:
        return np.left_shift(code.astype(np.int32), np.int32(18))
    table = rdiv(np.arange(1 << bits, dtype=np.int64) * WHITE_Q18, (1 << bits) - 1).astype(np.int32)
    return table[code]


@clause("6.7")
@clause("5.14.1")
def planes_from_rgb(red: IntArray, green: IntArray, blue: IntArray, bits: int) -> Planes:
    """(6.7, 5.14.1 step 1) Y'CbCr 4:4:4 planes of R, G, B codes 0..2^bits - 1; one rounding per sample."""
    from refdec.picture.kernels import weighted_sum

    for name, component in (("G", green), ("B", blue)):
        if component.shape != red.shape:
            raise PlaneSizeMismatch(name, component.shape, red.shape)
    rgb = [np.ascontiguousarray(plane, dtype=np.int32) for plane in (red, green, blue)]
    divisor = ((1 << bits) - 1) << 12
    made = []
    for name, offset in (("Y", 0), ("U", MIDDLE_Q18), ("V", MIDDLE_Q18)):
        weight = 255 * np.array(integer_constants()["colour_from_rgb_q30"][name], np.int64)
        plane = np.empty(red.shape, np.int32)
        weighted_sum(rgb[0], rgb[1], rgb[2], weight, divisor, offset, plane)
        made.append(plane)
    return Planes(*made)


@clause("1.6.1", kind="inferred", reason="how a small picture is padded to 64 samples is left to the encoder")
def repeated(plane: IntArray, window: Rect) -> IntArray:
    """(1.6.1) Return a window of a plane; beyond its last row and column these are repeated.

    The window begins inside the plane.
    """
    part = plane[window.rows, window.columns]
    below, beside = window.h - part.shape[0], window.w - part.shape[1]
    return np.pad(part, [(0, below), (0, beside)], mode="edge") if below or beside else part


def _even(plane: Int32Array, ver: int, hor: int) -> Int32Array:
    """Repeat the last row (column) if the plane is split in that direction and has an odd size."""
    missing = (plane.shape[0] % 2 if ver == 1 else 0, plane.shape[1] % 2 if hor == 1 else 0)
    return np.pad(plane, [(0, missing[0]), (0, missing[1])], mode="edge")


def _phases(plane: Int32Array, ver: int, hor: int) -> list[Int32Array]:
    """Return the four planes of half resolution of a plane that has subsampling (ver, hor) itself."""
    padded = _even(plane, ver, hor)
    rows = (slice(0, None, 2), slice(1, None, 2)) if ver == 1 else (slice(None), slice(None))
    columns = (slice(0, None, 2), slice(1, None, 2)) if hor == 1 else (slice(None), slice(None))
    return [padded[row, column] for row in rows for column in columns]


@clause("5.14.1")
@clause("4.6.2")
def secondary_input(planes: Planes, coded: Size) -> Int32Array:
    """(5.14.1 step 5, 4.6.2) The 12 planes of half resolution: four luma phases, four of U, four of V; [12, h, w] Q18.

    `coded` (ver, hor) is the format of the chroma planes handed in.
    """
    chroma = _phases(planes.u, *coded) + _phases(planes.v, *coded)
    return np.stack(_phases(planes.y, 1, 1) + chroma)
