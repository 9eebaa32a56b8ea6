"""LEF, the luma sharpening filter (5.9, 6.4.12).

In: the luma plane Q18 and the scale indices of one luma channel.  Out: a new luma plane in 0..255.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.picture.errors import ScaleIndexMissing
from refdec.picture.planes import PictureFormat, ceil_div
from refdec.picture.resample import nearest_indices
from refdec.tables import integer_constants

__all__ = ["factors", "lef"]


@clause("5.9")
def factors(scale_index: Int32Array, model_id: int) -> Int64Array:
    """(5.9 step 4) The factor of every latent position in hundredths, 100 where nothing is sharpened."""
    constants = integer_constants()
    steps = np.array([100, *constants["lef_hundredths"][model_id]], np.int64)
    return steps[np.searchsorted(constants["lef_thresholds"][model_id], scale_index, side="right")]


@clause("5.9")
@clause("6.4.12")
def lef(luma: Int32Array, scale_index: Int32Array | None, header: PictureFormat) -> Int32Array:
    """(5.9, 6.4.12) Sharpen luma [H, W] where the scale index is large; the index map is stretched to H x W (I-8).

    `scale_index` [LatH, LatW] is row LEF_chIdx of s2 (3.2 step 4).  Raises ScaleIndexMissing.
    """
    from refdec.picture.filters.kernels import lef_plane

    needed = ceil_div(header.img_height, 16), ceil_div(header.img_width, 16)
    if scale_index is None or scale_index.shape != needed:
        raise ScaleIndexMissing(None if scale_index is None else scale_index.shape, needed)
    height, width = luma.shape
    out = np.empty(luma.shape, np.int32)
    rows, columns = nearest_indices(needed[0], height), nearest_indices(needed[1], width)
    lef_plane(out, np.ascontiguousarray(luma), factors(scale_index, header.model_id), rows, columns)
    return out
