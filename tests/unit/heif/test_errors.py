"""Every error of HEIF files has a file that raises it, and explains itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

import refdec
from refdec.api.beside import beside_in
from refdec.api.clips import open_clip
from refdec.api.enclosing import enclosed, headers_of
from refdec.errors import RefdecError
from refdec.formats.stream_files import stream_in
from refdec.heif import errors as module
from refdec.heif import grid_errors, track_errors
from refdec.heif.boxes import FileBox
from refdec.heif.boxwriter import write_box
from refdec.heif.grid import grid_of
from refdec.heif.parts import AlphaPlane
from refdec.heif.picturefile import alpha_of
from refdec.heif.reading import read_heif
from refdec.tiling.geometry import Rect
from tests.unit.heif.clips import TABLES, clip_data, clip_of, with_clip_box
from tests.unit.heif.grids import grid_data
from tests.unit.heif.support import (
    HEIGHT,
    LIMITS,
    STREAM,
    WIDTH,
    clap,
    heif_of,
    in_entries,
    left_out,
    parts,
    setting,
    transformed,
    twice,
    whole_file,
    with_box,
)

CUT_PITM = b"\0\0\0\x19meta\0\0\0\0\0\0\0\x0dpitm\0\0\0\0\0"
JPEG = b"\xff\xd8\xff\xe0"


def alpha_after(path: str, change: Callable[[FileBox], FileBox | None]) -> object:
    return alpha_of(heif_of(with_box(path, change)), LIMITS)


def opened(path: str, change: Callable[[FileBox], FileBox | None]) -> object:
    return stream_in(with_box(path, change))


def shown_with_alpha(height: int, width: int) -> object:
    """Look at a file whose transparency is whole, and whose picture is of 79 rows and 65 columns, lying on its side."""
    plane = AlphaPlane(np.zeros((height, width), np.uint8), 8)
    return beside_in(enclosed(STREAM, headers_of(STREAM, None), parts(alpha=plane)))


def repeated(path: str) -> Callable[[], object]:
    return lambda: stream_in(twice(path))


PROPERTIES = "meta/iprp/ipco"
CAUSES: dict[type[RefdecError], RefdecError | Callable[[], object] | list[RefdecError | Callable[[], object]]] = {
    module.NoBoxes: lambda: read_heif(JPEG, limits=LIMITS),
    module.BoxCut: [lambda: stream_in(whole_file()[:-1]), lambda: stream_in(whole_file() + b"\0\0\0\7free")],
    module.BoxFieldMissing: lambda: heif_of(write_box(FileBox("ftyp", {"major_brand": "jaii"})) + CUT_PITM),
    module.BoxVersionUnknown: lambda: opened("meta/pitm", lambda box: replace(box, version=2)),
    module.BoxMissing: [lambda: opened("meta/iloc", left_out), lambda: opened("meta", left_out)],
    module.BoxRepeated: [repeated(path) for path in ("meta/pitm", "meta/iinf/infe", "meta/iprp", "meta/iref")],
    module.ItemUnknown: [
        lambda: opened("meta/pitm", setting(item_ID=9)),
        lambda: opened("meta/iref/thmb", setting(from_item_ID=9)),
        lambda: opened(PROPERTIES, lambda box: replace(box, children=box.children[:2])),
    ],
    module.ItemOutside: lambda: opened(
        "meta/iloc", in_entries("items", extents=[{"extent_offset": 40, "extent_length": 1 << 20}])
    ),
    module.ItemUnreadable: [
        lambda: opened("meta/iloc", in_entries("items", data_reference_index=1)),
        lambda: opened("meta/iinf/infe", setting(item_protection_index=1)),
        lambda: opened(f"{PROPERTIES}/jaih", lambda box: replace(box, kind="jaix")),
    ],
    module.NoJpegAiItem: lambda: opened("meta/pitm", setting(item_ID=2)),
    module.PropertyDisagrees: module.PropertyDisagrees("meta/iprp/ipco/ispe", "64 x 64", "65 x 79"),
    module.AlphaDamaged: [
        lambda: alpha_after(f"{PROPERTIES}/uncC", free_space),
        lambda: alpha_after(f"{PROPERTIES}/ispe", setting(image_height=8000)),
    ],
    module.AlphaSizeDiffers: [partial(shown_with_alpha, *size) for size in ((10, 10), (79, 70), (65, 79))],
    module.ApertureWrong: lambda: beside_in(transformed(clap(WIDTH, HEIGHT, Rect(1, 0, WIDTH, 1)))),
    grid_errors.GridWrong: [
        lambda: grid_of(heif_of(grid_data(payload=b"\0\0\0"))),
        lambda: grid_of(heif_of(grid_data(payload=b"\1\0\1\2\0\x40\0\x40"))),
        lambda: grid_of(heif_of(grid_data(payload=b"\0\0\1\1\0\x40\0\x40"))),
        lambda: grid_of(heif_of(grid_data(payload=b"\0\0\1\2\0\0\0\x40"))),
        lambda: refdec.decode(grid_data(size=(193, 128))),
    ],
    grid_errors.TileDamaged: lambda: refdec.decode(grid_data(damaged=True)),
    grid_errors.TileUnsupported: lambda: refdec.decode(
        with_box(f"{PROPERTIES}/jaih", lambda box: replace(box, kind="jaix"), grid_data())
    ),
    grid_errors.PictureOfTiles: [lambda: stream_in(grid_data()), lambda: refdec.decode(grid_data(), scale=8)],
    module.AlphaUnreadable: [
        lambda: alpha_after(f"{PROPERTIES}/cmpC", setting(compression_type="brot")),
        lambda: alpha_after(f"{PROPERTIES}/uncC", setting(block_size=4)),
    ],
    track_errors.SampleTableWrong: lambda: clip_of(with_clip_box(f"{TABLES}/stts", setting(entries=()))),
    track_errors.SampleOutside: lambda: open_clip(clip_data()[:-1], lenient=True).still(1),
    track_errors.TrackUnreadable: lambda: clip_of(with_clip_box("moov/trak/edts/elst", setting(entries=()))),
    track_errors.NoJpegAiTrack: lambda: clip_of(with_clip_box("moov/trak", left_out)),
    module.BoxUnwritable: lambda: write_box(FileBox("ispe", {"image_width": 1 << 32, "image_height": 1})),
}


def free_space(box: FileBox) -> FileBox:
    """Put free space in the place of a property, so that those behind it keep their numbers."""
    return FileBox("free")
