"""Making a clip: frames are read one after the other, coded side by side, and put behind the tables that place them.

In: `MovingPicture`, options, temporary files for the media data.  Out: a file, and a `ClipReport`.  Equal frames are
coded once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from refdec.api.clip_alpha import AlphaTrack
from refdec.api.clip_frames import FrameCoding, FrameUnit, coded_frame, into_ring
from refdec.api.clip_media import ClipMedia
from refdec.api.clip_options import ClipOptions
from refdec.api.clip_report import ClipReport
from refdec.api.encode_options import EncodeOptions
from refdec.decoding.options import limits_or_default
from refdec.formats.description import UPRIGHT
from refdec.formats.exif import turned_upright
from refdec.formats.files import name_of
from refdec.formats.orientation import SIDEWAYS, turned, turned_in_words
from refdec.formats.sinks import sink_of
from refdec.heif.boxes import FileBox
from refdec.heif.boxwriter import write_box
from refdec.heif.clipfile import CLIP_BRAND
from refdec.heif.clipwriting import CLIP_BRANDS, NewClip, NewTrack, clip_head, picture_entry
from refdec.heif.heiffile import Item, Property, Reference
from refdec.heif.parts import NO_METADATA, Metadata, PictureParts
from refdec.heif.picturefile import file_around, profile_property
from refdec.plugins.source_picture import SourcePicture
from refdec.sequences.errors import ClipOption, FramesDiffer, NoFrames
from refdec.sequences.frame_naming import naming_picture
from refdec.sequences.moving import MovingPicture
from refdec.sequences.timing import in_units, seconds_in_words, timescale_of

if TYPE_CHECKING:
    from refdec.api.source_wishes import WithParts
    from refdec.formats.sinks import Target
    from refdec.observation import Progress
    from refdec.parallel.shared import SharedArray
    from refdec.weights.pack import WeightPack

__all__ = ["ClipMaker"]

AHEAD = 2
"""Frames under way for each worker."""


class _FrameKind(NamedTuple):
    """What all frames of a clip have in common."""

    width: int
    height: int
    bits: int
    colour: str
    subsampling: tuple[int, int]

    def in_words(self) -> str:
        return f"{self.width} x {self.height} samples of {self.bits} bits, {self.colour}"


class ClipMaker:
    """Makes one clip: `run` codes its frames into the media data, `write` puts the tables in front."""

    def __init__(
        self,
        moving: MovingPicture,
        options: EncodeOptions,
        wishes: ClipOptions,
        media: ClipMedia,
        transparency: ClipMedia,
        progress: Progress,
    ) -> None:
        self._moving, self._options, self._wishes, self._media = moving, options, wishes, media
        self._progress = progress
        self._said: dict[str, None] = dict.fromkeys(moving.remarks)
        self._kind: _FrameKind | None = None
        self._metadata = NO_METADATA
        self._icc_of: list[bytes] = []
        self._durations: list[Fraction] = []
        self._unit_of: list[int] = []
        self._known: dict[bytes, int] = {}
        self._places: list[tuple[int, int]] = []
        self._stated: list[tuple[Property, ...]] = []
        self._first: bytes = b""
        self._transparency = transparency
        self._alpha = AlphaTrack(transparency.put)

    # -- coding

    def run(self, pack: WeightPack) -> None:
        """Code all frames.  Raises NoFrames, FramesDiffer, and what encoding raises."""
        from refdec.parallel.clock import check_of
        from refdec.parallel.counts import workers_for
        from refdec.parallel.pool import open_pool
        from refdec.parallel.shared import SharedArray

        check = check_of(limits_or_default(self._options.limits))
        frames = self._sources()
        first = next(frames, None)
        if first is None:
            raise NoFrames(self._moving.name)
        workers = workers_for(self._wishes.workers)
        workers = min(workers, self._moving.count or workers)
        slots = AHEAD * workers
        frame_bytes = sum(plane.nbytes for plane in first.picture.planes)
        limits_or_default(self._options.limits).require_memory(slots * frame_bytes)
        state = FrameCoding(SharedArray((slots, frame_bytes), np.uint8), self._options, pack)
        with open_pool(state, workers=workers, look_ahead=slots) as pool:
            for coded in pool.map(coded_frame, self._units(chain((first,), frames), state.ring)):
                check()
                self._said |= dict.fromkeys(coded.warnings)
                self._first = self._first or coded.codestream
                self._stated.append(coded.stated)
                self._places.append(self._media.put(coded.codestream))

    def _sources(self) -> Iterator[WithParts]:
        """Yield pictures the right way up, with their transparency; count frames and note their times on the way."""
        usual = self._moving.usual if self._wishes.fps is None else 1 / self._wishes.fps
        limits = limits_or_default(self._options.limits)
        for frame in self._moving.frames:
            number = len(self._durations) + 1
            limits.require("number of frames", number, limits.samples)
            with naming_picture(frame.picture, number):
                found = self._upright(self._options.with_parts(frame.picture, in_file=True))
            if found.picture.floats is not None and self._options.layer_error is not None:
                raise ClipOption("A layer of floats", "Encode the frames one by one: refdec encode FRAMES --out OUT")
            self._require_kind(number, found.picture)
            stated = frame.duration is not None and self._wishes.fps is None
            self._durations.append(cast(Fraction, frame.duration) if stated else usual)
            if self._moving.unstated and not stated and self._wishes.fps is None:
                self._said[self._moving.unstated] = None
            self._said |= dict.fromkeys(found.picture.warnings)
            self._note_metadata(number, found.parts.metadata)
            self._alpha.add(found.parts.alpha, number, found.picture)
            if self._moving.count:
                self._progress(min(1, number / self._moving.count))
            yield found

    def _upright(self, found: WithParts) -> WithParts:
        """Return a picture the right way up: a clip has one way up for all frames."""
        orientation, picture = found.parts.orientation, found.picture
        if orientation == UPRIGHT:
            return found
        self._said[turned_in_words(orientation)] = None
        first, second, third = (turned(plane, orientation) for plane in picture.planes)
        ver, hor = picture.subsampling
        sideways = orientation in SIDEWAYS
        made = replace(picture, planes=(first, second, third), subsampling=(hor, ver) if sideways else (ver, hor))
        alpha = found.parts.alpha
        if alpha is not None:
            alpha = replace(alpha, samples=turned(alpha.samples, orientation))
        return found._replace(picture=made, parts=replace(found.parts, orientation=UPRIGHT, alpha=alpha))

    def _require_kind(self, number: int, picture: SourcePicture) -> None:
        kind = _FrameKind(picture.width, picture.height, picture.bit_depth, picture.colour, picture.subsampling)
        self._kind = self._kind or kind
        if kind != self._kind:
            raise FramesDiffer(number, kind.in_words(), self._kind.in_words())

    def _note_metadata(self, number: int, found: Metadata) -> None:
        """Keep the metadata of the first frame; those of others are its own, or are named as left behind."""
        found = turned_upright(found)
        self._icc_of.append(found.icc)
        if number == 1:
            self._metadata = found
        elif not self._options.strip:
            for name, data, first in (
                ("Exif data", found.exif, self._metadata.exif),
                ("XMP", found.xmp, self._metadata.xmp),
            ):
                if data and data != first:
                    self._said[
                        f"left behind, since a clip has one place for it, which is the first frame's: {name} of others"
                    ] = None

    def _units(self, frames: Iterable[WithParts], ring: SharedArray) -> Iterator[FrameUnit]:
        """Yield what is to be coded: frames that are equal to an earlier one are not."""
        for picture, _ in frames:
            digest = _digest(picture, self._icc_of[-1])
            if digest in self._known:
                self._unit_of.append(self._known[digest])
                continue
            number = self._known[digest] = len(self._known)
            self._unit_of.append(number)
            yield into_ring(ring, number % len(ring.array), picture)

    # -- writing

    def write(self, target: Target) -> ClipReport:
        """Write the file."""
        assert self._kind is not None, "it was run"
        size = self._kind.width, self._kind.height
        timescale = timescale_of(self._durations)
        plays = self._wishes.plays if self._wishes.plays is not None else self._moving.plays
        parts = PictureParts(metadata=self._metadata, alpha=self._alpha.first)
        file = file_around(self._first, self._stated[0], parts)
        file = replace(file, major_brand=CLIP_BRAND, brands=CLIP_BRANDS)
        metadata = [item for item in file.items if item.kind in ("Exif", "mime")]
        lead = b"".join(bytes(item.data) for item in metadata)
        behind = len(lead) + self._media.size  # where transparency begins; the pictures begin behind the metadata
        in_lead = dict(zip((item.id for item in metadata), accumulate(map(_length, metadata), initial=0), strict=False))
        others = {"jai0": len(lead), "unci": behind}
        tracks = (
            _moved(self._pictures(size), len(lead)),
            *(_moved(track, behind) for track in self._alpha.tracks(size)),
        )
        clip = NewClip(size, timescale, in_units(self._durations, timescale), plays, tracks)
        starts = [in_lead.get(item.id, others.get(item.kind, 0)) for item in file.items]
        media_bytes = behind + self._transparency.size
        head = clip_head(file, starts, clip, media_bytes)
        sink = sink_of(target)
        try:
            for piece in chain((head, lead), self._media.pieces(), self._transparency.pieces()):
                sink.write(piece)
            sink.commit()
        except BaseException:
            sink.discard()
            raise
        return self._report(name_of(target), len(head) + media_bytes, plays)

    def _pictures(self, size: tuple[int, int]) -> NewTrack:
        """Return the track of pictures: as many sample entries as there are kinds of what is stated of frames."""
        entries: dict[bytes, int] = {}
        boxes, entry_of_unit = list[FileBox](), list[int]()
        icc_of_unit: dict[int, bytes] = {}
        for unit, icc in zip(self._unit_of, self._icc_of, strict=True):
            icc_of_unit.setdefault(unit, icc)
        for unit, stated in enumerate(self._stated):
            icc = icc_of_unit[unit]
            entry = picture_entry((*stated, *((profile_property(icc),) if icc else ())), size)
            written = write_box(entry)
            if written not in entries:
                entries[written] = len(boxes)
                boxes.append(entry)
            entry_of_unit.append(entries[written])
        references = (Reference("prem", 1, (2,)),) if self._alpha.premultiplied else ()
        units = self._unit_of
        return NewTrack(
            tuple(boxes), [entry_of_unit[u] for u in units], [self._places[u] for u in units], references=references
        )

    def _report(self, name: str, written: int, plays: int) -> ClipReport:
        assert self._kind is not None, "it was run"
        frames, pixels = len(self._unit_of), self._kind.width * self._kind.height
        return ClipReport(
            output=name,
            encoder=self._options.encoder,
            frames=frames,
            distinct=len(self._places),
            width=self._kind.width,
            height=self._kind.height,
            seconds=seconds_in_words(sum(self._durations, Fraction(0))),
            plays=plays,
            bytes=written,
            bits_per_pixel=8 * written / (pixels * frames),
            transparent=bool(self._alpha.places),
            warnings=tuple(self._said),
        )


def _length(item: Item) -> int:
    return len(item.data)


def _moved(track: NewTrack, count: int) -> NewTrack:
    """Return a track whose samples lie so many bytes further on."""
    return replace(track, places=[(start + count, length) for start, length in track.places])


def _digest(picture: SourcePicture, icc: bytes) -> bytes:
    """Return what equal frames have in common: their codes, and what they mean."""
    digest = hashlib.sha256(repr((picture.components, picture.rendering)).encode() + b"\0" + icc)
    for plane in picture.planes:
        digest.update(np.ascontiguousarray(plane).data)
    return digest.digest()
