"""Pictures made of tiles (ISO/IEC 23008-12, 6.6.2.3): an item of type grid that lists other items, row by row.

In: a `HeifFile` whose picture is one.  Out: `Grid`: how many tiles there are, which, and the size that is cut out of
them.  What the tiles are is in their codestreams; nothing of them is read here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from refdec.errors import CodestreamError, RefdecError, UnsupportedError
from refdec.heif.errors import NoJpegAiItem
from refdec.heif.grid_errors import GridWrong, TileDamaged, TileUnsupported
from refdec.heif.heiffile import HeifFile, Item
from refdec.heif.picturefile import GRID_KIND, MAJOR_BRAND, PICTURE_KIND, require_known_duties
from refdec.tiling.geometry import Rect

__all__ = ["Grid", "first_coded", "grid_of", "is_grid", "tile_error"]

MADE_OF = "dimg"
HEAD_BYTES = 4
"""Version, flags, rows and columns, each of the last two less one."""
WIDE = 1
"""The flag of sizes of 32 bits in place of 16."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A picture of `width` x `height` samples, cut out of `rows` x `columns` tiles, in the order of rows."""

    item: Item
    rows: int
    columns: int
    width: int
    height: int
    tiles: tuple[Item, ...]

    def place(self, index: int, tile_width: int, tile_height: int) -> Rect:
        """Return where a tile lies, which may be beyond what is shown."""
        row, column = divmod(index, self.columns)
        return Rect(column * tile_width, row * tile_height, tile_width, tile_height)

    def tile_file(self, index: int) -> HeifFile:
        """Return the file of one tile alone."""
        tile = replace(self.tiles[index], places=())
        return HeifFile(MAJOR_BRAND, (MAJOR_BRAND, "mif1", "miaf"), tile.id, (tile,))


def is_grid(file: HeifFile) -> bool:
    """Tell whether the picture of a file is made of tiles."""
    return file.primary_item.kind == GRID_KIND


def first_coded(file: HeifFile) -> Item | None:
    """Return the item whose codestream comes first: that of the picture, or of its first tile; None: it has none."""
    if not is_grid(file):
        return file.primary_item
    try:
        return grid_of(file).tiles[0]
    except (CodestreamError, UnsupportedError):
        return None


def tile_error(grid: Grid, index: int, problem: RefdecError) -> TileDamaged | TileUnsupported:
    """Return the error that says in which tile a problem is."""
    kind = TileDamaged if isinstance(problem, CodestreamError) else TileUnsupported
    return kind(index + 1, grid.tiles[index].id, problem)


def grid_of(file: HeifFile) -> Grid:
    """Return the grid that a file shows.  Raises GridWrong, NoJpegAiItem for tiles of others, ItemUnreadable."""
    item = file.primary_item
    require_known_duties(item)
    data = bytes(item.data)
    wide = len(data) > 1 and data[1] & WIDE
    size = 4 if wide else 2
    if len(data) < HEAD_BYTES + 2 * size:
        raise GridWrong(item.id, f"it has {len(data)} bytes, {HEAD_BYTES + 2 * size} are its fields")
    version, _, last_row, last_column = data[:HEAD_BYTES]
    if version:
        raise GridWrong(item.id, f"its version is {version}, not 0")
    rows, columns = last_row + 1, last_column + 1
    width = int.from_bytes(data[HEAD_BYTES : HEAD_BYTES + size], "big")
    height = int.from_bytes(data[HEAD_BYTES + size : HEAD_BYTES + 2 * size], "big")
    if not width or not height:
        raise GridWrong(item.id, f"it shows {width} x {height} samples")
    listed = [each.targets for each in file.references if each.kind == MADE_OF and each.source == item.id]
    numbers = listed[0] if len(listed) == 1 else ()
    if len(listed) != 1 or len(numbers) != rows * columns:
        raise GridWrong(item.id, f"{rows} x {columns} tiles are {rows * columns}, it lists {sum(map(len, listed))}")
    known = {each.id: each for each in file.items}
    tiles = tuple(known[number] for number in numbers)
    for tile in tiles:
        if tile.kind != PICTURE_KIND:
            raise NoJpegAiItem(tile.kind)
    return Grid(item, rows, columns, width, height, tiles)
