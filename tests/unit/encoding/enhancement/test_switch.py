"""The on/off switch of an encoder (5.8.2, 5.14.2): blocks keep what the filter would spoil."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.bitstream.tools import EfeLinear, ToolsHeader
from refdec.encoding.enhancement.before import Look, Unfiltered
from refdec.encoding.enhancement.curve import choose_curve
from refdec.encoding.enhancement.linear import choose_linear
from refdec.encoding.enhancement.switch import choose_switch
from refdec.picture.filters.efe_linear import ALTERNATIVE, MAIN, efe_linear
from refdec.picture.planes import Planes
from tests.unit.encoding.enhancement.support import CHEAP, after, before, errors, waves


def half_wrong(target: Planes) -> Planes:
    """Planes whose chroma is faded in the right half."""
    faded = [
        np.where(np.arange(plane.shape[1]) < plane.shape[1] // 2, plane, plane // 2 + (60 << 18))
        for plane in (target.u, target.v)
    ]
    return Planes(target.y, *faded)


def looking(given: Unfiltered, linear: EfeLinear) -> Look:
    """Windows after EFE linear of a picture that is one band."""
    return lambda rect: efe_linear(given.window(rect), given.picture, linear, MAIN, held=rect, wanted=rect)


def test_blocks_that_were_right_keep_their_samples() -> None:
    target = waves(128, 256)
    decoded = half_wrong(target)
    given = before(decoded, target)
    linear = choose_linear(
        before(Planes(target.y, target.u // 2 + (60 << 18), target.v // 2 + (60 << 18)), target), CHEAP
    )
    assert linear is not None
    found = choose_switch(given, looking(given, linear), linear, None, CHEAP)
    assert found is not None
    switched, masks = found
    assert any(switched.sets[ALTERNATIVE].best_cand_idx)
    assert switched.sets[MAIN] == linear.sets[MAIN]
    assert masks.mask1 == masks.mask2 == 1
    width = masks.W5[0].shape[1] if masks.W5[0] is not None else 0
    for mask in masks.W5:
        assert mask is not None
        assert (mask[:, : width // 2] == 2).all()
        assert (mask[:, width // 2 :] == 0).all()
    plain = errors(given, after(given, ToolsHeader(efe_linear=linear)))
    made = errors(given, after(given, ToolsHeader(efe_linear=switched, efe_nonlinear=masks)))
    assert made[1] < plain[1] // 20
    assert made[2] < plain[2] // 20


def test_the_mean_is_taken_where_it_is_nearest() -> None:
    target = waves(64, 64)
    low, high = (replace(target, u=target.u + d, v=target.v + d) for d in (-(4 << 18), 4 << 18))
    given = before(low, target)
    linear = choose_linear(before(low, high), CHEAP)
    assert linear is not None
    found = choose_switch(given, lambda rect: high, linear, None, CHEAP)
    assert found is not None
    assert found[1].W5[0] is not None
    assert (found[1].W5[0] == 1).all()


def test_the_switch_goes_with_the_curve() -> None:
    target = waves(128, 256)
    shade = np.maximum((110 << 18) - target.y, 0) // 3
    decoded = half_wrong(replace(target, u=target.u + shade))
    given = before(decoded, target)
    linear = choose_linear(given, CHEAP)
    assert linear is not None
    look = looking(given, linear)
    curve = choose_curve(given, look, CHEAP)
    assert curve is not None
    found = choose_switch(given, look, linear, curve, CHEAP)
    assert found is not None
    both = after(given, ToolsHeader(efe_linear=found[0], efe_nonlinear=found[1]))
    alone = after(given, ToolsHeader(efe_linear=linear, efe_nonlinear=curve))
    assert found[1].nonLinear_enabled == curve.nonLinear_enabled
    assert sum(errors(given, both)) < sum(errors(given, alone))


def test_masks_that_do_not_pay_are_not_sent() -> None:
    target = waves(96, 96)
    given = before(half_wrong(target), target)
    linear = choose_linear(given, CHEAP)
    assert linear is not None
    assert choose_switch(given, lambda rect: given.target(rect), linear, None, CHEAP) is None
    assert choose_switch(given, given.window, linear, None, replace(CHEAP, room=20)) is None


def test_there_is_no_switch_where_chroma_is_resampled() -> None:
    target = waves(96, 96)
    given = before(half_wrong(target), target, "444", "420")
    linear = choose_linear(given, CHEAP)
    assert isinstance(linear, EfeLinear)
    assert choose_switch(given, lambda rect: given.target(rect), linear, None, CHEAP) is None
