"""The offset curve of an encoder (5.8.1, 5.14.2): a tint that follows luma is found, tile by tile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.bitstream.tools import EfeNonlinear, ToolsHeader
from refdec.encoding.enhancement import curve
from refdec.encoding.enhancement.curve import choose_curve
from refdec.picture.filters.efe_nonlinear import offset_curve
from refdec.picture.planes import Planes
from tests.unit.encoding.enhancement.support import CHEAP, after, before, error, errors, waves


def tinted(planes: Planes, output: tuple[int, int]) -> Planes:
    """Planes whose U is greater where luma is dark, and V where it is very bright."""
    luma = planes.y[:: output[0], :: output[1]]
    dark, bright = np.maximum((110 << 18) - luma, 0), np.maximum(luma - (160 << 18), 0)
    return replace(planes, u=planes.u + dark // 4, v=planes.v - bright // 3)


@pytest.mark.parametrize(("output", "steps"), [("444", (1, 1)), ("422", (1, 2)), ("420", (2, 2))])
def test_a_tint_that_follows_luma_is_taken_back(output: str, steps: tuple[int, int]) -> None:
    target = waves(90, 150, output)
    given = before(tinted(target, steps), target, output)
    found = choose_curve(given, given.window, CHEAP)
    assert found is not None
    assert found.nonLinear_enabled == (1, 1)
    made = after(given, ToolsHeader(efe_nonlinear=found))
    assert error(given, made, CHEAP) < error(given, given.window(given.decoder.shown), CHEAP) // 10


def test_a_known_curve_is_recovered() -> None:
    decoded = waves(128, 128)
    given = before(decoded, decoded)
    luma = given.planes[0]
    low, high = (np.array([100 * int(end) >> 6], np.int32) for end in (luma.min(), luma.max()))
    weights = np.array([[12, -30, 44, -60, 70, -20, 10, 35]], np.int32) + 32767
    known = EfeNonlinear(0, 65535, 0, 0, 0, (None, None), (1, 0), 128, 128, low, high, (weights, None))
    given = before(decoded, offset_curve(decoded, given.picture, known))
    found = choose_curve(given, given.window, CHEAP)
    assert found is not None
    assert found.nonLinear_enabled == (1, 0)
    assert found.A1[0] is not None
    assert np.abs(found.A1[0] + found.minSymbol - weights).max() <= 4
    assert errors(given, after(given, ToolsHeader(efe_nonlinear=found)))[1] < errors(given, decoded)[1] // 500


def test_tiles_have_curves_of_their_own_where_that_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curve, "TILE_EDGES", (65000, 100))
    target = waves(128, 256)
    one = tinted(target, (1, 1))
    halves = replace(target, u=np.where(np.arange(256) < 128, one.u, 2 * target.u - one.u))
    given = before(halves, target)
    found = choose_curve(given, given.window, CHEAP)
    assert found is not None
    assert (found.nonlinearH, found.nonlinearW) == (64, 128)
    assert len(found.minLuma) == 4
    assert errors(given, after(given, ToolsHeader(efe_nonlinear=found)))[1] < errors(given, halves)[1] // 10


def test_what_does_not_pay_is_off() -> None:
    target = waves(96, 96)
    assert choose_curve(before(target, target), before(target, target).window, CHEAP) is None
    given = before(tinted(target, (1, 1)), target)
    assert choose_curve(given, given.window, replace(CHEAP, room=100)) is None
    assert choose_curve(given, given.window, replace(CHEAP, slope=1 << 40)) is None
