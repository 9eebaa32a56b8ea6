"""The chain of enhancement filters (5.2 step 4, 5.5): EFE linear, eICCI, EFE non-linear, LEF, each if its flag is 1.

In: planes after assembly, Q18, and the tools header.  Out: filtered planes.  Each stage is shown to an observer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.observation import Observer
from refdec.picture.errors import PlaneSizeMismatch
from refdec.picture.filters.chain import makes_alternative
from refdec.picture.filters.efe_linear import ALTERNATIVE, MAIN, efe_linear
from refdec.picture.filters.efe_nonlinear import efe_nonlinear
from refdec.picture.filters.lef import lef
from refdec.picture.filters.tools import FilterTools
from refdec.picture.planes import PictureFormat, Planes, chroma_size
from refdec.picture.resample import bicubic_ac
from tests.oracle.values import unobserved

if TYPE_CHECKING:
    from refdec.picture.filters.eicci import LoadIcci

__all__ = ["ScaleIndex", "apply_filters", "assemble"]

ScaleIndex: TypeAlias = Int32Array | Callable[[int], Int32Array]
"""Scale indices [LatH, LatW] of channel LEF_chIdx, or a function that gives them for a channel number."""


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


def _require_sizes(planes: Planes, header: PictureFormat) -> None:
    """(5.1) Raise PlaneSizeMismatch unless the planes have the display size in the output format."""
    chroma = chroma_size(header)
    needed = ((header.display_height, header.display_width), chroma, chroma)
    for name, plane, size in zip("YUV", planes.as_tuple(), needed, strict=True):
        if plane.shape != size:
            raise PlaneSizeMismatch(name, plane.shape, size)


def apply_filters(
    planes: Planes,
    header: PictureFormat,
    tools: FilterTools | None,
    *,
    transform: int,
    load_icci: LoadIcci,
    scale_index_channel: ScaleIndex | None = None,
    observe: Observer = unobserved,
) -> Planes:
    """(5.2, 5.5) Run the filters that `tools` enables, in their order; the same planes come back if there are none.

    `transform` is the synthesis transform that runs (0 SOP, 1 BOP, 2 HOP).  `load_icci(kind)` gives an eICCI network
    and is called only for models that are used; `scale_index_channel` is asked only if LEF is on.
    `observe(stage, array)` sees the stages of 6.5 item 4.  Raises the errors of the filters and PlaneSizeMismatch.
    """
    _require_sizes(planes, header)
    if tools is None:
        return planes
    alternative = None
    if tools.efe_linear is not None:
        source = planes
        planes = efe_linear(source, header, tools.efe_linear, MAIN)
        _show_chroma(observe, "efe_linear", planes)
        if makes_alternative(tools):
            alternative = efe_linear(source, header, tools.efe_linear, ALTERNATIVE)
            _show_chroma(observe, "efe_linear_alt", alternative)
    if tools.icci is not None:
        from refdec.picture.filters.eicci import eicci

        planes = eicci(planes, header, tools.icci, transform, load_icci)
        observe("eicci.Y", planes.y)
        _show_chroma(observe, "eicci", planes)
    if tools.efe_nonlinear is not None:
        planes = efe_nonlinear(planes, alternative, header, tools.efe_nonlinear)
        _show_chroma(observe, "efe_nonlinear", planes)
    if tools.lef_ch_idx is not None:
        scale_index = scale_index_channel(tools.lef_ch_idx) if callable(scale_index_channel) else scale_index_channel
        planes = planes.with_luma(lef(planes.y, scale_index, header))
        observe("lef.Y", planes.y)
    return planes


def _show_chroma(observe: Observer, stage: str, planes: Planes) -> None:
    observe(f"{stage}.U", planes.u)
    observe(f"{stage}.V", planes.v)
