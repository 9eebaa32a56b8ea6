"""BD-rate: closed forms by hand, PCHIP against its definition and (where it is installed) against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from refdec.metrics.bdrate import bd_rate, pchip_integral, pchip_slopes
from refdec.metrics.errors import CurvesApart, CurveTooShort, CurveUnusable

RATES = [0.1, 0.2, 0.5, 0.9]
QUALITIES = [28.0, 31.0, 35.0, 37.5]


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0, 1.3])
def test_a_constant_factor_of_the_rate_is_the_answer(factor: float) -> None:
    other = [rate * factor for rate in RATES]
    assert bd_rate(RATES, QUALITIES, other, QUALITIES) == pytest.approx((factor - 1) * 100)


def test_straight_lines_by_hand() -> None:
    """log10 rate from -1 to 0 over 30..40 dB against -1 to 0 over 30..50 dB: over 30..40 the mean gap is -1/4."""
    assert bd_rate([0.1, 1.0], [30, 40], [0.1, 1.0], [30, 50]) == pytest.approx((10**-0.25 - 1) * 100)


def test_only_the_common_range_counts() -> None:
    """Straight lines over 30..40 and 35..45 dB: on 35..40 the second one lies half a decade above."""
    assert bd_rate([0.1, 1.0], [30, 40], [1.0, 10.0], [35, 45]) == pytest.approx((10**0.5 - 1) * 100)


def test_the_order_of_the_points_is_free() -> None:
    turned = bd_rate(RATES[::-1], QUALITIES[::-1], RATES, [q - 0.4 for q in QUALITIES])
    assert turned == pytest.approx(bd_rate(RATES, QUALITIES, RATES, [q - 0.4 for q in QUALITIES]))
    assert turned > 0


def test_swapping_the_codecs_inverts_the_factor() -> None:
    other = ([0.12, 0.25, 0.45, 1.0], [28.2, 32.0, 34.6, 38.0])
    there, back = bd_rate(RATES, QUALITIES, *other), bd_rate(*other, RATES, QUALITIES)
    assert (1 + there / 100) * (1 + back / 100) == pytest.approx(1.0)


def test_a_published_table() -> None:
    """The model card's table of the bundled weights says about -37 % (luma) and -30 % (RGB) against JPEG."""
    ours = [0.096, 0.164, 0.260, 0.402, 0.516, 0.746, 0.941]
    luma, rgb = [26.44, 28.27, 30.08, 31.84, 32.64, 33.31, 33.53], [24.22, 26.28, 28.40, 30.19, 31.23, 32.17, 32.47]
    jpeg = [0.268, 0.458, 0.615, 0.865]
    assert bd_rate(jpeg, [28.02, 30.30, 31.64, 33.38], ours, luma) == pytest.approx(-37, abs=1)
    assert bd_rate(jpeg, [26.67, 29.14, 30.49, 32.17], ours, rgb) == pytest.approx(-30, abs=1)


def test_slopes_by_hand() -> None:
    """x = 0, 1, 3 and y = 0, 1, 2: secants 1 and 1/2.

    Inside w1 = 2*2 + 1 = 5, w2 = 2 + 2*1 = 4, slope 9/(5/1 + 4/0.5) = 9/13; ends ((2+2)*1 - 1*0.5)/3 = 7/6 and
    ((4+1)*0.5 - 2*1)/3 = 1/6.
    """
    slopes = pchip_slopes(np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 2.0]))
    assert slopes == pytest.approx([7 / 6, 9 / 13, 1 / 6])


def test_an_extremum_gets_slope_zero_and_ends_stay_monotone() -> None:
    slopes = pchip_slopes(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0, 0.0]))
    assert slopes[1] == 0.0
    assert slopes[2] == 0.0
    assert pchip_slopes(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, -9.0]))[0] == 3.0
    assert pchip_slopes(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 9.0]))[0] == 0.0


def test_the_integral_of_a_parabola_piece_by_hand() -> None:
    """The piece 0..1 has end slopes 7/6 and 9/13: h (y0 + y1)/2 + h^2 (s0 - s1)/12 for a Hermite cubic."""
    x, y = np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 2.0])
    assert pchip_integral(x, y, 0.0, 1.0) == pytest.approx(0.5 + (7 / 6 - 9 / 13) / 12)


def test_against_scipy() -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    random = np.random.default_rng(3)
    for _ in range(200):
        count = int(random.integers(2, 9))
        x, y = np.sort(random.normal(size=count)), random.normal(size=count)
        low, high = np.sort(random.uniform(x[0], x[-1], 2))
        expected = interpolate.PchipInterpolator(x, y).integrate(low, high)
        assert pchip_integral(x, y, low, high) == pytest.approx(float(expected), abs=1e-10)


def test_curves_that_cannot_be_compared() -> None:
    with pytest.raises(CurveTooShort):
        bd_rate([0.1], [30], RATES, QUALITIES)
    with pytest.raises(CurveTooShort):
        bd_rate([0.1, 0.2], [30], RATES, QUALITIES)
    with pytest.raises(CurveUnusable, match="same quality"):
        bd_rate([0.1, 0.2], [30, 30], RATES, QUALITIES)
    with pytest.raises(CurveUnusable, match="above zero"):
        bd_rate([0.0, 0.2], [30, 31], RATES, QUALITIES)
    with pytest.raises(CurveUnusable, match="finite"):
        bd_rate([0.1, 0.2], [30, math.inf], RATES, QUALITIES)
    with pytest.raises(CurvesApart):
        bd_rate([0.1, 0.2], [10, 20], RATES, QUALITIES)
