"""Writing clips: tables of samples become the boxes of `moov`, in front of the bytes that they point to.

In: `NewClip`, and the items of the file.  Out: the bytes of a file up to those of its media data, the same for the same
clip.  Frames that share their bytes point to the same place: one sample is one chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from refdec.heif.boxes import FileBox
from refdec.heif.boxwriter import write_box
from refdec.heif.clipfile import CLIP_BRAND, ENTRY_CONFIG, ENTRY_KIND
from refdec.heif.heiffile import HeifFile, Property, Reference
from refdec.heif.tracks import FOR_EVER
from refdec.heif.uncompressed import ALPHA_TYPES
from refdec.heif.writing import LARGE_MDAT_HEAD, LARGEST_OFFSET, MDAT_HEAD, meta_box

__all__ = ["CLIP_BRANDS", "NewClip", "NewTrack", "alpha_entry", "clip_head", "picture_entry"]

CLIP_BRANDS = (CLIP_BRAND, "jaii", "iso8", "mif1", "miaf")
UNTURNED = tuple({"value": value} for value in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
RATE, RESOLUTION, UNDETERMINED, BOUNDARY = 1 << 16, 72 << 16, 0x55C4, 0xFFFF
"""Normal speed; 72 dots an inch; the language "und"; a field of sample entries that is all ones."""
ENABLED, SELF_CONTAINED, REPEATED = 1, 1, 1
IN_MOVIE = 2
COLOUR_DEPTH, GRAY_DEPTH = 24, 40
SHARED_BOXES = ("colr", "clli", "mdcv")
LARGEST_SHORT_TIME = (1 << 32) - 2
ENDLESS = (1 << 64) - 1


@dataclass(frozen=True, slots=True, eq=False)
class NewTrack:
    """A track to write: `places` are (start, length) of its samples in the media data, `entries_of` their entries."""

    entries: tuple[FileBox, ...]
    entries_of: Sequence[int]
    places: Sequence[tuple[int, int]]
    handler: str = "vide"
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class NewClip:
    """A clip to write; its tracks are numbered from 1, and last equally long.

    `durations` of its frames, in units of which a second has `timescale`; `plays`: how often, FOR_EVER is 0.
    """

    size: tuple[int, int]
    timescale: int
    durations: Sequence[int]
    plays: int
    tracks: tuple[NewTrack, ...]


# -- sample entries


def _entry(kind: str, size: tuple[int, int], depth: int, boxes: tuple[FileBox, ...]) -> FileBox:
    values = {
        "data_reference_index": 1,
        "width": size[0],
        "height": size[1],
        "horizresolution": RESOLUTION,
        "vertresolution": RESOLUTION,
        "frame_count": 1,
        "depth": depth,
        "pre_defined": BOUNDARY,
    }
    return FileBox(kind, values, boxes)


def picture_entry(stated: Sequence[Property], size: tuple[int, int]) -> FileBox:
    """Return the sample entry of pictures whose items would have such properties; `jaiC` is what `jaih` is there."""
    header = next(each.box.values["header"] for each in stated if each.box.kind == "jaih")
    boxes = (
        FileBox(ENTRY_CONFIG, {"header": header}),
        FileBox("ccst", {"all_ref_pics_intra": 1}),
        *(each.box for each in stated if each.box.kind in SHARED_BOXES),
    )
    return _entry(ENTRY_KIND, size, COLOUR_DEPTH, boxes)


def alpha_entry(properties: Sequence[Property], size: tuple[int, int]) -> FileBox:
    """Return the sample entry of transparency whose item would have such properties."""
    layout = (each.box for each in properties if each.box.kind in ("cmpd", "uncC", "cmpC"))
    boxes = (FileBox("auxi", {"aux_track_type": ALPHA_TYPES[0]}), FileBox("ccst", {"all_ref_pics_intra": 1}), *layout)
    return _entry("uncv", size, GRAY_DEPTH, boxes)


# -- the file


def clip_head(file: HeifFile, starts: Sequence[int], clip: NewClip, media_bytes: int) -> bytes:
    """Return the bytes in front of the media data, with their header; the bytes of item i begin there at `starts`[i].

    Raises BoxUnwritable for what no field holds.
    """
    brands = tuple({"brand": brand} for brand in file.brands)
    kind = write_box(FileBox("ftyp", {"major_brand": file.major_brand, "compatible_brands": brands}))

    def boxes(first: int) -> bytes:
        meta = meta_box(file, list(starts), first, wide=wide)
        return kind + write_box(meta) + write_box(_movie(clip, first, wide=wide))

    wide = False
    large = MDAT_HEAD + media_bytes > LARGEST_OFFSET
    wide = large or len(boxes(0)) + LARGE_MDAT_HEAD + media_bytes > LARGEST_OFFSET
    first = len(boxes(0)) + (LARGE_MDAT_HEAD if large else MDAT_HEAD)
    size = 1 if large else MDAT_HEAD + media_bytes
    head = size.to_bytes(4, "big") + b"mdat"
    return boxes(first) + head + ((LARGE_MDAT_HEAD + media_bytes).to_bytes(8, "big") if large else b"")


def _movie(clip: NewClip, first: int, *, wide: bool) -> FileBox:
    """Return the box of a clip whose media data begin at a byte of the file."""
    once = sum(clip.durations)
    shown = ENDLESS if clip.plays == FOR_EVER else once * clip.plays
    version = int(shown > LARGEST_SHORT_TIME)
    head = FileBox(
        "mvhd",
        {
            "timescale": clip.timescale,
            "duration": shown,
            "rate": RATE,
            "matrix": UNTURNED,
            "next_track_ID": len(clip.tracks) + 1,
        },
        version=version,
    )
    tracks = (
        _track(number, track, clip, (once, shown), first, wide=wide) for number, track in enumerate(clip.tracks, 1)
    )
    return FileBox("moov", children=(head, *tracks))


def _track(
    number: int, track: NewTrack, clip: NewClip, durations: tuple[int, int], first: int, *, wide: bool
) -> FileBox:
    once, shown = durations
    version = int(shown > LARGEST_SHORT_TIME)
    width, height = clip.size
    values = {
        "track_ID": number,
        "duration": shown,
        "matrix": UNTURNED,
        "width": width << 16,
        "height": height << 16,
    }
    flags = ENABLED | IN_MOVIE if number == 1 else 0
    head = FileBox("tkhd", values, version=version, flags=flags)
    boxes = [head]
    if clip.plays != 1:
        edit = {"segment_duration": once, "media_rate_integer": 1}
        repeat = FileBox("elst", {"entries": (edit,)}, version=int(once > LARGEST_SHORT_TIME), flags=REPEATED)
        boxes.append(FileBox("edts", children=(repeat,)))
    if track.references:
        boxes.append(FileBox("tref", children=tuple(map(_reference, track.references))))
    return FileBox("trak", children=(*boxes, _media(track, clip, once, first, wide=wide)))


def _reference(reference: Reference) -> FileBox:
    return FileBox(reference.kind, {"tracks": tuple({"track_ID": target} for target in reference.targets)})


def _media(track: NewTrack, clip: NewClip, once: int, first: int, *, wide: bool) -> FileBox:
    own_file = FileBox("dref", children=(FileBox("url ", flags=SELF_CONTAINED),))
    time = {"timescale": clip.timescale, "duration": once, "language": UNDETERMINED}
    information = (
        FileBox("vmhd", flags=1),
        FileBox("dinf", children=(own_file,)),
        FileBox("stbl", children=_tables(track, clip, first, wide=wide)),
    )
    return FileBox(
        "mdia",
        children=(
            FileBox("mdhd", time, version=int(once > LARGEST_SHORT_TIME)),
            FileBox("hdlr", {"handler_type": track.handler, "name": ""}),
            FileBox("minf", children=information),
        ),
    )


def _tables(track: NewTrack, clip: NewClip, first: int, *, wide: bool) -> tuple[FileBox, ...]:
    """Return the tables of samples, each a chunk of its own: so any of them can lie where another one lies."""
    runs: list[dict[str, Any]] = []
    chunk = 1
    for entry, group in groupby(track.entries_of):
        runs.append({"first_chunk": chunk, "samples_per_chunk": 1, "sample_description_index": entry + 1})
        chunk += len(list(group))
    times = tuple({"sample_count": len(list(group)), "sample_delta": delta} for delta, group in groupby(clip.durations))
    offsets = [first + start for start, _ in track.places]
    return (
        FileBox("stsd", children=track.entries),
        FileBox("stts", {"entries": times}),
        FileBox("stsc", {"entries": tuple(runs)}),
        FileBox("stsz", {"sizes": [length for _, length in track.places]}),
        FileBox("co64" if wide else "stco", {"offsets": offsets}),
    )
