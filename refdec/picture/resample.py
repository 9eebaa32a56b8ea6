"""Resampling of planes (5.4, 6.4.8): bicubic and bilinear with aligned corners, and the nearest-index rule of LEF.

In: a plane int32 [rows, columns] and a target size.  Out: an int32 plane of that size, or source indices.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refdec.arithmetic.fixed import Q, rdiv, rhe, rshift
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.tiling.geometry import Rect

__all__ = [
    "bicubic_ac",
    "bicubic_reach",
    "bicubic_window",
    "bilinear_ac",
    "bilinear_reach",
    "bilinear_window",
    "cubic_weights",
    "nearest_indices",
    "positions",
]

Taps = tuple[Int64Array, Int64Array]
Size = tuple[int, int]
TapsOf = Callable[[int, int], Taps]
CUBIC_BITS = 30


@clause("6.4.8")
def positions(n: int, m: int) -> Taps:
    """(6.4.8) For m outputs over n inputs with aligned corners: sample k and fraction tau (Q18, 0..2^18) of each."""
    if m == 1:
        return np.zeros(1, np.int64), np.zeros(1, np.int64)
    place = np.arange(m, dtype=np.int64) * (n - 1)
    k = place // (m - 1)
    return k, rdiv((place - k * (m - 1)) << Q, m - 1)


@clause("6.4.8")
def cubic_weights(tau: Int64Array) -> Int64Array:
    """(6.4.8) Weights in Q30 of the samples k-1..k+2, for fractions tau [m] in Q18; [m, 4], each row sums to 2^30."""
    u = (1 << Q) - tau
    before = rshift(-3 * tau * u * u, 26)
    after = rshift(5 * u * u * u - ((9 * u * u) << Q) + (1 << 56), 26)
    beyond = rshift(-3 * u * tau * tau, 26)
    return np.stack([before, (1 << CUBIC_BITS) - before - after - beyond, after, beyond], axis=1)


def _cubic_taps(n: int, m: int) -> Taps:
    k, tau = positions(n, m)
    index = np.clip(k[:, None] + np.arange(-1, 3, dtype=np.int64), 0, n - 1)
    return index, cubic_weights(tau)


def _linear_taps(n: int, m: int) -> Taps:
    k, tau = positions(n, m)
    index = np.clip(k[:, None] + np.arange(2, dtype=np.int64), 0, n - 1)
    return index, np.stack([(1 << Q) - tau, tau], axis=1)


def _resample(plane: Int32Array, rows: Taps | None, columns: Taps | None, shift: int) -> Int32Array:
    """Apply taps down the columns, then along the rows; None leaves a direction as it is."""
    from refdec.picture.kernels import resample_columns, resample_rows

    plane = np.ascontiguousarray(plane)
    if rows is not None:
        tall = np.empty((rows[0].shape[0], plane.shape[1]), np.int32)
        resample_rows(plane, rows[0], rows[1], shift, tall)
        plane = tall
    if columns is not None:
        broad = np.empty((plane.shape[0], columns[0].shape[0]), np.int32)
        resample_columns(plane, columns[0], columns[1], shift, broad)
        plane = broad
    return plane


@clause("5.4")
@clause("6.4.8")
def bicubic_ac(plane: Int32Array, height: int, width: int) -> Int32Array:
    """(5.4, 6.4.8) Cubic interpolation, corners aligned; a direction whose size stays is not touched."""
    n_rows, n_columns = plane.shape
    rows = None if n_rows == height else _cubic_taps(n_rows, height)
    columns = None if n_columns == width else _cubic_taps(n_columns, width)
    return _resample(plane, rows, columns, CUBIC_BITS)


@clause("5.4")
def bicubic_reach(wanted: Rect, source_hw: Size, target_hw: Size) -> Rect:
    """(5.4) The window of a plane of `source_hw` that a window of it, interpolated to `target_hw`, follows from."""
    return _reach(_cubic_taps, wanted, source_hw, target_hw)


@clause("5.4")
@clause("6.4.8")
def bicubic_window(part: Int32Array, held: Rect, source_hw: Size, wanted: Rect, target_hw: Size) -> Int32Array:
    """(5.4, 6.4.8) The window `wanted` of what bicubic_ac makes of a plane of which `part` is the window `held`.

    `held` must hold `bicubic_reach`; the samples are the same as those of the whole plane.
    """
    return _window(_cubic_taps, CUBIC_BITS, part, held, source_hw, wanted, target_hw)


@clause("5.4")
@clause("6.4.8")
def bilinear_ac(plane: Int32Array, height: int, width: int) -> Int32Array:
    """(5.4, 6.4.8) Linear interpolation, corners aligned; a direction whose size stays is not touched."""
    n_rows, n_columns = plane.shape
    rows = None if n_rows == height else _linear_taps(n_rows, height)
    columns = None if n_columns == width else _linear_taps(n_columns, width)
    return _resample(plane, rows, columns, Q)


@clause("5.4")
def bilinear_reach(wanted: Rect, source_hw: Size, target_hw: Size) -> Rect:
    """(5.4) The window of a plane of `source_hw` that a window of bilinear_ac's plane follows from."""
    return _reach(_linear_taps, wanted, source_hw, target_hw)


