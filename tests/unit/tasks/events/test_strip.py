"""The time line as a picture: a bar for each event, frames with boxes."""

from __future__ import annotations

import numpy as np
from refdec_tasks.events.following import CHANGE, Event, Sight
from refdec_tasks.events.patches import Bounds
from refdec_tasks.events.strip import CHANGED, GRAPH, HUES, MARGIN, WIDTH, strip_of
from refdec_tasks.events.watching import Frame, KeyPicture, Recording

SHOWN_COLOUR = (90, 200, 31)


def recording(frames: int, events: tuple[Event, ...]) -> Recording:
    busy = {sight.frame for event in events for sight in event.sights}
    facts = tuple(Frame(f"{n}.jai", 6 * (n in busy), 900, int(n in busy)) for n in range(frames))
    often = np.zeros((7, 9), np.int64)
    pictures = {event.strongest.frame: KeyPicture(np.full((28, 36, 3), SHOWN_COLOUR, np.uint8), 4) for event in events}
    return Recording(facts, events, often, (112, 144), pictures)


def event(first: int, last: int) -> Event:
    return Event(CHANGE, tuple(Sight(n, Bounds(1, 3, 2, 5), 6, 1000) for n in range(first, last + 1)))


def columns_of(picture: np.ndarray, colour: tuple[int, int, int], rows: slice) -> list[int]:
    found: list[int] = np.nonzero((picture[rows] == colour).all(axis=2).any(axis=0))[0].tolist()
    return found


def test_bars_lie_where_events_are() -> None:
    picture = strip_of(recording(10, (event(2, 4), event(7, 7))))
    assert picture.dtype == np.uint8 and picture.shape[1:] == (WIDTH + 2 * MARGIN, 3)
    graph = columns_of(picture, CHANGED, slice(0, MARGIN + GRAPH))
    assert (graph[0], graph[-1]) == (MARGIN + 2 * WIDTH // 10, MARGIN + 8 * WIDTH // 10 - 1)
    below = slice(MARGIN + GRAPH + 20, None)
    first = columns_of(picture, HUES[0], below)
    assert MARGIN + 2 * WIDTH // 10 in first and MARGIN + 5 * WIDTH // 10 - 1 in first
    assert MARGIN + 7 * WIDTH // 10 in columns_of(picture, HUES[1], below)


def test_the_box_of_an_event_is_drawn_into_its_frame() -> None:
    whole = strip_of(recording(4, (event(1, 2),)))
    rows, columns = np.nonzero((whole == SHOWN_COLOUR).all(axis=2))
    frame = whole[rows.min() : rows.min() + 28, columns.min() : columns.min() + 36]
    inside = (frame == HUES[0]).all(axis=2)
    assert inside[4, 8:20].all() and inside[11, 8:20].all() and not inside[:4].any() and not inside[12:].any()


def test_a_quiet_recording_and_a_long_one_have_a_picture_too() -> None:
    assert not columns_of(strip_of(recording(3, ())), CHANGED, slice(None))
    picture = strip_of(recording(5000, tuple(event(100 * n, 100 * n) for n in range(40))))
    assert picture.shape[0] < 1200
    assert columns_of(picture, CHANGED, slice(0, MARGIN + GRAPH)), "a single frame of thousands is seen"
