"""The picture stages for a window of the picture (5.2 steps 2 to 5): the same samples as the crop of the whole.

In: windows of the synthesised planes.  Out: a window of the output planes.  `Windows.of` walks the stages backwards and
says what each must hold, the rest walks them forwards.  Every reach is that of its filter; see the filters' modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.picture.filters.chain import FilterTools, makes_alternative
from refdec.picture.filters.efe_linear import ALTERNATIVE, MAIN, efe_linear, efe_linear_reach
from refdec.picture.filters.efe_nonlinear import efe_nonlinear
from refdec.picture.filters.eicci import LoadIcci, eicci, eicci_reach
from refdec.picture.filters.lef import lef, lef_index_reach, lef_reach
from refdec.picture.planes import PictureFormat, Planes, Size, chroma_rect, chroma_size, even_window
from refdec.picture.resample import bicubic_reach, bicubic_window
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["Windows", "assemble_window", "cut_planes", "filter_window"]

REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"
IndexWindow = Callable[[int, Rect], Int32Array]
"""Gives the scale indices of a luma channel in a window of the latent, for LEF."""


@clause("5.2", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True)
class Windows:
    """(5.2) What each stage must hold so that `wanted` of the filtered planes comes out right; luma samples.

    `filtered`: before LEF, and before and after EFE non-linear.  `linear`: after EFE linear.  `assembled`: before the
    filters.  `luma` and `chroma`: of the synthesised planes, which are all of the coded luma size.
    """

    wanted: Rect
    filtered: Rect
    linear: Rect
    assembled: Rect
    luma: Rect
    chroma: Rect

    @classmethod
    def of(cls, wanted: Rect, header: PictureFormat, tools: FilterTools | None) -> Windows:
        """Return the windows for a window of the displayed picture; it is grown to even corners first."""
        wanted = even_window(wanted, header)
        filtered = linear = assembled = wanted
        if tools is not None:
            if tools.lef_ch_idx is not None:
                filtered = linear = assembled = lef_reach(wanted, header)
            if tools.icci is not None:
                linear = assembled = eicci_reach(filtered, header, tools.icci)
            if tools.efe_linear is not None:
                assembled = efe_linear_reach(linear, header)
        return cls(
            wanted, filtered, linear, assembled, assembled, _full_size(_decimated_reach(assembled, header), header)
        )


def _decimated_size(header: PictureFormat) -> Size:
    """(5.3) Size of the chroma planes after decimation to the coded format."""
    return ceil_div(header.display_height, header.c_ver), ceil_div(header.display_width, header.c_hor)


@clause("5.3")
def _decimated_reach(assembled: Rect, header: PictureFormat) -> Rect:
    """(5.3) The window of the decimated chroma planes that a window of the assembled picture follows from."""
    wanted = chroma_rect(assembled, (header.s_ver, header.s_hor))
    return bicubic_reach(wanted, _decimated_size(header), chroma_size(header))


@clause("5.3")
def _full_size(decimated: Rect, header: PictureFormat) -> Rect:
    """(5.3) The window of the synthesised chroma planes from which the decimation takes a window."""
    ver, hor = header.c_ver, header.c_hor
    right, bottom = (decimated.right - 1) * hor + 1, (decimated.bottom - 1) * ver + 1
    return Rect.between(decimated.x * hor, decimated.y * ver, right, bottom)


@clause("5.3", kind="added", reason=REASON)
def assemble_window(synthesis: Planes, header: PictureFormat, windows: Windows) -> Planes:
    """(5.3) The window `windows.assembled` in the output format, from the synthesis of `windows.luma` and `.chroma`."""
    held = _decimated_reach(windows.assembled, header)
    wanted = chroma_rect(windows.assembled, (header.s_ver, header.s_hor))
    u, v = (
        bicubic_window(
            np.ascontiguousarray(plane[:: header.c_ver, :: header.c_hor]),
            held,
            _decimated_size(header),
            wanted,
            chroma_size(header),
        )
        for plane in (synthesis.u, synthesis.v)
    )
    return Planes(synthesis.y, u, v)


def cut_planes(planes: Planes, held: Rect, wanted: Rect, header: PictureFormat) -> Planes:
    """Return `wanted` of planes that are the window `held` of the picture, both with corners on the chroma grid."""
    output = header.s_ver, header.s_hor
    y, c = wanted.seen_from(held), chroma_rect(wanted, output).seen_from(chroma_rect(held, output))
    return Planes(planes.y[y.rows, y.columns], planes.u[c.rows, c.columns], planes.v[c.rows, c.columns])


@clause("5.5", kind="added", reason=REASON)
def filter_window(
    planes: Planes,
    header: PictureFormat,
    tools: FilterTools | None,
    windows: Windows,
    *,
    transform: int,
    load_icci: LoadIcci,
    scale_index: IndexWindow,
) -> Planes:
    """(5.5) The filters that `tools` enables, from the window `windows.assembled` to the window `windows.wanted`."""
    if tools is None:
        return planes
    alternative = None
    if tools.efe_linear is not None:
        source, held = planes, windows.assembled
        planes = efe_linear(source, header, tools.efe_linear, MAIN, held=held, wanted=windows.linear)
        if makes_alternative(tools):
            alternative = efe_linear(source, header, tools.efe_linear, ALTERNATIVE, held=held, wanted=windows.filtered)
    if tools.icci is not None:
        planes = eicci(planes, header, tools.icci, transform, load_icci, held=windows.linear, wanted=windows.filtered)
        planes = cut_planes(planes, windows.linear, windows.filtered, header)
    if tools.efe_nonlinear is not None:
        planes = efe_nonlinear(planes, alternative, header, tools.efe_nonlinear, held=windows.filtered)
    if tools.lef_ch_idx is not None:
        held = windows.filtered
        at = lef_index_reach(held, header)
        index = scale_index(tools.lef_ch_idx, at)
        planes = planes.with_luma(lef(planes.y, index, header, held=held, index_held=at))
    return cut_planes(planes, windows.filtered, windows.wanted, header)
