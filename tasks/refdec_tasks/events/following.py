"""Patches of one frame after the other as events: what begins, goes on, and ends.

In: the patches of each frame.  Out: `Event`s by their beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from refdec.plugins.api import BoolArray
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
    """An event that may go on: where it was last, and what was seen of it."""

    mask: BoolArray
    sights: list[Sight]

    def go_on(self, number: int, patches: Sequence[Patch]) -> None:
        """Take the patches that go on with it in a frame."""
        self.mask = np.logical_or.reduce([patch.mask for patch in patches])
        self.sights.append(_sight(number, patches))


def _near(mask: BoolArray) -> BoolArray:
    """Return a mask grown by REACH positions in every direction."""
    rows, columns = mask.shape
    padded = np.pad(mask, REACH)
    span = range(2 * REACH + 1)
    grown: BoolArray = np.logical_or.reduce([padded[dy : dy + rows, dx : dx + columns] for dy in span for dx in span])
    return grown


@dataclass(slots=True, eq=False)
class Following:
    """Follows patches from frame to frame; `gap`: frames that something may be out of sight without ending."""

    gap: int
    _open: list[_Track] = field(default_factory=list)
    _done: list[Event] = field(default_factory=list)

    def frame(self, number: int, patches: Sequence[Patch]) -> None:
        """Take the patches of the next frame: each goes on with an event, or begins one.

        It goes on with the event that it overlaps most; one that overlaps none, with one near it that nothing overlaps.
        """
        self._close(number)
        found: dict[int, list[Patch]] = {}
        apart = [patch for patch in patches if not self._joined(patch, [t.mask for t in self._open], found, set())]
        taken, near = set(found), [_near(track.mask) for track in self._open]
        new = [patch for patch in apart if not self._joined(patch, near, found, taken)]
        for place, mine in found.items():
            self._open[place].go_on(number, mine)
        self._open += [_Track(patch.mask, [_sight(number, [patch])]) for patch in new]

    @staticmethod
    def _joined(patch: Patch, masks: Sequence[BoolArray], found: dict[int, list[Patch]], taken: set[int]) -> bool:
        """Give a patch to the mask that it overlaps most of those not taken; tell whether there is one."""
        overlaps = [0 if place in taken else int((patch.mask & mask).sum()) for place, mask in enumerate(masks)]
        most = max(overlaps, default=0)
        if most:
            found.setdefault(overlaps.index(most), []).append(patch)
        return most > 0

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
