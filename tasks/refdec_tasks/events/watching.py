"""From latents of frames to what happened in them.

In: bundles of one camera in order, the heads.  Out: a `Recording`: facts about each frame, events, how often each place
changed, and small pictures of the frames where events are strongest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from refdec.plugins.api import (
    CoreServices,
    Head,
    Int32Array,
    Int64Array,
    LatentBundle,
    NamedBundle,
    OptionValues,
    Refusal,
    UInt8Array,
)
from refdec_tasks.events.following import Event, Following
from refdec_tasks.events.patches import Bounds, Patch, patches_of
from refdec_tasks.events.scene import ONE_STRENGTH, VIEW, Comparison, Scene, compared, first_scene, learnt, values_of

__all__ = ["SHOWN", "Frame", "KeyPicture", "Recording", "Settings", "between", "high_at", "watched"]

SHOWN = 24
"""Events that are shown with a picture: the strongest."""
THRESHOLD = 4 * ONE_STRENGTH
"""What starts an event at sensitivity 100."""
WIDEST = 192
"""Columns of a small picture, at most."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to watch: `high`: the strength that starts an event, Q8; the others as the options of the task say."""

    high: int = THRESHOLD
    learn: int = 3
    absorb: int = 0
    frames: int = 1
    gap: int = 2
    masks: bool = False

    @classmethod
    def of(cls, options: OptionValues) -> Settings:
        """Return the settings that a user chose."""
        learn, absorb, frames, gap = (options.integer(name) for name in ("learn", "absorb", "frames", "gap"))
        return cls(high_at(options.integer("sensitivity")), learn, absorb, frames, gap, options.flag("masks"))


def high_at(sensitivity: int) -> int:
    """Return the strength that counts as a change at a sensitivity in percent."""
    return THRESHOLD * 100 // sensitivity


