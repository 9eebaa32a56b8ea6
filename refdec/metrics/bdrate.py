"""Bjontegaard deltas with piecewise cubic interpolation (PCHIP: Fritsch and Carlson's monotone Hermite cubics).

The variant that the standards groups use today: log10 of the rate as a function of quality, interpolated by PCHIP
through all points (not the single cubic of VCEG-M33), integrated exactly over the common range of quality.

In: rates and qualities of two codecs, in any order.  Out: percent of rate at equal quality.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refdec.metrics.errors import CurvesApart, CurveTooShort, CurveUnusable
from refdec.metrics.luma import FloatArray

__all__ = ["bd_rate", "pchip_integral", "pchip_slopes"]


def _end_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    """Return the three-point slope at an end, limited so that the first piece stays monotone."""
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0:
        return 0.0
    if d0 * d1 <= 0 and abs(slope) > 3 * abs(d0):
        return 3 * d0
    return slope


def pchip_slopes(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the slopes at the nodes, x increasing; two nodes give a straight line.

    Inside: the harmonic mean of the neighbouring secants, weighted by the widths; 0 where the secants change sign.
    """
    h = np.diff(x)
    secant = np.diff(y) / h
    if len(x) == 2:
        return np.array([secant[0], secant[0]])
    slopes = np.zeros(len(x))
    for k in range(1, len(x) - 1):
        before, after = secant[k - 1], secant[k]
        if before * after > 0:
            w1, w2 = 2 * h[k] + h[k - 1], h[k] + 2 * h[k - 1]
            slopes[k] = (w1 + w2) / (w1 / before + w2 / after)
    slopes[0] = _end_slope(h[0], h[1], secant[0], secant[1])
    slopes[-1] = _end_slope(h[-1], h[-2], secant[-1], secant[-2])
    return slopes


def pchip_integral(x: FloatArray, y: FloatArray, low: float, high: float) -> float:
    """Return the exact integral of the PCHIP interpolant through (x, y) from `low` to `high`, inside the nodes."""
    slopes = pchip_slopes(x, y)
    total = 0.0
    for k in range(len(x) - 1):
        h = x[k + 1] - x[k]
        start, stop = max(low, x[k]), min(high, x[k + 1])
        if stop <= start:
            continue
        secant = (y[k + 1] - y[k]) / h
        quadratic = (3 * secant - 2 * slopes[k] - slopes[k + 1]) / h
        cubic = (slopes[k] + slopes[k + 1] - 2 * secant) / (h * h)
        a, b = start - x[k], stop - x[k]
        for power, factor in enumerate((y[k], slopes[k], quadratic, cubic), start=1):
            total += factor * (b**power - a**power) / power
    return float(total)


def _curve(name: str, rates: Sequence[float], qualities: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """Return (log10 of the rates, qualities) as arrays, checked."""
    if len(rates) < 2 or len(rates) != len(qualities):
        raise CurveTooShort(name, min(len(rates), len(qualities)))
    rate, quality = np.asarray(rates, np.float64), np.asarray(qualities, np.float64)
    if not (np.isfinite(rate).all() and np.isfinite(quality).all()):
        raise CurveUnusable(name, "a rate or a quality is not a finite number")
    if (rate <= 0).any():
        raise CurveUnusable(name, "a rate is not above zero")
    return np.log10(rate), quality


def _by_quality(name: str, rate: FloatArray, quality: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (quality, rate), sorted; equal qualities have no single rate."""
    order = np.argsort(quality)
    if (np.diff(quality[order]) <= 0).any():
        raise CurveUnusable(name, "two points have the same quality")
    return quality[order], rate[order]


def _mean_gap(anchor: tuple[FloatArray, FloatArray], test: tuple[FloatArray, FloatArray]) -> float:
    """Return the mean of test minus anchor over the common range of quality."""
    spans = [(float(key[0]), float(key[-1])) for key, _ in (anchor, test)]
    low, high = max(span[0] for span in spans), min(span[1] for span in spans)
    if high <= low:
        raise CurvesApart(*spans)
    return (pchip_integral(*test, low, high) - pchip_integral(*anchor, low, high)) / (high - low)


def bd_rate(
    anchor_rates: Sequence[float],
    anchor_qualities: Sequence[float],
    test_rates: Sequence[float],
    test_qualities: Sequence[float],
) -> float:
    """Return how much more rate the test codec needs at equal quality, in percent (-10.0: a tenth less).

    Rates are above 0, in any one unit; qualities grow with fidelity (dB).  Raises CurveTooShort, CurveUnusable (also
    for two points of equal quality) and CurvesApart.
    """
    curves = []
    for name, rates, qualities in (("anchor", anchor_rates, anchor_qualities), ("test", test_rates, test_qualities)):
        curves.append(_by_quality(name, *_curve(name, rates, qualities)))
    return float((10 ** _mean_gap(*curves) - 1) * 100)
