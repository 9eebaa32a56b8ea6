"""What is said of a picture made of tiles, beyond what the headers of its first tile say.

In: the `Info` of the first tile, and the `Grid`.  Out: the `Info` of the whole.
"""

from __future__ import annotations

from dataclasses import replace

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.privaterecord import read_private_record
from refdec.bitstream.userdata import read_gray_mark
from refdec.errors import CodestreamError
from refdec.heif.grid import Grid
from refdec.heif.heiffile import Item
from refdec.inspection.summary import Info
from refdec.limits import Limits
from refdec.tiling.geometry import Rect

__all__ = ["info_of_whole"]

TileMarks = tuple[int | None, tuple[Rect, ...]]
"""How many components a tile had that was gray, and what of it is private."""


def info_of_whole(info: Info, grid: Grid, limits: Limits) -> Info:
    """Return what is known of the whole: its size, whether it was gray, and what of it is private.

    It was gray where all of its tiles were, of as many components.  Nothing is said here of damaged tiles.
    """
    known = dict[int, TileMarks]()
    grays, private = set[int | None](), list[str]()
    for index, tile in enumerate(grid.tiles):
        if tile.id not in known:
            known[tile.id] = _marks_of(tile, limits)
        gray, rectangles = known[tile.id]
        grays.add(gray)
        at = grid.place(index, info.width, info.height)
        private += [f"{at.x + each.x},{at.y + each.y},{each.w},{each.h}" for each in rectangles]
    gray = grays.pop() if len(grays) == 1 else None
    return replace(info, width=grid.width, height=grid.height, gray_components=gray, private_regions=tuple(private))


def _marks_of(tile: Item, limits: Limits) -> TileMarks:
    try:
        user_data = read_codestream(bytes(tile.data), limits=limits).only(Marker.UDI)
    except CodestreamError:
        return None, ()
    if user_data is None:
        return None, ()
    payload = bytes(user_data.payload)
    record = read_private_record(payload)
    return read_gray_mark(payload), () if record is None else record.rectangles
