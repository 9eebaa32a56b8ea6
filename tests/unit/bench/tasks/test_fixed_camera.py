"""Recordings made of pictures: the same for the same number, with the truth about every sample."""

from __future__ import annotations

import numpy as np

from refdec.bench.tasks.fixed_camera import QUIET, Pasted, recording
from tests.encodable import photograph

SCENE = photograph(96, 128)
OTHERS = [photograph(80, 90, seed=seed)[::-1] for seed in (1, 2)]


def test_a_recording_is_the_same_each_time() -> None:
    first, again = (list(recording(SCENE, OTHERS, 5, frames=12)) for _ in range(2))
    assert all(
        np.array_equal(a.rgb, b.rgb) and np.array_equal(a.changed, b.changed) for a, b in zip(first, again, strict=True)
    )
    other = list(recording(SCENE, OTHERS, 6, frames=12))
    assert not np.array_equal(first[-1].rgb, other[-1].rgb)
    assert first[0].rgb.shape == (96, 128, 3) and first[0].rgb.dtype == np.uint8


def test_what_is_pasted_is_changed_where_it_is_and_nowhere_else() -> None:
    made = recording(SCENE, OTHERS, 5, frames=14, objects=1)
    (thing,) = made.objects
    frames = list(made)
    assert not any(frame.changed.any() for frame in frames[:QUIET])
    for number, frame in enumerate(frames):
        there = thing.begin <= number < thing.end
        (row, column), (high, wide) = thing.corner(number), thing.cover.shape
        outside = frame.changed.copy()
        outside[max(row, 0) : max(row + high, 0), max(column, 0) : max(column + wide, 0)] = False
        assert not outside.any() and (there or not frame.changed.any())
    assert any(frame.changed.any() for frame in frames)


def test_something_moves_by_its_step() -> None:
    flat = np.zeros((4, 4, 3)), np.ones((4, 4))
    thing = Pasted(*flat, 3, 9, (10.0, 20.0), (1.5, -2.0))
    assert thing.corner(3) == (10, 20) and thing.corner(5) == (13, 16)


def test_frames_without_anything_differ_by_light_and_noise_alone() -> None:
    frames = list(recording(SCENE, OTHERS, 7, frames=10, objects=0))
    assert not any(frame.changed.any() for frame in frames)
    means = [float(frame.rgb.mean()) for frame in frames]
    assert max(means) - min(means) > 1
    for frame in frames:
        assert np.corrcoef(frame.rgb.ravel(), SCENE.ravel())[0, 1] > 0.95
