"""From codestreams of frames to events: rates, models, light and noise are no events, and things are."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from refdec_tasks.events import Events
from refdec_tasks.events.following import CHANGE, VIEW_CHANGE
from refdec_tasks.events.watching import Recording, Settings, between, high_at, watched

from refdec.plugins.api import OptionValues, Refusal

from .support import Still, bundles, core

HEADS = Events().heads()
USUAL = Settings()
QUALITIES = (30, 50, 75, 40, 85, 60)


def recording(stills: list[Still], settings: Settings = USUAL) -> Recording:
    return watched(bundles(stills), HEADS, core(), settings)


def calm(count: int) -> list[Still]:
    """Frames in which nothing happens, in changing light, at changing rates of two models."""
    lights = ((1.0, 0.0), (1.0, 0.0), (0.8, 10.0), (1.1, -12.0), (0.9, 20.0), (1.15, 0.0), (0.75, 0.0))
    return [
        Still(gain=lights[n % 7][0], offset=lights[n % 7][1], quality=QUALITIES[n % 6], noise=n) for n in range(count)
    ]


def with_square(still: Still, place: tuple[int, int]) -> Still:
    return Still(place, still.gain, still.offset, still.quality, still.noise)


def test_rates_models_light_and_noise_are_no_events() -> None:
    stills = calm(12)
    models = {named.bundle.headers.model_id for named in bundles(stills)}
    assert len(models) > 1, "frames of both models are compared with one another"
    seen = recording(stills)
    assert seen.events == () and not seen.often.any() and seen.pictures == {}
    assert max(frame.strength for frame in seen.frames) < high_at(100)
    assert [frame.name for frame in seen.frames] == [f"{number:03}.jai" for number in range(12)]


def test_something_that_comes_moves_and_goes_is_found_where_it_is() -> None:
    stills = calm(12)
    for step in range(4):
        stills[5 + step] = with_square(stills[5 + step], (32, 32 + 16 * step))
    seen = recording(stills)
    (event,) = seen.events
    assert (event.kind, event.begin, event.end) == (CHANGE, 5, 8)
    for sight in event.sights:
        left, top, width, height = sight.bounds.samples(seen.size)
        step = sight.frame - 5
        assert abs(left - 32 - 16 * step) <= 16 and abs(top - 32) <= 16 and width <= 64 and height <= 64
    assert seen.often[2, 4] >= 2 and seen.often[6].max() == 0
    assert event.strongest.frame in seen.pictures
    rgb = seen.pictures[event.strongest.frame].rgb
    assert rgb.shape == (28, 36, 3) and rgb.dtype == np.uint8


def test_the_strength_of_every_place_separates_what_changed() -> None:
    """Every changed position is stronger than every other one that does not touch it: an AUC of 1."""
    before = next(bundles([Still(quality=80)]))
    for quality, gain in ((30, 0.8), (60, 1.2), (85, 1.0)):
        after = next(bundles([Still((48, 64), gain, 5.0, quality, 9)]))
        strength, (patch,) = between(before, after, HEADS, core(), high_at(100))
        inside = np.zeros(strength.shape, bool)
        inside[3:5, 4:6] = True
        around = np.zeros(strength.shape, bool)
        around[2:6, 3:7] = True
        assert strength[inside].min() > strength[~around].max()
        assert set(np.flatnonzero(inside)) <= set(patch.places)


def test_the_numbers_are_the_same_everywhere() -> None:
    """Latents, the head and what follows are whole numbers; so the strengths have a hash."""
    before, after = bundles([Still(), Still((48, 64), 0.9, 4.0, 40, 3)])
    runs = [between(before, after, HEADS, core(), high_at(100))[0] for _ in range(2)]
    assert len({hashlib.sha256(strength.tobytes()).hexdigest() for strength in runs}) == 1
    assert runs[0].dtype == np.int64


def test_another_view_is_said_and_begins_anew() -> None:
    stills = [*calm(4), *(Still(scene=1, quality=QUALITIES[n], noise=n) for n in range(5))]
    stills[7] = Still((64, 96), scene=1, noise=7)
    seen = recording(stills)
    assert [(event.kind, event.begin, event.end) for event in seen.events] == [(VIEW_CHANGE, 4, 4), (CHANGE, 7, 7)]
    left, top, width, height = seen.events[0].bounds.samples(seen.size)
    assert (left, top, width, height) == (0, 0, 144, 112)


def test_what_stays_becomes_part_of_the_scene_if_asked() -> None:
    stills = [Still((48, 64) if number >= 3 else None, noise=number) for number in range(10)]
    (stays,) = recording(stills).events
    assert (stays.begin, stays.end) == (3, 9)
    (absorbed,) = recording(stills, Settings(absorb=3)).events
    assert (absorbed.begin, absorbed.end) == (3, 5)


def test_what_passes_in_the_first_frames_is_not_taken_for_the_scene() -> None:
    stills = [Still((16, 16 + 40 * number) if number < 3 else None, noise=number) for number in range(5)]
    assert [(event.begin, event.end) for event in recording(stills).events] == [(0, 2)]
    first = recording(stills, Settings(learn=1))
    assert any(event.end == 4 for event in first.events), "with the first frame as scene, its thing leaves a trace"


def test_sensitivity_decides_what_counts() -> None:
    stills = [Still(), Still(noise=1), Still(noise=2), Still((48, 64), noise=3)]
    (event,) = recording(stills).events
    assert recording(stills, Settings(event.strongest.strength + 1)).events == ()
    given = OptionValues({"sensitivity": 200, "learn": 1, "absorb": 2, "frames": 3, "gap": 4, "masks": True})
    assert Settings.of(given) == Settings(high_at(100) // 2, 1, 2, 3, 4, masks=True)


def test_sizes_that_differ_are_refused_by_name() -> None:
    stills = [Still(), Still(size=(128, 144))]
    with pytest.raises(Refusal, match=r"001\.jai is 144 x 128, 000\.jai 144 x 112"):
        recording(stills)


def test_no_frame_is_refused() -> None:
    with pytest.raises(Refusal, match="no frame"):
        recording([])


def test_pictures_that_cannot_be_shown_any_more_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refdec_tasks.events.watching.SHOWN", 1)
    stills = [Still((48, 64) if number else None, noise=number) for number in range(9)]
    seen = recording(stills, Settings(learn=1))
    (event,) = seen.events
    assert len(seen.pictures) <= 5 and event.strongest.frame in seen.pictures
