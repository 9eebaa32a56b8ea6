"""Patterns of halves and singles: widened and narrowed without a change of value, sign or payload."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.picture.floats import FloatPlanes, half_of_single, single_of_half

ALL_HALVES = np.arange(1 << 16, dtype=np.uint16)


def test_every_half_has_one_single_of_its_value() -> None:
    """NumPy's own conversion says which, of NaN too where it does not make it quiet."""
    singles = single_of_half(ALL_HALVES)
    known = ALL_HALVES.view(np.float16).astype(np.float32).view(np.uint32)
    number = (ALL_HALVES & 0x7FFF) <= 0x7C00
    assert np.array_equal(singles[number], known[number]) and len(np.unique(singles)) == 1 << 16
    assert singles[0x7C01] == 0x7F802000 and singles[0xFFFF] == 0xFFFFE000 and singles[1] == 0x33800000
    assert singles[0x8000] == 0x80000000 and singles[0x3FF] == 0x387FC000


def test_and_back_and_no_other_single_has_a_half() -> None:
    back = half_of_single(single_of_half(ALL_HALVES))
    assert back is not None and np.array_equal(back, ALL_HALVES)
    for pattern in (0x3F800001, 0x33000000, 0x47800000, 0x7F800001, 0xFFFFFFFF, 1):
        assert half_of_single(np.array([0x3F800000, pattern], np.uint32)) is None


def test_planes_know_transparency_and_take_it_away_where_it_is_opaque() -> None:
    one, half = np.full((2, 3), 0x3C00, np.uint16), np.full((2, 3), 0x3800, np.uint16)
    picture = FloatPlanes((half, half, half, one), 16)
    assert picture.has_alpha and len(picture.colours) == 3 and (picture.height, picture.width) == (2, 3)
    assert len(picture.without_opaque().planes) == 3
    see_through = FloatPlanes((half, half), 16)
    assert see_through.without_opaque() is see_through
    wide = picture.as_single()
    assert wide.bits == 32 and wide.as_single() is wide and len(wide.without_opaque().planes) == 3
    assert wide.array.dtype == np.float32 and wide.array[0, 0].tolist() == [0.5, 0.5, 0.5, 1.0]
    assert FloatPlanes((half,), 16).array.shape == (2, 3)
    assert picture.mapped(lambda plane: plane.T).height == 3


def test_planes_that_do_not_go_together() -> None:
    plane = np.zeros((2, 2), np.uint16)
    for planes, bits in (((), 16), ((plane,), 32), ((plane, plane[:1]), 16), ((plane,) * 5, 16), ((plane,), 8)):
        with pytest.raises(ValueError, match=r"patterns|components"):
            FloatPlanes(planes, bits)
