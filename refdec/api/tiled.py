"""Pictures made of tiles (grid items of HEIF files), decoded: each tile is a codestream of its own.

In: a source and `DecodeOptions`.  Out: `TiledPicture`, which decodes the tiles that what is asked for needs, several at
a time where there are several workers, and puts them together.  The samples are the same for any number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from refdec.api.beside import BesidePicture
from refdec.decoding.options import DecodeOptions
from refdec.errors import CodestreamError, UnsupportedError
from refdec.formats.files import NamedBytes, name_of
from refdec.heif.errors import AlphaSizeDiffers
from refdec.heif.grid import Grid, grid_of, is_grid, tile_error
from refdec.heif.grid_errors import GridWrong, PictureOfTiles
from refdec.heif.heiffile import HeifFile
from refdec.heif.picturefile import GRID_KIND
from refdec.observation import Progress, no_progress
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers
    from refdec.formats.decoded import Picture
    from refdec.formats.files import Source
    from refdec.picture.floats import FloatPlanes
    from refdec.picture.output import Codes
    from refdec.picture.picture import PictureCodes
    from refdec.weights.pack import WeightPack

__all__ = ["TiledPicture", "naming_tile", "require_whole", "tile_headers", "tiled_in"]

CANVAS_BYTES = 18
"""Of each sample that is shown while tiles are put together: three planes of 16 bits, twice, and their tiles."""


def tiled_in(source: Source, options: DecodeOptions) -> TiledPicture | bytes:
    """Return the picture of tiles that a source holds, or its bytes where it holds another.

    Raises what opening a file and reading its boxes raises, and GridWrong.
    """
    from refdec.bitstream.firstbytes import is_heif
    from refdec.formats.files import read_bytes
    from refdec.heif.reading import read_heif

    data = read_bytes(source, limits=options.limits)
    if not is_heif(data) or GRID_KIND.encode() not in data or b"meta" not in data:
        return data
    try:
        file = read_heif(data, limits=options.limits)
        tiled = is_grid(file)
    except (CodestreamError, UnsupportedError):
        return data  # who reads it for its codestream says what is wrong
    return TiledPicture(name_of(source), file, grid_of(file)) if tiled else data


def require_whole(tiled: TiledPicture, wishes: Mapping[str, bool]) -> None:
    """Refuse what is asked of one codestream, of what is named where it is wished for.  Raises PictureOfTiles."""
    for what, wished in wishes.items():
        if wished:
            raise PictureOfTiles(what)


class ShownTiles(NamedTuple):
    """What tiles amount to: the stored picture, or the part of it that was asked for, and what stands beside it."""

    picture: PictureCodes
    beside: BesidePicture


@dataclass(frozen=True, slots=True, eq=False)
class TiledPicture:
    """A picture made of tiles: its file, and how they lie."""

    name: str
    file: HeifFile
    grid: Grid

    def beside(self, options: DecodeOptions) -> BesidePicture:
        """Return what the file says of the picture: which part of the tiles is shown, which way up, metadata, alpha.

        Raises ApertureWrong, AlphaUnreadable, AlphaDamaged, AlphaSizeDiffers, TooLarge.
        """
        from refdec.formats.exif import turned_upright
        from refdec.heif.picturefile import alpha_of, metadata_of
        from refdec.heif.transforms import shown_part

        width, height = self.grid.width, self.grid.height
        orientation, part = shown_part(self.grid.item.properties, width, height)
        beside = BesidePicture(
            orientation,
            turned_upright(metadata_of(self.file)),
            part=None if part == Rect(0, 0, width, height) else part,
        )
        alpha = alpha_of(self.file, options.limits)
        if alpha is None:
            return beside
        if alpha.samples.shape != (height, width):
            raise AlphaSizeDiffers(alpha.samples.shape, (height, width))
        return replace(beside, alpha=replace(alpha, samples=beside.plane(alpha.samples)))

    def decoded(
        self,
        options: DecodeOptions,
        pack: WeightPack | None,
        *,
        lossy: bool = False,
        tone_map: bool = False,
        on_progress: Progress = no_progress,
    ) -> ShownTiles:
        """Decode the tiles that the options need, the whole picture or the tiles of a region; not yet upright.

        Raises TileDamaged, TileUnsupported, GridWrong, RegionOutside, RegionOffGrid, LimitExceeded.
        """
        from refdec.parallel.clock import check_of
        from refdec.parallel.counts import workers_for
        from refdec.parallel.pool import open_pool

        grid, limits, check = self.grid, options.limits, check_of(options.limits)
        self.require_pixels(options)
        beside = self.beside(options)
        wanted = self._wanted(beside, options)
        limits.require_memory(CANVAS_BYTES * wanted.w * wanted.h)
        units = list(self.parts(options))
        count = max(1, min(workers_for(options.workers), len(units)))
        own = replace(options, region=None, workers=1 if count > 1 else options.workers)
        canvas: _TileCanvas | None = None
        with open_pool(_TileWork(self, own, pack, lossy, tone_map), workers=count) as pool:
            for done, (unit, tile) in enumerate(zip(units, pool.map(_decode_tile, units), strict=True), 1):
                check()
                canvas = canvas or _TileCanvas(grid, wanted, tile)
                canvas.put(unit, tile)
                on_progress(done / len(units))
        assert canvas is not None, "a rectangle that is not empty has a tile"
        return ShownTiles(canvas.picture(), beside)

    def require_pixels(self, options: DecodeOptions) -> None:
        """Raise TooLarge for a picture of more pixels than the limit, however small its tiles are."""
        options.limits.require("number of pixels", self.grid.width * self.grid.height, options.limits.pixels)

    def _wanted(self, beside: BesidePicture, options: DecodeOptions) -> Rect:
        """Return the rectangle of the stored picture that is asked for.  Raises RegionOutside."""
        if options.region is None:
            return Rect(0, 0, self.grid.width, self.grid.height)
        return beside.stored_rect(Rect(*options.region), self.grid.width, self.grid.height)

    def parts(self, options: DecodeOptions) -> Iterator[TilePart]:
        """Yield the tiles that the options need, and what of each.  Raises GridWrong, TileDamaged, RegionOutside."""
        wanted = self._wanted(self.beside(options), options)
        size = _size(tile_headers(self.grid, 0, options))
        first = self.grid.place(0, *size)
        if self.grid.columns * first.w < self.grid.width or self.grid.rows * first.h < self.grid.height:
            shown = f"{self.grid.width} x {self.grid.height}"
            raise GridWrong(self.grid.item.id, f"tiles of {first.w} x {first.h} samples do not fill the {shown} shown")
        columns = range(wanted.x // first.w, ceil_div(wanted.right, first.w))
        sizes = dict[int, tuple[int, int]]()
        for row in range(wanted.y // first.h, ceil_div(wanted.bottom, first.h)):
            for column in columns:
                index = row * self.grid.columns + column
                item = self.grid.tiles[index].id
                if item not in sizes:  # an item may stand in many places
                    sizes[item] = _size(tile_headers(self.grid, index, options))
                found = sizes[item]
                if found != size:
                    words = f"tile {index + 1} has {found[0]} x {found[1]} samples, the first {size[0]} x {size[1]}"
                    raise GridWrong(self.grid.item.id, words)
                place = self.grid.place(index, *size)
                part = place.intersection(wanted)
                yield TilePart(index, part, None if part == place else part.seen_from(place))


class TilePart(NamedTuple):
    """A tile to decode: which (from 0), where what is wanted of it lies in the picture, and in it (None: all of it)."""

    number: int
    place: Rect
    part: Rect | None


class _TileWork(NamedTuple):
    """What every worker has."""

    tiled: TiledPicture
    options: DecodeOptions
    pack: WeightPack | None
    lossy: bool
    tone_map: bool


def _decode_tile(work: _TileWork, unit: TilePart) -> Picture:
    """Decode what is wanted of a tile."""
    from refdec.api.decode import decode
    from refdec.heif.writing import write_heif

    grid, part = work.tiled.grid, unit.part
    with naming_tile(grid, unit.number):
        alone = NamedBytes(write_heif(grid.tile_file(unit.number)), work.tiled.name)
        options = replace(work.options, region=None if part is None else (part.x, part.y, part.w, part.h))
        return decode(alone, weights=work.pack, options=options, lossy=work.lossy, tone_map=work.tone_map)


@contextmanager
def naming_tile(grid: Grid, index: int) -> Iterator[None]:
    """Let the errors of a tile say which it is."""
    try:
        yield
    except (CodestreamError, UnsupportedError) as problem:
        raise tile_error(grid, index, problem) from problem


def tile_headers(grid: Grid, index: int, options: DecodeOptions) -> tuple[BesidePicture, Headers]:
    """Return what a file says of a tile, and the headers of its codestream.  Raises TileDamaged, TileUnsupported."""
    from refdec.api.beside import beside_of
    from refdec.decoding.opening import parse

    with naming_tile(grid, index):
        headers = parse(bytes(grid.tiles[index].data), options)[1]
        return beside_of(grid.tile_file(index), options), headers


def _size(tile: tuple[BesidePicture, Headers]) -> tuple[int, int]:
    """Return width and height of a tile as it is shown."""
    beside, headers = tile
    return beside.shown_size(headers.picture.display_width, headers.picture.display_height)


class _TileCanvas:
    """The picture that tiles are put into; all must be of one kind, which the first one says."""

    def __init__(self, grid: Grid, wanted: Rect, first: Picture) -> None:
        self._grid, self._wanted, self._first = grid, wanted, first
        self._planes = tuple(self._empty(plane, index) for index, plane in enumerate(first.planes))
        floats = first.floats
        self._floats = () if floats is None else tuple(self._empty(plane, 0) for plane in floats.planes)
        self._warnings: dict[str, None] = {}
        self._errors: list[int | None] = []

    def _step(self, index: int) -> tuple[int, int]:
        return self._first.subsampling if index else (1, 1)

    def _empty(self, plane: Codes, index: int) -> Codes:
        ver, hor = self._step(index)
        return np.zeros((ceil_div(self._wanted.h, ver), ceil_div(self._wanted.w, hor)), plane.dtype)

    def put(self, unit: TilePart, tile: Picture) -> None:
        """Put a tile in its place.  Raises GridWrong where it is of another kind than the first."""
        if _kind(tile) != _kind(self._first):
            words = f"tile {unit.number + 1} is {_in_words(tile)}, the first {_in_words(self._first)}"
            raise GridWrong(self._grid.item.id, words)
        self._warnings |= dict.fromkeys(tile.warnings)
        self._errors.append(tile.max_error)
        for index, plane in enumerate(tile.planes):
            self._paste(self._planes[index], plane, unit, self._step(index))
        for canvas, plane in zip(self._floats, () if tile.floats is None else tile.floats.planes, strict=True):
            self._paste(canvas, plane, unit, (1, 1))

    def _paste(self, canvas: Codes, plane: Codes, unit: TilePart, step: tuple[int, int]) -> None:
        place, (ver, hor) = unit.place.seen_from(self._wanted), step
        if place.x % hor or place.y % ver:
            raise GridWrong(self._grid.item.id, f"tile {unit.number + 1} begins between two samples of its chroma")
        rows, columns = plane.shape
        canvas[place.y // ver :, place.x // hor :][:rows, :columns] = plane

    def picture(self) -> PictureCodes:
        """Return the whole, which is no nearer to its original than any of its tiles."""
        from refdec.picture.picture import PictureCodes

        first = self._first
        floats: FloatPlanes | None = None if first.floats is None else replace(first.floats, planes=self._floats)
        known = (first.bit_depth, first.colour, first.subsampling, first.rendering, tuple(self._warnings))
        errors = [error for error in self._errors if error is not None]
        far = max(errors) if len(errors) == len(self._errors) else None
        return PictureCodes(self._planes, *known, floats=floats, max_error=far)


def _kind(picture: Picture) -> Sequence[object]:
    floats = picture.floats
    kind = None if floats is None else (floats.bits, len(floats.planes), floats.premultiplied)
    return picture.bit_depth, picture.colour, picture.subsampling, picture.rendering, kind


def _in_words(picture: Picture) -> str:
    return f"{picture.colour} of {picture.bit_depth} bits"
