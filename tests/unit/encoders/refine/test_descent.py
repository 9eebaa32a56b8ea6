"""Descent: cheaper targets, whole symbols, and an end when the course says so."""

from __future__ import annotations

import numpy as np
from refdec_encoders.refine.descent import Course, descended

from tests.unit.encoders.refine.test_piece import NO_VARIANCE, piece_and_targets


def test_targets_get_cheaper_and_whole() -> None:
    piece, targets, coded = piece_and_targets()
    curvature = piece.curvature(coded)
    asked: list[int] = []

    def done(k: int) -> float:
        asked.append(k)
        return k / 40

    found = descended(piece, targets, curvature, Course(30.0, done))
    assert asked == list(range(41))
    before, after = (piece.slope(at, curvature, 30.0)[0] for at in (targets, found))
    assert after < before
    mean, _ = piece.networks.context.mean(0, [], piece.psi[0])
    away = []
    for at in (targets, found):
        symbol = ((at[0][:, ::2, ::2] - mean) / piece.luma[0].step)[piece.luma[0].coded]
        away.append(np.abs(symbol - np.rint(symbol)).mean())
    assert away[1] < 0.6 * away[0]


def test_a_course_that_is_over_leaves_targets_as_they_are() -> None:
    piece, targets, _ = piece_and_targets()
    found = descended(piece, targets, NO_VARIANCE, Course(30.0, lambda k: 1.0))
    assert all(np.array_equal(a, b) for a, b in zip(found, targets, strict=True))
