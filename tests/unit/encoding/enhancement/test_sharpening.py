"""LEF of an encoder (5.9, 5.14.2): the channel that is large where luma is blurred."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.tools import ToolsHeader
from refdec.encoding.enhancement.sharpening import choose_sharpening
from refdec.picture.planes import Planes
from tests.unit.encoding.enhancement.support import CHEAP, after, before, errors, waves

SIZE = (96, 128)


def blurred(planes: Planes) -> Int32Array:
    """Luma under the blur that LEF takes from it, all but its border."""
    y = planes.y.astype(np.int64)
    out = y.copy()
    around = sum(y[1 + r : y.shape[0] - 1 + r, 1 + k : y.shape[1] - 1 + k] for r in (-1, 0, 1) for k in (-1, 0, 1))
    inner = y[1:-1, 1:-1]
    out[1:-1, 1:-1] = inner - (inner - (5 * around + 19 * inner) // 64) // 10
    return out.astype(np.int32)


def scales(channel: int, where: tuple[slice, slice]) -> Int32Array:
    """Scale indices of which one channel is large at some positions, and all others are large nowhere or everywhere."""
    values = np.zeros((160, 6, 8), np.int32)
    values[::2] = 3000
    values[channel] = 0
    values[channel][where] = 2500
    return values


def test_the_channel_that_shows_the_blur_is_found() -> None:
    target = waves(*SIZE)
    half = replace(target, y=np.where(np.arange(128) < 64, blurred(target), target.y))
    given = before(half, target, scales=scales(77, (slice(None), slice(0, 4))))
    assert choose_sharpening(given, given.window, CHEAP) == 77
    plain, made = errors(given, half), errors(given, after(given, ToolsHeader(lef_ch_idx=77)))
    assert made[0] < plain[0] // 4
    assert made[1:] == plain[1:]


def test_a_sharp_picture_is_left_alone() -> None:
    target = waves(*SIZE)
    given = before(target, target, scales=scales(7, (slice(0, 3), slice(0, 4))))
    assert choose_sharpening(given, given.window, CHEAP) is None


def test_a_gain_has_to_be_worth_its_bits() -> None:
    target = waves(*SIZE)
    given = before(replace(target, y=blurred(target)), target, scales=scales(0, (slice(None), slice(None))))
    assert choose_sharpening(given, given.window, CHEAP) is not None
    assert choose_sharpening(given, given.window, replace(CHEAP, slope=1 << 40)) is None
    assert choose_sharpening(given, given.window, replace(CHEAP, room=7)) is None
