"""What each step after the synthesis must hold for a window of the picture (5.2, 6.5 item 1): backwards, step by step.

In: a window of the displayed picture, its format, and the filters that run.  Out: `Windows`, in luma samples.  The
whole picture is a window like any other, and needs the whole of everything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from refdec.clauses import clause
from refdec.picture.filters.efe_linear import efe_linear_reach
from refdec.picture.filters.eicci import eicci_reach
from refdec.picture.filters.lef import lef_reach
from refdec.picture.filters.tools import FilterTools
from refdec.picture.planes import PictureFormat, coded_rect, decimated_reach, even_window, shown_rect, synthesised_reach
from refdec.tiling.geometry import Rect

__all__ = ["Windows"]

REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"


@clause("5.2", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True)
class Windows:
    """(5.2) What each step must hold so that `wanted` of the filtered planes comes out right; luma samples.

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
        chroma = synthesised_reach(decimated_reach(assembled, header), header)
        return cls(wanted, filtered, linear, assembled, assembled, chroma)

    def with_all_synthesised(self, header: PictureFormat) -> Windows:
        """Return the same with synthesised samples that nobody needs: those that decimation skips, and hidden ones.

        The windows of all parts of a picture then cover its whole synthesis, for those who want to see that.
        """
        right, bottom = -self.chroma.right % header.c_hor, -self.chroma.bottom % header.c_ver
        grown = Rect.between(self.chroma.x, self.chroma.y, self.chroma.right + right, self.chroma.bottom + bottom)
        return replace(self, luma=_to_the_coded_edge(self.luma, header), chroma=_to_the_coded_edge(grown, header))

    @classmethod
    def whole(cls, header: PictureFormat) -> Windows:
        """Return the windows of the whole picture, from planes of the whole coded size."""
        shown, coded = shown_rect(header), coded_rect(header)
        return cls(shown, shown, shown, shown, coded, coded)


def _to_the_coded_edge(rect: Rect, header: PictureFormat) -> Rect:
    """Return a window that ends with the displayed picture as one that ends with the coded one."""
    right = header.img_width if rect.right >= header.display_width else rect.right
    bottom = header.img_height if rect.bottom >= header.display_height else rect.bottom
    return Rect.between(rect.x, rect.y, right, bottom)
