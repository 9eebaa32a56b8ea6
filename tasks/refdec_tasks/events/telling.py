"""Results of the task `events`.

In: a recording, or the difference of two frames.  Out: results of the plugin interface; boxes are in samples of the
shown picture, strengths in how often a change is as large as what is usual.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import Box, Boxes, Int64Array, Mask, PictureResult, Report, Table, TaskResult
from refdec_tasks.events.patches import CELL, Patch
from refdec_tasks.events.scene import ONE_STRENGTH
from refdec_tasks.events.strip import strip_of
from refdec_tasks.events.watching import Recording

__all__ = ["difference_of", "report_of"]

TEXT_ROWS = 24
UNIT = "times the usual"


def _strength(value: int) -> float:
    return round(value / ONE_STRENGTH, 2)


def _events_table(recording: Recording) -> Table:
    """Return a row for each event: when, where in all, and its strongest frame."""
    columns = ("event", "kind", "begin", "end", "seen", "x", "y", "width", "height", "strength", "first", "last")
    units = ("", "", "frame", "frame", "frames", *("",) * 7)
    rows = [
        (
            number,
            event.kind,
            event.begin,
            event.end,
            len(event.sights),
            *event.bounds.samples(recording.size),
            _strength(event.strongest.strength),
            recording.frames[event.begin].name,
            recording.frames[event.end].name,
        )
        for number, event in enumerate(recording.events, 1)
    ]
    return Table(columns, tuple(rows), units, TEXT_ROWS)


def _frames_table(recording: Recording) -> Table:
    """Return a row for each frame: how much of it changed, how strongly, and in how many places."""
    whole = recording.often.size
    rows = [
        (number, frame.name, round(100 * frame.positions / whole, 2), _strength(frame.strength), frame.patches)
        for number, frame in enumerate(recording.frames)
    ]
    return Table(("frame", "name", "changed", "strength", "places"), tuple(rows), ("", "", "%", "", ""), TEXT_ROWS)


def _boxes_table(recording: Recording) -> Table:
    """Return a row for each event in each frame in which it was seen: where."""
    rows = sorted(
        (sight.frame, number, *sight.bounds.samples(recording.size), CELL * CELL * sight.positions)
        for number, event in enumerate(recording.events, 1)
        for sight in event.sights
    )
    columns = ("frame", "event", "x", "y", "width", "height", "area")
    return Table(columns, tuple(rows), ("",) * 6 + ("samples",), TEXT_ROWS)


def report_of(recording: Recording) -> Report:
    """Return events, boxes, frames, how often each place changed, and the time line as a picture; and the strength at
    each place of each frame, where it was wanted.
    """
    parts: list[tuple[str, TaskResult]] = [
        ("events", _events_table(recording)),
        ("boxes", _boxes_table(recording)),
        ("frames", _frames_table(recording)),
        ("time line", PictureResult(strip_of(recording))),
        ("changed", Mask(recording.often, CELL, "frames")),
    ]
    if recording.strengths:
        masks = [
            (str(number), Mask(strength / ONE_STRENGTH, CELL, UNIT))
            for number, strength in enumerate(recording.strengths)
        ]
        parts.append(("strengths", Report(tuple(masks))))
    return Report(tuple(parts))


def difference_of(strength: Int64Array, patches: Sequence[Patch], size: tuple[int, int]) -> Report:
    """Return the boxes of what differs in a picture of `size` (rows, columns), and the strength at each place."""
    boxes = tuple(Box(*patch.bounds.samples(size), "change", _strength(patch.strength)) for patch in patches)
    return Report((("boxes", Boxes(boxes, size)), ("strength", Mask(strength / ONE_STRENGTH, CELL, UNIT))))
