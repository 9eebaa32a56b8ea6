"""From synthesised planes to the output format (5.3, 6.4.8): crop, decimate, bring chroma to its size.

In: planes of the coded size, int32 Q18, or the windows of them that a window needs.  Out: planes before the filters.
"""

from __future__ import annotations

import numpy as np

from refdec.clauses import clause
from refdec.observation import UNWATCHED, Watch
from refdec.picture.errors import PlaneSizeMismatch
from refdec.picture.planes import (
    PictureFormat,
    Planes,
    chroma_rect,
    chroma_size,
    decimated_reach,
    decimated_size,
    synthesised_reach,
)
from refdec.picture.resample import bicubic_window
from refdec.picture.windows import Windows

__all__ = ["assemble"]


@clause("5.3")
@clause("6.4.8")
def assemble(
    synthesis: Planes, header: PictureFormat, windows: Windows | None = None, *, watch: Watch = UNWATCHED
) -> Planes:
    """(5.3, 6.4.8) Crop to the display size, decimate chroma to the coded format, bring it to the output format.

    The window `windows.assembled` (None: the whole picture), from planes that are the windows `windows.luma` and
    `windows.chroma` of the synthesis, which has the coded size.  Raises SubsamplingUnsupported and PlaneSizeMismatch.
    """
    at = windows or Windows.whole(header)
    size = chroma_size(header)
    for name, plane, window in zip("YUV", synthesis.as_tuple(), (at.luma, at.chroma, at.chroma), strict=True):
        if plane.shape != window.size_hw:
            raise PlaneSizeMismatch(name, plane.shape, window.size_hw)
    held = decimated_reach(at.assembled, header)
    part = synthesised_reach(held, header).seen_from(at.chroma)
    rows, columns = slice(part.y, part.bottom, header.c_ver), slice(part.x, part.right, header.c_hor)
    wanted = chroma_rect(at.assembled, (header.s_ver, header.s_hor))
    u, v = (
        bicubic_window(np.ascontiguousarray(plane[rows, columns]), held, decimated_size(header), wanted, size)
        for plane in (synthesis.u, synthesis.v)
    )
    inside = at.assembled.seen_from(at.luma)
    y = np.ascontiguousarray(synthesis.y[inside.rows, inside.columns])
    watch.window("pre_filters.Y", y, at.assembled, (header.display_height, header.display_width))
    watch.window("pre_filters.U", u, wanted, size)
    watch.window("pre_filters.V", v, wanted, size)
    return Planes(y, u, v)
