"""The scene of a fixed camera: light is taken from a frame, what is left is measured by what is usual there."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_tasks.events.scene import ONE_STRENGTH, Scene, compared, first_scene, learnt, values_of

ROWS, COLUMNS = 9, 12
QUIET = np.zeros((ROWS, COLUMNS), bool)


def picture(seed: int = 1) -> np.ndarray:
    """Values as of a photograph: int64 [24, h, w] Q6, between 60 and 160 codes."""
    random = np.random.default_rng(seed)
    means = random.integers(60, 140, (3, 1, ROWS, COLUMNS))
    luma = means[0] + random.integers(-10, 20, (16, ROWS, COLUMNS))
    chroma = [np.repeat(means[c] // 4 + 100, 4, axis=0) for c in (1, 2)]
    return np.concatenate([luma, *chroma]).astype(np.int64) * 64


def with_thing(values: np.ndarray, position: tuple[int, int] = (4, 5)) -> np.ndarray:
    changed = values.copy()
    changed[:16, position[0], position[1]] += 50 * 64
    return changed


def test_values_are_those_of_what_is_shown() -> None:
    outputs = np.arange(24 * 4 * 5, dtype=np.int32).reshape(24, 4, 5) << 12
    values = values_of(outputs, (33, 64))
    assert values.shape == (24, 3, 4) and values[1, 2, 3] == outputs[1, 2, 3] >> 12


def test_nothing_changed_is_nothing() -> None:
    values = picture()
    assert not compared(first_scene([values]), values).strength.any()


@pytest.mark.parametrize("gain", [0.7, 1.0, 1.3])
@pytest.mark.parametrize("offset", [-20, 0, 25])
def test_light_is_no_change_and_a_thing_in_other_light_is_one(gain: float, offset: int) -> None:
    scene, ramp = first_scene([picture()]), np.arange(COLUMNS) * 64
    lit = np.rint(with_thing(picture()) * gain).astype(np.int64)
    lit[:16] += offset * 64 + ramp
    lit[16:] += np.rint((1 - gain) * 127.5 * 64).astype(np.int64)
    strength = compared(scene, lit).strength
    assert int(strength.argmax()) == 4 * COLUMNS + 5
    others = np.delete(strength.ravel(), 4 * COLUMNS + 5)
    assert strength.max() > 8 * ONE_STRENGTH > 4 * others.max()


def test_what_is_usual_in_a_noisy_frame_is_no_change() -> None:
    random = np.random.default_rng(3)
    noisy = with_thing(picture()) + random.integers(-300, 301, (24, ROWS, COLUMNS))
    strength = compared(first_scene([picture()]), noisy).strength
    assert strength[4, 5] == strength.max() > 4 * ONE_STRENGTH
    assert np.sort(strength.ravel())[-2] < 2 * ONE_STRENGTH


def test_a_flat_scene_has_a_gain_too() -> None:
    flat = np.full((24, ROWS, COLUMNS), 100 * 64, np.int64)
    seen = compared(first_scene([flat]), flat + 7 * 64)
    assert not seen.strength.any() and seen.usual == 0


def test_the_first_scene_is_the_middle_of_its_frames() -> None:
    still = picture()
    passing = [with_thing(still, (4, 2 + 2 * step)) for step in range(3)]
    assert np.abs(first_scene(passing).values - still).max() <= 64
    one = first_scene(passing[:2]).values
    assert np.array_equal(one, passing[0]), "of two the first is the scene"


def test_the_scene_follows_what_changes_slowly() -> None:
    scene, still = first_scene([picture()]), picture()
    drifted = still.copy()
    for _ in range(40):
        drifted[:16, 2, 3] += 32  # half a code a frame: 20 in all
        seen = compared(scene, drifted)
        assert seen.strength.max() < 4 * ONE_STRENGTH
        scene = learnt(scene, seen, QUIET, 0)
    assert (scene.values[:16, 2, 3] - still[:16, 2, 3]).min() > 10 * 64
    assert scene.restless[2, 3] > 64 and scene.restless[6, 6] == 0
    assert scene.frames == 41


def test_what_changed_is_learnt_only_when_it_stayed() -> None:
    scene, mask = first_scene([picture()]), QUIET.copy()
    mask[4, 5] = True
    there = with_thing(picture())

    def after(count: int, absorb: int) -> Scene:
        now = scene
        for _ in range(count):
            now = learnt(now, compared(now, there), mask, absorb)
        return now

    assert np.array_equal(after(9, 0).values[:, 4, 5], scene.values[:, 4, 5])
    assert np.array_equal(after(4, 5).values[:, 4, 5], scene.values[:, 4, 5])
    absorbed = after(5, 5)
    assert np.abs(absorbed.values[:16, 4, 5] - there[:16, 4, 5]).max() <= 64 and absorbed.since[4, 5] == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 12), (9, 1)])
def test_the_narrowest_frames_have_a_light_too(size: tuple[int, int]) -> None:
    """A picture of up to 16 rows or columns is one position high or wide."""
    before = picture()[:, : size[0], : size[1]]
    assert not compared(first_scene([before]), before + 5 * 64).strength.any()
