"""LSBS, latent scaling before synthesis (6.3.4, 3.9).

In: the merged latent and the residual of one component, Q18, and `likely`.  Out: the corrected latent, Q18.
"""

from __future__ import annotations

import numpy as np

from refdec import tables
from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.latent.dequant import require_likely
from refdec.latent.errors import LatentMismatch
from refdec.latent.variance import model_table

__all__ = ["lsbs"]


@clause("6.3.4")
def lsbs(
    y_hat: Int32Array,
    residual: Int32Array,
    likely: Int32Array,
    model_id: int,
    *,
    origin: tuple[int, int] = (0, 0),
    out: Int32Array | None = None,
) -> Int32Array:
    """(6.3.4) Return y_hat' int32 Q18 [C, h, w] of y_hat and residual, by the class of `likely` (per block).

    The window begins `origin` (row, column) samples after the corner of the first block of `likely`.  `out` may be
    given to save memory, C-contiguous; it may be `y_hat` itself.  Raises LatentMismatch, ModelUnknown.
    """
    from refdec.latent import kernels

    if residual.shape != y_hat.shape:
        raise LatentMismatch("The residual", y_hat.shape, residual.shape)
    channels, h, w = y_hat.shape
    require_likely(likely, channels, h, w, origin)
    model = model_table(model_id)
    result = np.empty(y_hat.shape, np.int32) if out is None else out
    if result.shape != y_hat.shape:
        raise LatentMismatch("The output array", y_hat.shape, result.shape)
    kernels.lsbs(
        np.ascontiguousarray(y_hat),
        np.ascontiguousarray(residual),
        np.ascontiguousarray(likely),
        np.array(tables.model_constants()["common"]["lsbs_thresholds_index"], np.int32),
        np.array(model["lsbs_scale0_mean"], np.int32),
        np.array(model["lsbs_scale1_residual"], np.int32),
        *origin,
        result,
    )
    return result
