"""Sample planes, and their assembly from the output of the synthesis networks (5.3, 6.4.8).

In: three planes of the coded size, int32 Q18.  Out: planes of the display size in the output format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.picture.errors import PlaneSizeMismatch, SubsamplingUnsupported
from refdec.picture.resample import bicubic_ac
from refdec.tiling.geometry import Rect
from refdec.tiling.windows import even_around

__all__ = [
    "Observer",
    "PictureFormat",
    "Planes",
    "Size",
    "ThreePlanes",
    "assemble",
    "ceil_div",
    "chroma_rect",
    "chroma_size",
    "even_window",
    "is_420",
    "unobserved",
]

Size: TypeAlias = tuple[int, int]
ThreePlanes: TypeAlias = tuple[Int32Array, Int32Array, Int32Array]
"""R, G, B or Y, U, V, int32 Q18."""
Observer: TypeAlias = Callable[[str, npt.NDArray[Any]], None]
"""Told of each stage: its name of 6.5 item 4, and the array."""

LEGAL_FORMATS = frozenset(
    {((1, 1), (1, 1)), ((1, 1), (2, 2)), ((1, 1), (1, 2)), ((2, 2), (2, 2)), ((1, 2), (1, 2))},
)


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


def ceil_div(a: int, b: int) -> int:
    """Return a / b rounded up."""
    return (a + b - 1) // b


def unobserved(_stage: str, _array: npt.NDArray[Any]) -> None:
    """Take a stage and do nothing: the observer of those who do not watch."""


def is_420(header: PictureFormat) -> bool:
    """Tell whether the output format is 4:2:0."""
    return (header.s_ver, header.s_hor) == (2, 2)


@clause("5.1")
def chroma_size(header: PictureFormat) -> Size:
    """(5.1) Height and width of the output chroma planes.

    Raises SubsamplingUnsupported for a pair of formats that does not exist.
    """
    output, coded = (header.s_ver, header.s_hor), (header.c_ver, header.c_hor)
    if (output, coded) not in LEGAL_FORMATS:
        raise SubsamplingUnsupported(output, coded)
    return ceil_div(header.display_height, header.s_ver), ceil_div(header.display_width, header.s_hor)


@clause("5.1")
def chroma_rect(rect: Rect, subsampling: Size) -> Rect:
    """(5.1) The chroma samples of a window of the luma plane whose corner is a multiple of the subsampling."""
    ver, hor = subsampling
    return Rect.between(rect.x // hor, rect.y // ver, ceil_div(rect.right, hor), ceil_div(rect.bottom, ver))


@clause("5.6.2")
def even_window(rect: Rect, header: PictureFormat) -> Rect:
    """(5.6.2) Grow a window of the displayed luma plane to even corners, which phase planes need; never beyond it."""
    size = header.display_height, header.display_width
    return even_around(rect.intersection(Rect(0, 0, size[1], size[0])), size)


@clause("5.3")
@clause("6.4.8")
def assemble(synthesis: Planes, header: PictureFormat) -> Planes:
    """(5.3, 6.4.8) Crop to the display size, decimate chroma to the coded format, bring it to the output format.

    All three planes of `synthesis` have the coded size.  Raises SubsamplingUnsupported and PlaneSizeMismatch.
    """
    coded_size = (header.img_height, header.img_width)
    for name, plane in zip("YUV", synthesis.as_tuple(), strict=True):
        if plane.shape != coded_size:
            raise PlaneSizeMismatch(name, plane.shape, coded_size)
    size = chroma_size(header)
    rows, columns = slice(0, header.display_height), slice(0, header.display_width)
    steps = slice(0, header.display_height, header.c_ver), slice(0, header.display_width, header.c_hor)
    u, v = (bicubic_ac(np.ascontiguousarray(plane[steps]), *size) for plane in (synthesis.u, synthesis.v))
    return Planes(np.ascontiguousarray(synthesis.y[rows, columns]), u, v)
