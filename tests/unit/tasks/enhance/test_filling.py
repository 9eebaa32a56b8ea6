"""Holes are filled from what is around them, and nothing else is touched."""

from __future__ import annotations

import numpy as np
from refdec_tasks.enhance.filling import from_the_border, without_holes


def test_weights_are_one_over_the_distance() -> None:
    values = np.zeros((5, 6, 1), np.int64)
    values[0, 2], values[4, 2], values[2, 0], values[2, 5] = 100, 200, 300, 400
    holes = np.zeros((5, 6), bool)
    holes[1:4, 1:5] = True
    made = from_the_border(values, holes)
    exact = (100 / 2 + 200 / 2 + 300 / 2 + 400 / 3) / (1 / 2 + 1 / 2 + 1 / 2 + 1 / 3)
    assert made[2, 2, 0] == round(exact)
    assert np.array_equal(made[~holes], values[~holes])


def test_a_plane_of_one_value_stays_one() -> None:
    draw = np.random.default_rng(3)
    holes = draw.random((20, 30)) < 0.7
    values = np.where(holes[..., None], draw.integers(-99, 99, (20, 30, 3)), 77)
    assert (from_the_border(values, holes) == 77).all()


def test_what_sees_nothing_known_is_filled_from_what_was_filled() -> None:
    holes = np.ones((4, 4), bool)
    holes[3, 3] = False
    values = np.full((4, 4, 1), -5)
    values[3, 3] = 9
    assert (from_the_border(values, holes) == 9).all()


def test_every_position_that_a_hole_touches_is_lost() -> None:
    holes = np.zeros((40, 50), bool)
    holes[15:17, 32] = True
    latent = np.ones((3, 3, 4), np.int32)
    lost = without_holes(latent, holes) == 0
    assert lost.all(axis=0).tolist() == [[False, False, True, False], [False, False, True, False], [False] * 4]
    assert latent.all(), "what was given stays as it is"