@dataclass(frozen=True, slots=True)
class KeyPicture:
    """A small picture RGB of a frame, and how many samples of the frame one of its samples stands for."""

    rgb: UInt8Array
    scale: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame: its name, how many positions changed, the largest strength there, Q8, and how many patches."""

    name: str
    positions: int
    strength: int
    patches: int


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What happened before a camera: `often` int64 [h, w] has in how many frames a position changed, `size` is that of
    the pictures (rows, columns), `pictures` those of frames by their number.  `strengths`: int64 [h, w] Q8 of each
    frame, where they were wanted.
    """

    frames: tuple[Frame, ...]
    events: tuple[Event, ...]
    often: Int64Array
    size: tuple[int, int]
    pictures: dict[int, KeyPicture]
    strengths: tuple[Int64Array, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A frame as it comes: its name, size (rows, columns), values and small picture."""

    name: str
    size: tuple[int, int]
    values: Int64Array
    picture: KeyPicture


@dataclass(slots=True, eq=False)
class _Pictures:
    """Pictures of frames that may be shown; those that cannot any more are let go."""

    following: Following
    kept: dict[int, KeyPicture] = field(default_factory=dict)

    def put(self, number: int, picture: KeyPicture) -> None:
        """Keep the picture of a frame in which something was seen."""
        self.kept[number] = picture
        if len(self.kept) > 4 * SHOWN:
            wanted = set(self.following.key_frames(SHOWN))
            self.kept = {frame: kept for frame, kept in self.kept.items() if frame in wanted}


def _small_picture(bundle: LatentBundle, values: Int32Array, core: CoreServices) -> KeyPicture:
    """Return the picture that the values of a frame are, in its colours, at a fourth of its size or less."""
    rows, columns = values.shape[1:]
    luma = values[:16].reshape(4, 4, rows, columns).transpose(2, 0, 3, 1).reshape(4 * rows, 4 * columns)
    chroma = [
        part.reshape(2, 2, rows, columns).transpose(2, 0, 3, 1).repeat(2, axis=1).repeat(2, axis=3)
        for part in (values[16:20], values[20:24])
    ]
    planes = np.stack([luma, *(part.reshape(4 * rows, 4 * columns) for part in chroma)])
    headers = bundle.headers
    shown = planes[:, : -(-headers.display_height // 4), : -(-headers.display_width // 4)]
    step = -(-shown.shape[2] // WIDEST)
    few = np.ascontiguousarray(np.clip(shown[:, ::step, ::step], 0, 255 << 18))
    codes = core.shown_codes(bundle, few)
    return KeyPicture(codes if codes.ndim == 3 else np.repeat(codes[..., None], 3, axis=2), 4 * step)


def _looked_at(bundle: LatentBundle, heads: Sequence[Head], core: CoreServices) -> tuple[Int64Array, KeyPicture]:
    """Return the values of a frame, and the small picture that they are.  Raises HeadOfOtherWeights."""
    (outputs,) = core.heads.run(heads, bundle).values()
    size = bundle.headers.display_height, bundle.headers.display_width
    return values_of(outputs, size), _small_picture(bundle, outputs, core)


def between(
    before: NamedBundle, after: NamedBundle, heads: Sequence[Head], core: CoreServices, high: int
) -> tuple[Int64Array, list[Patch]]:
    """Return how strongly each place of a frame differs from one before it, int64 [h, w] Q8, and its patches.

    Raises Refusal for sizes that differ, HeadOfOtherWeights.
    """
    first, second = (seen.values for seen in _seen([before, after], heads, core))
    strength = compared(first_scene([first]), second).strength
    return strength, patches_of(strength, high)


def _seen(bundles: Iterable[NamedBundle], heads: Sequence[Head], core: CoreServices) -> Iterator[_Seen]:
    """Yield frames.  Raises Refusal for one of another size than the first."""
    first: tuple[str, tuple[int, int]] | None = None
    for named in bundles:
        headers = named.bundle.headers
        size = headers.display_height, headers.display_width
        first = first or (named.name, size)
        if size != first[1]:
            raise Refusal(
                f"{named.name} is {size[1]} x {size[0]}, {first[0]} {first[1][1]} x {first[1][0]}: frames of one "
                "camera have one size.\nPut the frames of each camera into a folder of their own."
            )
        yield _Seen(named.name, size, *_looked_at(named.bundle, heads, core))


def _with_next(frames: Iterable[_Seen], count: int) -> Iterator[tuple[_Seen, list[Int64Array]]]:
    """Yield each frame with the values of itself and of those that follow, `count` in all where there are so many."""
    waiting: deque[_Seen] = deque()
    for frame in frames:
        waiting.append(frame)
        if len(waiting) == count:
            yield waiting[0], [one.values for one in waiting]
            waiting.popleft()
    while waiting:
        yield waiting[0], [one.values for one in waiting]
        waiting.popleft()


def watched(bundles: Iterable[NamedBundle], heads: Sequence[Head], core: CoreServices, settings: Settings) -> Recording:
    """Return what happens in the frames of a fixed camera.

    Raises Refusal for no frame or sizes that differ, HeadOfOtherWeights.
    """
    following = Following(settings.gap)
    pictures, frames, size = _Pictures(following), list[Frame](), (0, 0)
    scene: Scene | None = None
    strengths = list[Int64Array]()
    often = np.zeros((1, 1), np.int64)
    for seen, coming in _with_next(_seen(bundles, heads, core), settings.learn):
        number, size = len(frames), seen.size
        if scene is None:
            scene, often = first_scene(coming), np.zeros(seen.values.shape[1:], np.int64)
        found = compared(scene, seen.values)
        if found.usual > VIEW:
            patches = [_whole(found)]
            following.new_view(number, patches[0])
            scene = first_scene(coming)
        else:
            patches = patches_of(found.strength, settings.high)
            following.frame(number, patches, seen.values.shape[1:])
            changed = np.zeros(often.shape, bool)
            for patch in patches:
                changed.flat[patch.places] = True
            scene, often = learnt(scene, found, changed, settings.absorb), often + changed
        if patches:
            pictures.put(number, seen.picture)
        if settings.masks:
            strengths.append(found.strength)
        positions = sum(patch.positions for patch in patches)
        frames.append(Frame(seen.name, positions, int(found.strength.max()), len(patches)))
    if not frames:
        raise Refusal("There is no frame.\nGive a folder of codestreams, one for each frame, in the order of names.")
    events = tuple(following.events(settings.frames))
    return Recording(tuple(frames), events, often, size, pictures.kept, tuple(strengths))


def _whole(found: Comparison) -> Patch:
    """Return the patch that is the whole picture."""
    rows, columns = found.strength.shape
    return Patch(np.arange(rows * columns), Bounds(0, rows, 0, columns), int(found.strength.max()))
