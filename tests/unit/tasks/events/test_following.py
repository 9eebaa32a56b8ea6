"""Patches become events: they begin, move, are out of sight for a while, meet, and end."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from refdec_tasks.events.following import CHANGE, VIEW_CHANGE, Event, Following, strongest_of
from refdec_tasks.events.patches import Bounds, Patch, patches_of

SIZE = 20, 30


def patch(top: int, left: int, *, side: int = 2, strength: int = 1000) -> Patch:
    mask = np.zeros(SIZE, bool)
    mask[top : top + side, left : left + side] = True
    places = np.flatnonzero(mask)
    return Patch(places, Bounds.of(places, SIZE[1]), strength)


def events_of(frames: Sequence[Sequence[Patch]], *, gap: int = 0, least: int = 1) -> list[Event]:
    following = Following(gap)
    for number, patches in enumerate(frames):
        following.frame(number, patches, SIZE)
    return following.events(least)


def test_something_that_moves_is_one_event() -> None:
    (event,) = events_of([[], *([patch(3, 2 * step)] for step in range(5)), []])
    assert (event.kind, event.begin, event.end, len(event.sights)) == (CHANGE, 1, 5, 5)
    assert event.bounds == Bounds(3, 5, 0, 10)


def test_what_is_far_is_another_event() -> None:
    first, second = events_of([[patch(2, 2)], [patch(2, 12)]])
    assert (first.end, second.begin) == (0, 1)


def test_a_gap_is_bridged_if_it_may_be() -> None:
    frames = [[patch(2, 2)], [], [], [patch(2, 3)]]
    assert len(events_of(frames, gap=1)) == 2
    (event,) = events_of(frames, gap=2)
    assert (event.begin, event.end, len(event.sights)) == (0, 3, 2)


def test_a_newcomer_beside_something_is_an_event_of_its_own() -> None:
    first, second = events_of([[patch(5, 5)], [patch(5, 5), patch(5, 8)], [patch(5, 5), patch(5, 9)]])
    assert (first.begin, first.bounds, second.begin, second.bounds) == (0, Bounds(5, 7, 5, 7), 1, Bounds(5, 7, 8, 11))


def test_what_falls_apart_stays_one_event() -> None:
    (event,) = events_of([[patch(5, 5, side=6)], [patch(5, 5), patch(9, 9)]])
    assert event.sights[1].bounds == Bounds(5, 11, 5, 11) and event.sights[1].positions == 8


def test_short_events_are_left_out_and_views_stay() -> None:
    following = Following(0)
    following.frame(0, [patch(2, 2)], SIZE)
    following.frame(1, [patch(2, 2)], SIZE)
    following.new_view(2, patch(0, 0, side=20, strength=9000))
    following.frame(3, [patch(2, 2)], SIZE)
    events = following.events(2)
    assert [(event.kind, event.begin, event.end) for event in events] == [(CHANGE, 0, 1), (VIEW_CHANGE, 2, 2)]


def test_the_strongest_come_first() -> None:
    events = events_of([[patch(2, 2, strength=500), patch(2, 20, strength=700)], [patch(2, 2, strength=900)]])
    best, other = strongest_of(events, 5)
    assert (best.strongest.frame, best.strongest.strength, other.strongest.strength) == (1, 900, 700)
    following = Following(0)
    following.frame(0, [patch(2, 2, strength=500), patch(2, 20, strength=700)], SIZE)
    following.frame(1, [patch(2, 2, strength=900)], SIZE)
    assert following.key_frames(1) == [1] and following.key_frames(2) == [1, 0]


def test_patches_of_strengths_can_be_followed() -> None:
    strength = np.zeros((20, 30), np.int64)
    strength[4:6, 4:6] = 2000
    assert len(events_of([patches_of(strength, 1000)] * 3)) == 1


def test_what_touches_a_place_near_the_edge_is_near() -> None:
    """Two positions further is still the same, three are not; the edge is no way around."""
    (event,) = events_of([[patch(18, 28)], [patch(15, 25)]], gap=1)
    assert event.end == 1
    assert len(events_of([[patch(18, 28)], [patch(14, 25)]], gap=1)) == 2
    assert len(events_of([[patch(5, 28)], [patch(6, 0)]], gap=1)) == 2, "the end of a row is not near the next one"


def test_a_storm_of_small_changes_is_followed_in_little_time() -> None:
    """Rain, or a file that was made for it: 22500 patches in a frame, which move by a position each time."""
    size, following = (300, 300), Following(0)
    began = time.process_time()
    for number in range(3):
        strength = np.zeros(size, np.int64)
        strength[::2, number % 2 :: 2] = 2000
        following.frame(number, patches_of(strength, 1000), size)
    assert time.process_time() - began < 60
    assert len(following.events(1)) == 22500
