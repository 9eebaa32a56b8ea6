"""Dequantised residual (6.3.3, in place of the float sequence of 3.8).

In: decoded symbols, `likely`, class tables, scalers, quality map.  Out: int32 Q18.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array
from refdec.clauses import clause
from refdec.latent.errors import LatentMismatch
from refdec.latent.qualitysteps import NO_MAP_Q4, QualitySteps
from refdec.latent.variance import VarianceScaling, block_count

__all__ = ["require_likely", "residual_from_symbols"]


def require_likely(likely: Int32Array, channels: int, h: int, w: int, origin: tuple[int, int]) -> None:
    """Refuse block indices that do not cover a window of so many channels; raises LatentMismatch."""
    needed = (channels, block_count(origin[0] + h), block_count(origin[1] + w))
    if min(origin) < 0 or len(likely.shape) != 3 or any(got < n for got, n in zip(likely.shape, needed, strict=True)):
        raise LatentMismatch("The array of block indices", needed, likely.shape)


@clause("6.3.3")
def residual_from_symbols(
    symbols: Int16Array,
    likely: Int32Array,
    variance: VarianceScaling,
    scaler_q10: Int32Array,
    quality_steps: QualitySteps | None = None,
    *,
    origin: tuple[int, int] = (0, 0),
) -> Int32Array:
    """(6.3.3) Return the residual int32 Q18 [C, h, w] of symbols int16 [n, h, w]; channels from n to C - 1 are 0.

    C is that of `scaler_q10` [C], `variance` and `likely` [C, rows, columns of blocks].  The window begins `origin`
    (row, column) samples after the corner of the first block of `likely`; `quality_steps` covers just the window.
    Raises LatentMismatch.
    """
    from refdec.latent import kernels

    n, h, w = symbols.shape
    channels = scaler_q10.size
    if n > channels or variance.inverse_q16.shape[0] != channels:
        raise LatentMismatch("The scaler", (variance.inverse_q16.shape[0],), scaler_q10.shape)
    require_likely(likely, channels, h, w, origin)
    linear = NO_MAP_Q4
    if quality_steps is not None:
        linear = quality_steps.linear_q4
        if linear.shape != (h, w):
            raise LatentMismatch("The quality map", (h, w), linear.shape)
    out = np.empty((channels, h, w), np.int32)
    out[n:] = 0
    kernels.dequantise(
        np.ascontiguousarray(symbols),
        np.ascontiguousarray(likely),
        variance.thresholds,
        variance.inverse_q16,
        scaler_q10,
        linear,
        *origin,
        out[:n],
    )
    return out
