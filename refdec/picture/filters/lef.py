"""LEF, the luma sharpening filter (5.9, 6.4.12).

In: the luma plane Q18 and the scale indices of one luma channel.  Out: a new luma plane in 0..255.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.picture.errors import ScaleIndexMissing
from refdec.picture.planes import PictureFormat, even_window
from refdec.picture.resample import nearest_indices
from refdec.tables import integer_constants
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["factors", "lef", "lef_index_reach", "lef_reach"]


@clause("5.9")
def factors(scale_index: Int32Array, model_id: int) -> Int64Array:
    """(5.9 step 4) The factor of every latent position in hundredths, 100 where nothing is sharpened."""
    constants = integer_constants()
    steps = np.array([100, *constants["lef_hundredths"][model_id]], np.int64)
    return steps[np.searchsorted(constants["lef_thresholds"][model_id], scale_index, side="right")]


@clause("5.9")
@clause("6.4.12")
def lef(
    luma: Int32Array,
    scale_index: Int32Array | None,
    header: PictureFormat,
    *,
    held: Rect | None = None,
    index_held: Rect | None = None,
) -> Int32Array:
    """(5.9, 6.4.12) Sharpen luma [H, W] where the scale index is large; the index map is stretched to H x W (I-8).

    `scale_index` [LatH, LatW] is row LEF_chIdx of s2 (3.2 step 4).  `luma` may be the window `held` of the plane, with
    `scale_index` the window `index_held` of the map (`lef_index_reach`); then the outer samples are right only where
    the picture ends with them.  Raises ScaleIndexMissing.
    """
    from refdec.picture.filters.kernels import lef_plane

    size = ceil_div(header.img_height, 16), ceil_div(header.img_width, 16)
    maps = index_held or Rect(0, 0, size[1], size[0])
    if scale_index is None or scale_index.shape != maps.size_hw:
        raise ScaleIndexMissing(None if scale_index is None else scale_index.shape, maps.size_hw)
    height, width = (luma.shape[0], luma.shape[1]) if held is None else (header.display_height, header.display_width)
    held = held or Rect(0, 0, width, height)
    out = np.empty(luma.shape, np.int32)
    rows = nearest_indices(size[0], height)[held.rows] - maps.y
    columns = nearest_indices(size[1], width)[held.columns] - maps.x
    lef_plane(out, np.ascontiguousarray(luma), factors(scale_index, header.model_id), rows, columns)
    return out


@clause("5.9")
def lef_reach(wanted: Rect, header: PictureFormat) -> Rect:
    """(5.9) The window of luma that a window of the sharpened luma follows from: one sample more on every side."""
    return even_window(Rect.between(wanted.x - 1, wanted.y - 1, wanted.right + 1, wanted.bottom + 1), header)


@clause("5.9")
def lef_index_reach(held: Rect, header: PictureFormat) -> Rect:
    """(5.9) The window of the index map that a window of luma looks at."""
    rows = nearest_indices(ceil_div(header.img_height, 16), header.display_height)[held.rows]
    columns = nearest_indices(ceil_div(header.img_width, 16), header.display_width)[held.columns]
    return Rect.between(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
