"""The chain of enhancement filters (5.2 step 4, 5.5): EFE linear, eICCI, EFE non-linear, LEF, each if its flag is 1.

In: a window of the planes after assembly, Q18, and the tools header.  Out: the window of the filtered planes that was
asked for; the whole picture is the default.  Each stage is shown to a watch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.observation import UNWATCHED, Watch
from refdec.picture.errors import PlaneSizeMismatch
from refdec.picture.filters.efe_linear import ALTERNATIVE, MAIN, efe_linear
from refdec.picture.filters.efe_nonlinear import efe_nonlinear
from refdec.picture.filters.lef import lef, lef_index_reach
from refdec.picture.filters.tools import FilterTools
from refdec.picture.planes import PictureFormat, Planes, chroma_rect, chroma_size, cut_planes, plane_rects
from refdec.picture.windows import Windows
from refdec.tiling.geometry import Rect

if TYPE_CHECKING:
    from refdec.picture.filters.eicci import LoadIcci

__all__ = ["ScaleIndex", "apply_filters", "makes_alternative"]

ScaleIndex: TypeAlias = Callable[[int, Rect], Int32Array]
"""Gives the scale indices [h, w] of a luma channel in a window of the latent, for LEF."""


@clause("5.6.6")
def makes_alternative(tools: FilterTools) -> bool:
    """(5.6.6) Tell whether EFE linear also makes the alternative picture, for the switch of EFE non-linear."""
    linear, nonlinear = tools.efe_linear, tools.efe_nonlinear
    if linear is None or nonlinear is None or not nonlinear.mask1:
        return False
    return any(index > 0 for index in linear.sets[ALTERNATIVE].best_cand_idx)


@clause("5.1")
def _require_sizes(planes: Planes, held: Rect, header: PictureFormat) -> None:
    """(5.1) Raise PlaneSizeMismatch unless the planes are the window `held` in the output format."""
    chroma_size(header)  # raises for a pair of formats that does not exist
    rects = plane_rects(held, (header.s_ver, header.s_hor))
    for name, plane, rect in zip("YUV", planes.as_tuple(), rects, strict=True):
        if plane.shape != rect.size_hw:
            raise PlaneSizeMismatch(name, plane.shape, rect.size_hw)


@clause("5.2")
@clause("5.5")
def apply_filters(
    planes: Planes,
    header: PictureFormat,
    tools: FilterTools | None,
    *,
    transform: int,
    load_icci: LoadIcci,
    scale_index: ScaleIndex | None = None,
    windows: Windows | None = None,
    watch: Watch = UNWATCHED,
) -> Planes:
    """(5.2, 5.5) Run the filters that `tools` enables, in their order; the same planes come back if there are none.

    From the window `windows.assembled` to the window `windows.wanted` (None: the whole picture).  `transform` is the
    synthesis transform that runs (0 SOP, 1 BOP, 2 HOP).  `load_icci(kind)` gives an eICCI network and is called only
    for models that are used; `scale_index(channel, window)` is asked only if LEF is on.  `watch` sees the stages of 6.5
    item 4.  Raises the errors of the filters and PlaneSizeMismatch.
    """
    at = windows or Windows.whole(header)
    _require_sizes(planes, at.assembled, header)
    if tools is None:
        return planes
    alternative = None
    if tools.efe_linear is not None:
        source, held = planes, at.assembled
        planes = efe_linear(source, header, tools.efe_linear, MAIN, held=held, wanted=at.linear)
        _show_chroma(watch, "efe_linear", planes, at.linear, header)
        if makes_alternative(tools):
            alternative = efe_linear(source, header, tools.efe_linear, ALTERNATIVE, held=held, wanted=at.filtered)
            _show_chroma(watch, "efe_linear_alt", alternative, at.filtered, header)
    if tools.icci is not None:
        from refdec.picture.filters.eicci import eicci

        planes = eicci(planes, header, tools.icci, transform, load_icci, held=at.linear, wanted=at.filtered)
        planes = cut_planes(planes, at.linear, at.filtered, header)
        _show_luma(watch, "eicci", planes, at.filtered, header)
        _show_chroma(watch, "eicci", planes, at.filtered, header)
    if tools.efe_nonlinear is not None:
        planes = efe_nonlinear(planes, alternative, header, tools.efe_nonlinear, held=at.filtered)
        _show_chroma(watch, "efe_nonlinear", planes, at.filtered, header)
    if tools.lef_ch_idx is not None:
        index_at = lef_index_reach(at.filtered, header)
        index = None if scale_index is None else scale_index(tools.lef_ch_idx, index_at)
        planes = planes.with_luma(lef(planes.y, index, header, held=at.filtered, index_held=index_at))
    planes = cut_planes(planes, at.filtered, at.wanted, header)
    if tools.lef_ch_idx is not None:  # its outer samples are right only where the picture ends with them
        _show_luma(watch, "lef", planes, at.wanted, header)
    return planes


def _show_luma(watch: Watch, stage: str, planes: Planes, held: Rect, header: PictureFormat) -> None:
    watch.window(f"{stage}.Y", planes.y, held, (header.display_height, header.display_width))


def _show_chroma(watch: Watch, stage: str, planes: Planes, held: Rect, header: PictureFormat) -> None:
    at, size = chroma_rect(held, (header.s_ver, header.s_hor)), chroma_size(header)
    watch.window(f"{stage}.U", planes.u, at, size)
    watch.window(f"{stage}.V", planes.v, at, size)
