"""Patches of one frame after the other as events: what begins, goes on, and ends.

In: the patches of each frame.  Out: `Event`s by their beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from refdec.plugins.api import Int64Array
from refdec_tasks.events.patches import Bounds, Patch

__all__ = ["CHANGE", "VIEW_CHANGE", "Event", "Following", "Sight", "strongest_of"]

CHANGE, VIEW_CHANGE = "change", "view"
REACH = 2
"""Positions that something may move from one frame to the next and still be the same."""


@dataclass(frozen=True, slots=True)
class Sight:
    """An event in one frame: where, on how many positions, and how strong, Q8."""

    frame: int
    bounds: Bounds
    positions: int
    strength: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed: its kind, and its sights, one for each frame in which it was seen."""

    kind: str
    sights: tuple[Sight, ...]

    @property
    def begin(self) -> int:
        """The first frame."""
        return self.sights[0].frame

    @property
    def end(self) -> int:
        """The last frame."""
        return self.sights[-1].frame

    @property
    def bounds(self) -> Bounds:
        """All places where it was."""
        whole = self.sights[0].bounds
        for sight in self.sights[1:]:
            whole = whole.joined(sight.bounds)
        return whole

    @property
    def strongest(self) -> Sight:
        """Where it was strongest, the first of equals."""
        return max(self.sights, key=lambda sight: (sight.strength, -sight.frame))


def strongest_of(events: Sequence[Event], count: int) -> list[Event]:
    """Return the `count` strongest events, strongest first."""
    return sorted(events, key=lambda event: (-event.strongest.strength, event.begin))[:count]


@dataclass(slots=True, eq=False)
class _Track:
    """An event that may go on: where it was last, as places of a patch, and what was seen of it."""

    places: Int64Array
    sights: list[Sight]

    def go_on(self, number: int, patches: Sequence[Patch]) -> None:
        """Take the patches that go on with it in a frame."""
        self.places = np.concatenate([patch.places for patch in patches])
        self.sights.append(_sight(number, patches))


def _near(places: Int64Array, size: tuple[int, int]) -> Int64Array:
    """Return places in a frame of `size` (rows, columns), grown by REACH positions in every direction."""
    step = np.arange(-REACH, REACH + 1)
    rows, columns = np.divmod(places[:, None], size[1])
    tall = np.unique((rows + step).clip(0, size[0] - 1) * size[1] + columns)
    rows, columns = np.divmod(tall[:, None], size[1])
    return np.unique(rows * size[1] + (columns + step).clip(0, size[1] - 1))


def _fitting(patches: Sequence[Patch], tracks: Mapping[int, Int64Array], count: int) -> dict[int, int]:
    """Return for each patch, by its number, which of the tracks' places it overlaps most, of equal ones the first.

    Those that overlap none are left out.  A frame has `count` places.  The work is that of all places together,
    whatever the number of patches and tracks.
    """
    if not patches or not tracks:
        return {}
    owners = np.full(count, -1, np.int64)
    for number, patch in enumerate(patches):
        owners[patch.places] = number
    met = owners[np.concatenate(list(tracks.values()))]
    which = np.repeat(np.array(list(tracks)), [places.size for places in tracks.values()])
    pairs, shared = np.unique(np.stack([met, which])[:, met >= 0], axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -shared, pairs[0]))
    found: dict[int, int] = {}
    for number, track in pairs[:, order].T.tolist():
        found.setdefault(number, track)
    return found


@dataclass(slots=True, eq=False)
class Following:
    """Follows patches from frame to frame; `gap`: frames that something may be out of sight without ending."""

    gap: int
    _open: list[_Track] = field(default_factory=list)
    _done: list[Event] = field(default_factory=list)

    def frame(self, number: int, patches: Sequence[Patch], size: tuple[int, int]) -> None:
        """Take the patches of the next frame, of `size` (rows, columns): each goes on with an event, or begins one.

        It goes on with the event that it overlaps most; one that overlaps none, with one near it that nothing overlaps.
        """
        self._close(number)
        count = size[0] * size[1]
        going_on = _fitting(patches, {place: track.places for place, track in enumerate(self._open)}, count)
        found: dict[int, list[Patch]] = {}
        for one, place in going_on.items():
            found.setdefault(place, []).append(patches[one])
        apart = [patch for one, patch in enumerate(patches) if one not in going_on]
        left = {place: track for place, track in enumerate(self._open) if place not in found} if apart else {}
        close = _fitting(apart, {place: _near(track.places, size) for place, track in left.items()}, count)
        for one, place in close.items():
            found.setdefault(place, []).append(apart[one])
        new = [patch for one, patch in enumerate(apart) if one not in close]
        for place, mine in found.items():
            self._open[place].go_on(number, mine)
        self._open += [_Track(patch.places, [_sight(number, [patch])]) for patch in new]

    def new_view(self, number: int, whole: Patch) -> None:
        """End everything: the camera sees another scene from this frame on."""
        self._end(self._open)
        self._open = []
        self._done.append(Event(VIEW_CHANGE, (_sight(number, [whole]),)))

    def key_frames(self, count: int) -> list[int]:
        """Return the frames in which the `count` strongest events so far are strongest."""
        so_far = [*self._done, *(Event(CHANGE, tuple(track.sights)) for track in self._open)]
        return [event.strongest.frame for event in strongest_of(so_far, count)]

    def events(self, least: int) -> list[Event]:
        """Return all events of at least so many frames, by beginning, then from top to bottom; nothing more follows."""
        self._end(self._open)
        self._open = []
        long = [event for event in self._done if event.kind == VIEW_CHANGE or len(event.sights) >= least]
        return sorted(long, key=lambda event: (event.begin, event.sights[0].bounds.top, event.sights[0].bounds.left))

    def _close(self, number: int) -> None:
        """End what has been out of sight for longer than the gap."""
        gone = [track for track in self._open if number - track.sights[-1].frame > self.gap + 1]
        self._open = [track for track in self._open if number - track.sights[-1].frame <= self.gap + 1]
        self._end(gone)

    def _end(self, tracks: Sequence[_Track]) -> None:
        self._done += [Event(CHANGE, tuple(track.sights)) for track in tracks]


def _sight(number: int, patches: Sequence[Patch]) -> Sight:
    bounds = patches[0].bounds
    for patch in patches[1:]:
        bounds = bounds.joined(patch.bounds)
    return Sight(number, bounds, sum(patch.positions for patch in patches), max(patch.strength for patch in patches))
