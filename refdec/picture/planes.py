"""Sample planes, their sizes in each format, and which window of chroma stands for one of luma (5.1, 5.3).

In: what the header says of size and formats.  Out: `Planes`; sizes and rectangles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.chroma import CONVERTIBLE
from refdec.clauses import clause
from refdec.picture.errors import SubsamplingUnsupported
from refdec.picture.resample import bicubic_reach
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.windows import even_around

__all__ = [
    "OutputPlanes",
    "PictureFormat",
    "Planes",
    "Size",
    "ThreePlanes",
    "chroma_rect",
    "chroma_size",
    "coded_rect",
    "cut_planes",
    "decimated_reach",
    "decimated_size",
    "even_window",
    "is_420",
    "plane_rects",
    "shown_rect",
    "synthesised_reach",
]

Size: TypeAlias = tuple[int, int]
ThreePlanes: TypeAlias = tuple[Int32Array, Int32Array, Int32Array]
"""R, G, B or Y, U, V, int32 Q18."""
OutputPlanes: TypeAlias = tuple[Int32Array, ...]
"""Three planes, or luma alone, int32 Q18."""


class PictureFormat(Protocol):
    """What the picture stages read of the picture header (1.6.1, 1.6.2)."""

    @property
    def img_height(self) -> int: ...
    @property
    def img_width(self) -> int: ...
    @property
    def display_height(self) -> int: ...
    @property
    def display_width(self) -> int: ...
    @property
    def s_ver(self) -> int: ...
    @property
    def s_hor(self) -> int: ...
    @property
    def c_ver(self) -> int: ...
    @property
    def c_hor(self) -> int: ...
    @property
    def bit_depth(self) -> int: ...
    @property
    def model_id(self) -> int: ...
    @property
    def colour_transform_idx(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Planes:
    """Three planes [rows, columns], int32 Q18 on the 0..255 scale; u and v may be smaller than y."""

    y: Int32Array
    u: Int32Array
    v: Int32Array

    @property
    def size(self) -> Size:
        """Height and width of the luma plane."""
        return self.y.shape[0], self.y.shape[1]

    def as_tuple(self) -> tuple[Int32Array, Int32Array, Int32Array]:
        """Return y, u, v."""
        return self.y, self.u, self.v

    def with_luma(self, y: Int32Array) -> Planes:
        """Return the same picture with another luma plane."""
        return replace(self, y=y)

    def with_chroma(self, u: Int32Array, v: Int32Array) -> Planes:
        """Return the same picture with other chroma planes."""
        return replace(self, u=u, v=v)


def is_420(header: PictureFormat) -> bool:
    """Tell whether the output format is 4:2:0."""
    return (header.s_ver, header.s_hor) == (2, 2)


@clause("5.1")
def chroma_size(header: PictureFormat) -> Size:
    """(5.1) Height and width of the output chroma planes.

    Raises SubsamplingUnsupported for a pair of formats that does not exist.
    """
    output, coded = (header.s_ver, header.s_hor), (header.c_ver, header.c_hor)
    if (output, coded) not in CONVERTIBLE:
        raise SubsamplingUnsupported(output, coded)
    return ceil_div(header.display_height, header.s_ver), ceil_div(header.display_width, header.s_hor)


@clause("5.1")
def chroma_rect(rect: Rect, subsampling: Size) -> Rect:
    """(5.1) The chroma samples of a window of the luma plane whose corner is a multiple of the subsampling."""
    ver, hor = subsampling
    return Rect.between(rect.x // hor, rect.y // ver, ceil_div(rect.right, hor), ceil_div(rect.bottom, ver))


def plane_rects(rect: Rect, subsampling: Size, planes: int = 3) -> tuple[Rect, ...]:
    """Return a window of the luma plane as windows of all planes, of which there are three, or luma alone."""
    small = chroma_rect(rect, subsampling)
    return (rect, small, small)[:planes]


def cut_planes(planes: Planes, held: Rect, wanted: Rect, header: PictureFormat) -> Planes:
    """Return `wanted` of planes that are the window `held` of the picture, both with corners on the chroma grid."""
    if held == wanted:
        return planes
    output = header.s_ver, header.s_hor
    y, c = wanted.seen_from(held), chroma_rect(wanted, output).seen_from(chroma_rect(held, output))
    return Planes(planes.y[y.rows, y.columns], planes.u[c.rows, c.columns], planes.v[c.rows, c.columns])


@clause("1.6.1")
def shown_rect(header: PictureFormat) -> Rect:
    """(1.6.1) The whole displayed picture, in luma samples."""
    return Rect(0, 0, header.display_width, header.display_height)


@clause("1.6.1")
def coded_rect(header: PictureFormat) -> Rect:
    """(1.6.1) The whole coded picture, in luma samples; what is displayed is its upper left part."""
    return Rect(0, 0, header.img_width, header.img_height)


@clause("5.6.2")
def even_window(rect: Rect, header: PictureFormat) -> Rect:
    """(5.6.2) Grow a window of the displayed luma plane to even corners, which phase planes need; never beyond it."""
    shown = shown_rect(header)
    return even_around(rect.intersection(shown), shown.size_hw)


def decimated_size(header: PictureFormat) -> Size:
    """(5.3) Size of the chroma planes after decimation to the coded format."""
    return ceil_div(header.display_height, header.c_ver), ceil_div(header.display_width, header.c_hor)


@clause("5.3")
def decimated_reach(assembled: Rect, header: PictureFormat) -> Rect:
    """(5.3) The window of the decimated chroma planes that a window of the assembled picture follows from."""
    wanted = chroma_rect(assembled, (header.s_ver, header.s_hor))
    return bicubic_reach(wanted, decimated_size(header), chroma_size(header))


@clause("5.3")
def synthesised_reach(decimated: Rect, header: PictureFormat) -> Rect:
    """(5.3) The window of the synthesised chroma planes from which the decimation takes a window."""
    ver, hor = header.c_ver, header.c_hor
    right, bottom = (decimated.right - 1) * hor + 1, (decimated.bottom - 1) * ver + 1
    return Rect.between(decimated.x * hor, decimated.y * ver, right, bottom)
