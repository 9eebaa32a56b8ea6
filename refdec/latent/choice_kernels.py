"""Integer loops for encoders that choose symbols themselves: the exact symbol before rounding (6.7).

In: prediction errors of one phase or window.  Out: written into an array that the caller made.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.scalars import rshift_s
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.jit import kernel
from refdec.latent.kernels import variance_class

__all__ = ["exact_symbols"]

_CLAMP = 1 << 48
_TO_Q16 = 39 - 16


@clause("6.7", kind="added", reason="encoders that weigh rate against distortion need the symbol before its rounding")
@kernel(
    "void(int32[:,:,:], int32[:,:,::1], int32[::1], int32[:,::1], int32[::1], int32[:,:], int64, int64, int64,"
    "int64[:,:,::1])"
)
def exact_symbols(
    error: Int32Array,
    likely: Int32Array,
    thresholds: Int32Array,
    scale_q7: Int32Array,
    scaler_q10: Int32Array,
    linear_q4: Int32Array,
    row0: int,
    column0: int,
    step: int,
    out: Int64Array,
) -> None:
    """(6.7) Write e * S * QLIN * a in Q16, rounded once; |product| + 2^22 < 2^62 for the ranges of `quantise`.

    Sample [i, j] lies `step` * i rows and `step` * j columns behind (row0, column0).  `linear_q4` has the shape of the
    samples, or is 1x1 without a quality map.
    """
    channels, rows, columns = error.shape
    mapped = linear_q4.size > 1
    for c in range(channels):
        scaler = np.int64(scaler_q10[c])
        for i in range(rows):
            for j in range(columns):
                k = variance_class(likely[c, (row0 + step * i) >> 3, (column0 + step * j) >> 3], thresholds)
                linear = np.int64(linear_q4[i, j]) if mapped else np.int64(linear_q4[0, 0])
                scaled = min(max(int(np.int64(error[c, i, j]) * scaler), -_CLAMP), _CLAMP)
                out[c, i, j] = rshift_s(int(scaled * linear * np.int64(scale_q7[c, k])), _TO_Q16)
