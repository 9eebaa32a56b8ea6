"""A clip that tests share: frames of one golden codestream, with transparency and metadata, and changed boxes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from refdec.api.enclosing import headers_of
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxwriter import write_box
from refdec.heif.clipfile import ClipFile, clip_of_boxes
from refdec.heif.clipwriting import CLIP_BRANDS, NewClip, NewTrack, alpha_entry, clip_head, picture_entry
from refdec.heif.heiffile import Reference
from refdec.heif.picturefile import file_around, picture_properties
from refdec.limits import Limits
from refdec.tiling.geometry import Rect
from tests.unit.heif.support import HEIGHT, LIMITS, STREAM, WIDTH, clap, parts

SIZE = (WIDTH, HEIGHT)
DURATIONS = (40, 40, 100, 20)
TABLES = "moov/trak/mdia/minf/stbl"
PART = Rect(8, 20, 20, 10)
"""What `cropped_clip` shows."""


@cache
def clip_data(durations: Sequence[int] = DURATIONS, plays: int = 3, *, alpha: bool = True) -> bytes:
    """Return a clip of a thousand units a second; the last frame shares the bytes of the one before."""
    stated = picture_properties(headers_of(STREAM, None))
    own = parts(thumbnail=b"", orientation=1, **({} if alpha else {"alpha": None}))
    file = replace(file_around(STREAM, stated, own), major_brand="jais", brands=CLIP_BRANDS)
    lead = b"".join(bytes(item.data) for item in file.items if item.kind in ("Exif", "mime"))
    count = len(durations)
    media = lead + STREAM * (count - 1)
    places = [(len(lead) + len(STREAM) * min(index, count - 2), len(STREAM)) for index in range(count)]
    tracks = [NewTrack((picture_entry(stated, SIZE),), [0] * count, places)]
    starts = {"Exif": 0, "mime": len(file.items[0].data), "jai0": len(lead), "unci": len(media)}
    if alpha:
        item = file.items[-1]
        media += bytes(item.data)
        entry = alpha_entry(item.properties, SIZE)
        at = [(starts["unci"], len(item.data))] * count
        tracks.append(NewTrack((entry,), [0] * count, at, "auxv", (Reference("auxl", 2, (1,)),)))
    clip = NewClip(SIZE, 1000, durations, plays, tuple(tracks))
    return clip_head(file, [starts[item.kind] for item in file.items], clip, len(media)) + media


def cropped_clip(*, turned: bool) -> bytes:
    """Return the clip with a clean aperture in its sample entry, and a quarter turn behind it if wished."""
    boxes = (clap(*SIZE, PART).box, *([FileBox("irot", {"angle": 1})] if turned else []))
    return with_clip_box(f"{TABLES}/stsd/jaim", lambda box: replace(box, children=(*box.children, *boxes)))


def damaged_clip(frame: int) -> bytes:
    """Return the clip with a byte of one frame's first marker changed."""
    data = bytearray(clip_data())
    at, _ = clip_of(clip_data()).places(frame - 1)[0]
    data[at + 2] ^= 0xFF
    return bytes(data)


def clip_of(data: bytes, limits: Limits = LIMITS) -> ClipFile:
    return clip_of_boxes(read_boxes(data, limits=limits), data, limits)


def with_clip_box(path: str, change: Callable[[FileBox], FileBox | None], data: bytes | None = None) -> bytes:
    """Return the clip with the boxes at a path changed; what they make longer or shorter moves the media data."""

    def changed(boxes: tuple[FileBox, ...], names: list[str]) -> tuple[FileBox, ...]:
        kept = []
        for box in boxes:
            if box.kind != names[0]:
                kept.append(box)
            elif names[1:]:
                kept.append(replace(box, children=changed(box.children, names[1:])))
            elif (made := change(box)) is not None:
                kept.append(made)
        return tuple(kept)

    whole = clip_data() if data is None else data
    boxes = read_boxes(whole, limits=LIMITS)
    made = b"".join(map(write_box, changed(boxes, path.split("/"))))
    moved = made.find(b"mdat") - whole.find(b"mdat")
    return _moved(made, moved) if moved else made


def _moved(data: bytes, count: int) -> bytes:
    """Return a clip whose places are moved by so many bytes."""

    def further(extents: Sequence[Mapping[str, int]]) -> list[dict[str, int]]:
        return [{**one, "extent_offset": one["extent_offset"] + count} for one in extents]

    def shifted(box: FileBox) -> FileBox:
        values = dict(box.values)
        if box.kind in ("stco", "co64"):
            values["offsets"] = [int(each) + count for each in values["offsets"]]
        elif box.kind == "iloc":
            values["items"] = [{**item, "extents": further(item["extents"])} for item in values["items"]]
        return replace(box, values=values, children=tuple(map(shifted, box.children)))

    return b"".join(write_box(shifted(box)) for box in read_boxes(data, limits=LIMITS))