@clause("5.4")
@clause("6.4.8")
def bilinear_window(part: Int32Array, held: Rect, source_hw: Size, wanted: Rect, target_hw: Size) -> Int32Array:
    """(5.4, 6.4.8) The window `wanted` of what bilinear_ac makes of a plane of which `part` is the window `held`.

    `held` must hold `bilinear_reach`; the samples are the same as those of the whole plane.
    """
    return _window(_linear_taps, Q, part, held, source_hw, wanted, target_hw)


def _reach(taps_of: TapsOf, wanted: Rect, source_hw: Size, target_hw: Size) -> Rect:
    """Return the window of the source that the taps of a window of the target read."""
    spans = []
    for first, beyond, n, m in (
        (wanted.x, wanted.right, source_hw[1], target_hw[1]),
        (wanted.y, wanted.bottom, source_hw[0], target_hw[0]),
    ):
        taken = taps_of(n, m)[0][first:beyond]
        spans.append((first, beyond) if n == m else (int(taken.min()), int(taken.max()) + 1))
    (left, right), (top, bottom) = spans
    return Rect.between(left, top, right, bottom)


def _window(
    taps_of: TapsOf, shift: int, part: Int32Array, held: Rect, source_hw: Size, wanted: Rect, target_hw: Size
) -> Int32Array:
    """Resample a window: the taps of the whole plane, counted from the corner of what is held."""
    taps: list[Taps | None] = []
    cuts = []
    for first, beyond, origin, n, m in (
        (wanted.y, wanted.bottom, held.y, source_hw[0], target_hw[0]),
        (wanted.x, wanted.right, held.x, source_hw[1], target_hw[1]),
    ):
        if n == m:
            taps.append(None)
            cuts.append(slice(first - origin, beyond - origin))
            continue
        index, weight = taps_of(n, m)
        taps.append((index[first:beyond] - origin, weight[first:beyond]))
        cuts.append(slice(None))
    return _resample(part[cuts[0], cuts[1]], taps[0], taps[1], shift)


def _bit_lengths(values: Int64Array) -> Int64Array:
    """Return bitlen of every value, 0 <= value < 2^62."""
    powers = np.left_shift(np.int64(1), np.arange(62, dtype=np.int64))
    return np.searchsorted(powers, values, side="right").astype(np.int64)


@clause("5.4")
@clause("6.4.8")
def nearest_indices(n: int, m: int) -> Int64Array:
    """(5.4, 6.4.8) Source index of each of m outputs over n inputs: a binary32 product and floor, in integers.

    1 <= n < 2^17 and 1 <= m < 2^17 keep all products below 2^45.
    """
    s = 24 - n.bit_length() + m.bit_length()
    while (n << s) // m >= 1 << 24:
        s -= 1
    product = np.arange(m, dtype=np.int64) * rhe(n << s, m)
    dropped = np.maximum(_bit_lengths(product) - 24, 0)
    product = rhe(product, np.left_shift(np.int64(1), dropped)) << dropped
    indices: Int64Array = np.minimum(product >> s, n - 1)
    return indices
