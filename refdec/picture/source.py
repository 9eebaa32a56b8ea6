"""From a source picture to the input of the analysis networks (6.7, 5.14.1, 4.6.2); the encoder's way in.

In: sample codes of RGB or YUV pictures.  Out: planes int32 Q18, chroma in the coded format, and network inputs.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.fixed import MIDDLE_Q18, WHITE_Q18, rdiv
from refdec.arithmetic.types import Int32Array, IntArray
from refdec.clauses import clause
from refdec.picture.errors import PlaneSizeMismatch
from refdec.picture.planes import Planes, Size
from refdec.picture.resample import bilinear_ac
from refdec.tables import integer_constants
from refdec.tiling.geometry import ceil_div

__all__ = ["chroma_to_coded", "grown", "plane_from_codes", "planes_from_rgb", "secondary_input"]


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
def grown(planes: Planes, height: int, width: int, output: Size) -> Planes:
    """(1.6.1) Planes of at least height x width luma samples; the last row and column are repeated.

    `output` (ver, hor) is the format of the chroma planes; sizes that are large enough stay.
    """

    def grow(plane: Int32Array, ver: int, hor: int) -> Int32Array:
        below = max(ceil_div(height, ver) - plane.shape[0], 0)
        beside = max(ceil_div(width, hor) - plane.shape[1], 0)
        return np.pad(plane, [(0, below), (0, beside)], mode="edge") if below or beside else plane

    return Planes(grow(planes.y, 1, 1), grow(planes.u, *output), grow(planes.v, *output))


@clause("5.14.1")
@clause("6.7")
def chroma_to_coded(planes: Planes, output: Size, coded: Size) -> Planes:
    """(5.14.1 step 4, 6.7) Chroma from the output format to the coded one, (ver, hor) each; the same if equal."""
    if output == coded:
        return planes
    size = ceil_div(planes.size[0], coded[0]), ceil_div(planes.size[1], coded[1])
    return planes.with_chroma(bilinear_ac(planes.u, *size), bilinear_ac(planes.v, *size))


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
