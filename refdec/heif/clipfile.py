"""A clip as it lies in a file: the track of its pictures, that of their transparency, and the items beside them.

In: boxes, and the bytes of items.  Out: `ClipFile`, which knows the place and the time of each frame and makes the HEIF
file of one of them, as if it had been coded alone: each frame is a whole codestream.  The layout of `jaiC` is
provisional like that of `jaih` (docs/sequences.md); whatever is in it, the codestream counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from refdec.errors import BitOffset
from refdec.heif.boxes import FileBox
from refdec.heif.errors import BoxMissing, BoxRepeated
from refdec.heif.heiffile import HeifFile, Item, Property, Reference
from refdec.heif.picturefile import MAJOR_BRAND, PICTURE_KIND, XMP_TYPE
from refdec.heif.reading import FileBytes, heif_of_boxes
from refdec.heif.track_errors import NoJpegAiTrack, TrackUnreadable
from refdec.heif.tracks import Track, tracks_of
from refdec.heif.transforms import APERTURE, TRANSFORMS
from refdec.heif.uncompressed import ALPHA_TYPES
from refdec.limits import Limits

__all__ = ["CLIP_BRAND", "ENTRY_CONFIG", "ENTRY_KIND", "ClipFile", "clip_of_boxes"]

CLIP_BRAND, ENTRY_KIND, ENTRY_CONFIG = "jais", "jaim", "jaiC"
DESCRIBING = ("colr", "clli", "mdcv", "pasp")
"""Boxes of a sample entry that are properties of a picture too."""
PRIMARY = 1
KNOWN_AT_TOP = frozenset({"ftyp", "meta", "moov", "mdat", "free", "skip", "uuid"})


@dataclass(frozen=True)
class ClipFile:
    """The tracks of a clip, and what stands beside them.

    `alpha`: the track of its transparency, None: it has none; `premultiplied`: colours are multiplied by it.  `beside`:
    the items of the file, None: it has none.  `others`: what of the file is not looked at, in words.
    """

    brands: tuple[str, ...]
    picture: Track
    alpha: Track | None
    premultiplied: bool
    beside: HeifFile | None
    others: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.picture.samples)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as the first sample entry says them."""
        values = self.picture.entries[0].values
        return values["width"], values["height"]

    @cached_property
    def _alpha_of(self) -> list[int]:
        """For each frame the sample of the transparency that is shown when the frame begins."""
        assert self.alpha is not None, "asked for where there is a track of it"
        ours, theirs = self.picture, self.alpha
        at = [int(start) * theirs.timescale for start in ours.samples.starts]
        begins = [int(start) * ours.timescale for start in theirs.samples.starts]
        found, index = [], 0
        for time in at:
            while index + 1 < len(begins) and begins[index + 1] <= time:
                index += 1
            found.append(index)
        return found

    def places(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return (byte, length) of a frame, from 0, and of its transparency if it has one."""
        picture = self.picture.samples.place(index)
        if self.alpha is None or not len(self.alpha.samples):
            return (picture,)
        return picture, self.alpha.samples.place(self._alpha_of[index])

    def still(self, index: int, codestream: bytes, alpha: bytes | None) -> HeifFile:
        """Return the file of one frame alone, from 0, with the metadata of the clip."""
        entry = self.picture.entries[int(self.picture.samples.entries[index])]
        items = [Item(PRIMARY, PICTURE_KIND, codestream, tuple(_properties(entry)), name="picture")]
        references = []
        for item in () if self.beside is None else self.beside.pointing_at("cdsc", self.beside.primary):
            if item.kind == "Exif" or (item.kind == "mime" and item.content_type == XMP_TYPE):
                items.append(replace(item, id=len(items) + 1, places=()))
                references.append(Reference("cdsc", len(items), (PRIMARY,)))
        if alpha is not None and self.alpha is not None:
            number = len(items) + 1
            own = self.alpha.entries[int(self.alpha.samples.entries[self._alpha_of[index]])]
            items.append(Item(number, "unci", alpha, tuple(_alpha_properties(own)), name="alpha", hidden=True))
            references.append(Reference("auxl", number, (PRIMARY,)))
            if self.premultiplied:
                references.append(Reference("prem", PRIMARY, (number,)))
        return HeifFile(MAJOR_BRAND, (MAJOR_BRAND, "mif1", "miaf"), PRIMARY, tuple(items), tuple(references))


def _size(entry: FileBox) -> Property:
    values = entry.values
    return Property(FileBox("ispe", {"image_width": values["width"], "image_height": values["height"]}))


def _properties(entry: FileBox) -> Iterator[Property]:
    """Yield the properties that a picture has by its sample entry; what crops and turns it in the order of boxes."""
    config = entry.first(ENTRY_CONFIG)
    if config is not None:
        yield Property(FileBox("jaih", {"header": bytes(config.values["header"])}), essential=True)
    yield _size(entry)
    yield from (Property(child) for child in entry.children if child.kind in DESCRIBING)
    yield from (Property(child, essential=True) for child in entry.children if child.kind in (APERTURE, *TRANSFORMS))


def _alpha_properties(entry: FileBox) -> Iterator[Property]:
    yield _size(entry)
    yield from (Property(child, essential=True) for child in entry.children if child.kind in ("cmpd", "uncC", "cmpC"))
    yield Property(FileBox("auxC", {"aux_type": ALPHA_TYPES[0]}))


# -- reading


def clip_of_boxes(boxes: tuple[FileBox, ...], data: FileBytes, limits: Limits) -> ClipFile:
    """Return the clip of a file's boxes; `data` are the bytes of the file, of which those of items are read.

    Raises BoxMissing, BoxRepeated, NoJpegAiTrack, TrackUnreadable, SampleTableWrong, and what reading items raises.
    """
    movies = [box for box in boxes if box.kind == "moov"]
    if len(movies) != 1:
        raise (
            BoxRepeated("the file", "a box moov", at=movies[1].place) if movies else BoxMissing("moov", at=BitOffset(0))
        )
    kinds = [box for box in boxes if box.kind == "ftyp"]
    brands = tuple(each["brand"] for box in kinds for each in box.values["compatible_brands"])
    tracks = tracks_of(movies[0], limits)
    shown = [track for track in tracks if not any(each.kind in ("auxl", "thmb") for each in track.references)]
    found = [track for track in shown if track.entries and track.entries[0].kind == ENTRY_KIND]
    if not found:
        kinds_found = sorted({entry.kind for track in shown for entry in track.entries})
        raise NoJpegAiTrack(tuple(f"a track of {kind}" for kind in kinds_found), at=movies[0].place)
    picture = found[0]
    _require_entries(picture)
    alpha = next((track for track in tracks if _is_alpha_of(track, picture)), None)
    prem = alpha is not None and any(each.kind == "prem" and alpha.id in each.targets for each in picture.references)
    others = [f"track {track.id} ({track.handler})" for track in tracks if track not in (picture, alpha)]
    others += sorted({f"the box {box.kind}" for box in boxes} - {f"the box {kind}" for kind in KNOWN_AT_TOP})
    beside = heif_of_boxes(boxes, data) if any(box.kind == "meta" for box in boxes) else None
    return ClipFile(
        tuple(dict.fromkeys((kinds[0].values["major_brand"], *brands))) if kinds else brands,
        picture,
        alpha,
        prem,
        beside,
        tuple(others),
    )


def _require_entries(track: Track) -> None:
    """Raise TrackUnreadable unless a track has frames, all of them of JPEG AI in this file."""
    samples, used = track.samples, np.unique(track.samples.entries)
    if not len(samples):
        raise TrackUnreadable(track.id, "it has no frames (fragments of clips are not read)", at=track.box.place)
    for index in map(int, used):
        if track.entries[index].kind != ENTRY_KIND:
            raise TrackUnreadable(track.id, f"some of its frames are {track.entries[index].kind}", at=track.box.place)


def _is_alpha_of(track: Track, picture: Track) -> bool:
    """Tell whether a track is the transparency of another one."""
    if not any(each.kind == "auxl" and picture.id in each.targets for each in track.references):
        return False
    kinds = [box for entry in track.entries for box in entry.every("auxi")]
    return bool(kinds) and kinds[0].values["aux_track_type"] in ALPHA_TYPES
