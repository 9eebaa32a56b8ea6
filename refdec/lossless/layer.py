"""A whole picture and its lossless layer (7.2, 7.6): tiles coded side by side, digests made and compared.

In: the codes of a picture, and those of the decoded picture at the same depth.  Out: a `LosslessRecord`; or of that the
codes again.  Any number of workers gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.layerrecord import CodedTile, LosslessRecord
from refdec.clauses import clause
from refdec.limits import Check, unchecked
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture, MaxErrorOutOfRange
from refdec.lossless.kernels import PAD, TABLES
from refdec.lossless.tiles import TileForm, code_tile, decode_tile
from refdec.parallel.counts import workers_for
from refdec.parallel.ordered import Pool
from refdec.parallel.threads import InlinePool, ThreadPool
from refdec.picture.output import Codes, as_codes
from refdec.tiling.geometry import Rect, ceil_div
from refdec.trace.picture_digest import picture_sha256

__all__ = [
    "TILE_LOG2",
    "Coding",
    "Planes",
    "coded_tiles",
    "decode_layer",
    "decoded_planes",
    "decoded_rows",
    "encode_layer",
    "layer_memory",
    "layer_rows_memory",
]

Planes: TypeAlias = tuple[Codes, ...]

TILE_LOG2 = 10
TILE_DIGEST = 8
WORK_BYTES = 28
"""Of a tile for each sample: codes, base, samples, errors, planes on the way, all int32."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How planes are coded: the form of their tiles, the side of a tile, workers, and a check between bands of rows."""

    form: TileForm
    tile_log2: int = TILE_LOG2
    workers: int | None = 1
    check: Check = unchecked


@dataclass(frozen=True, slots=True, eq=False)
class _Tiled:
    """What all workers see: how planes are coded, the decoded picture where it is whole, an encoder's original."""

    coding: Coding
    base: Planes = ()
    original: Planes = ()

    @property
    def whole(self) -> _Rows:
        """All rows of the decoded picture."""
        return _Rows(self.base, 0, self.base[0].shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of a decoded picture of `height` rows, from `top` on."""

    planes: Planes
    top: int
    height: int


@clause("7.2")
def _tiles(width: int, height: int, tile_log2: int) -> Iterator[Rect]:
    """(7.2) Yield the tiles of a picture row by row."""
    side = 1 << tile_log2
    for y in range(0, height, side):
        for x in range(0, width, side):
            yield Rect(x, y, min(side, width - x), min(side, height - y))


_Unit: TypeAlias = "tuple[int, Rect, CodedTile, _Rows | None]"
"""The number of a tile, its place, its code, and the rows of the decoded picture that it sees, None: it is whole."""


@clause("7.3.1")
def _around(base: _Rows, tile: Rect) -> Codes:
    """(7.3.1) Return the codes under a tile and PAD around it, those of the border again beyond it."""
    width = base.planes[0].shape[1]
    rows = np.clip(np.arange(tile.y - PAD, tile.y + tile.h + PAD), 0, base.height - 1) - base.top
    columns = np.clip(np.arange(tile.x - PAD, tile.x + tile.w + PAD), 0, width - 1)
    found: Codes = np.stack([plane[rows[:, None], columns] for plane in base.planes])
    return found


def _inside(planes: Planes, tile: Rect) -> Int32Array:
    """Return the codes of a tile, int32 [components, h, w]."""
    return np.stack([plane[tile.rows, tile.columns] for plane in planes]).astype(np.int32)


@clause("7.6")
def _digest(codes: Int32Array) -> bytes:
    """(7.6) Return what is kept of the SHA-256 of a tile."""
    return sha256(np.ascontiguousarray(codes, dtype="<i4").data).digest()[:TILE_DIGEST]


def _coded(work: _Tiled, tile: Rect) -> tuple[CodedTile, Int32Array]:
    """Return the code of a tile, and what a decoder makes of it."""
    data, made = code_tile(work.coding.form, _inside(work.original, tile), _around(work.whole, tile), work.coding.check)
    return CodedTile(_digest(made), data), made


def _decoded(work: _Tiled, unit: _Unit) -> Codes:
    """Return the codes of a tile, as narrow as they are: they wait for their turn.  Raises LayerDamaged."""
    number, tile, coded, rows = unit
    made = decode_tile(work.coding.form, coded.data, _around(rows or work.whole, tile), work.coding.check)
    if _digest(made) != coded.digest:
        raise LayerDamaged(f"tile {number}, from {tile.x},{tile.y} on, is not what was coded")
    return as_codes(made, work.coding.form.bit_depth)


def _pool(work: _Tiled, tiles: int) -> Pool[_Tiled]:
    """Return a pool of threads where several tiles and workers are there; kernels leave each other alone."""
    useful = min(tiles, workers_for(work.coding.workers))
    return ThreadPool(work, workers=useful) if useful > 1 else InlinePool(work)


@clause("7.2")
def layer_memory(width: int, height: int, components: int, tile_log2: int, workers: int | None) -> int:
    """(7.2) Return the bytes of arrays that coding or decoding a layer needs: two pictures, and tiles at work."""
    tiles = ceil_div(width, 1 << tile_log2) * ceil_div(height, 1 << tile_log2)
    samples = min(width * height, 1 << (2 * tile_log2)) * components
    at_work = min(tiles, 3 * workers_for(workers))
    return 2 * 2 * components * width * height + at_work * (WORK_BYTES * samples + 4 * TABLES)


@clause("7.2")
def layer_rows_memory(width: int, components: int, tile_log2: int, workers: int | None) -> int:
    """(7.2) Return the bytes of arrays that `decoded_rows` needs: rows of tiles, and tiles at work."""
    side, count = 1 << tile_log2, workers_for(workers)
    columns = ceil_div(width, side)
    samples = side * min(width, side) * components
    bands = 2 + ceil_div(2 * count, columns)
    return 2 * components * width * side * bands + min(columns * bands, 3 * count) * (WORK_BYTES * samples + 4 * TABLES)


@clause("7.2")
def encode_layer(
    original: Planes,
    base: Planes,
    bit_depth: int,
    *,
    max_error: int = 0,
    tile_log2: int = TILE_LOG2,
    workers: int | None = 1,
    check: Check = unchecked,
) -> LosslessRecord:
    """(7.2) Return the layer that gives `original`, or what differs from it by `max_error` at most, of `base`.

    Both have 1 plane or R, G, B, of the same size and depth.  Raises MaxErrorOutOfRange, and what `check` raises.
    """
    if not 0 <= max_error < 1 << bit_depth:
        raise MaxErrorOutOfRange(max_error, bit_depth)
    coding = Coding(TileForm(len(original), bit_depth, max_error), tile_log2, workers, check)
    coded, made = coded_tiles(coding, original, base)
    height, width = original[0].shape
    digests = bytes.fromhex(picture_sha256(made)), bytes.fromhex(picture_sha256(base))
    return LosslessRecord(len(original), bit_depth, tile_log2, max_error, width, height, *digests, coded)


@clause("7.3.1")
def coded_tiles(coding: Coding, original: Planes, base: Planes) -> tuple[tuple[CodedTile, ...], Planes]:
    """(7.3.1) Return the tiles of planes, row by row, and what a decoder makes of them.

    `original` and `base`: 1 plane or R, G, B, of one size and depth.  Raises what the check raises.
    """
    height, width = original[0].shape
    work = _Tiled(coding, base, original)
    places, coded = tuple(_tiles(width, height, coding.tile_log2)), list[CodedTile]()
    made = tuple(np.empty_like(plane) for plane in original)
    with _pool(work, len(places)) as pool:
        for place, (tile, codes) in zip(places, pool.map(_coded, places), strict=True):
            coded.append(tile)
            _put(made, place, codes)
    return tuple(coded), made


def _put(planes: Planes, place: Rect, codes: Int32Array | Codes) -> None:
    """Write the codes of a tile into planes."""
    for plane, part in zip(planes, codes, strict=True):
        plane[place.rows, place.columns] = part


@clause("7.6")
def decode_layer(
    record: LosslessRecord,
    base: Planes,
    *,
    window: Rect | None = None,
    workers: int | None = 1,
    check: Check = unchecked,
) -> Planes:
    """(7.6) Return the codes that a layer gives, of the whole picture or of a window; what was coded, or an error.

    `base`: the whole decoded picture, of the layer's depth and components.  Of a window only the tiles are decoded that
    it touches, and their digests compared.  Raises LayerOfOtherPicture, LayerDamaged, and what `check` raises.
    """
    size = record.height, record.width
    if len(base) != record.components or any(plane.shape != size for plane in base):
        raise LayerDamaged(f"it is of {record.width} x {record.height} samples, {record.components} components")
    if picture_sha256(base) != record.base_sha256.hex():
        raise LayerOfOtherPicture
    coding = Coding(TileForm(record.components, record.bit_depth, record.max_error), record.tile_log2, workers, check)
    made = decoded_planes(coding, record.tiles, base, window)
    if window is None and picture_sha256(made) != record.samples_sha256.hex():
        raise LayerDamaged("the picture does not have the SHA-256 of the original")
    return made


@clause("7.6")
def decoded_planes(coding: Coding, tiles: Sequence[CodedTile], base: Planes, window: Rect | None) -> Planes:
    """(7.6) Return the planes that tiles give, of all of the picture or of a window, whose tiles alone are decoded.

    Raises LayerDamaged where a digest differs, and what the check raises.
    """
    height, width = base[0].shape
    wanted = Rect(0, 0, width, height) if window is None else window
    units: list[_Unit] = [
        (number, tile, coded, None)
        for number, (tile, coded) in enumerate(zip(_tiles(width, height, coding.tile_log2), tiles, strict=True))
        if tile.x < wanted.right and wanted.x < tile.right and tile.y < wanted.bottom and wanted.y < tile.bottom
    ]
    made = tuple(np.zeros(plane.shape, plane.dtype) for plane in base)
    work = _Tiled(coding, base)
    with _pool(work, len(units)) as pool:
        for (_, place, _, _), codes in zip(units, pool.map(_decoded, units), strict=True):
            _put(made, place, codes)
    if window is None:
        return made
    return tuple(np.ascontiguousarray(plane[wanted.rows, wanted.columns]) for plane in made)


@clause("7.6")
def decoded_rows(
    record: LosslessRecord,
    base: Callable[[int, int], Planes],
    *,
    workers: int | None = 1,
    check: Check = unchecked,
) -> Iterator[Planes]:
    """(7.6) Yield the codes that a layer gives, a row of tiles at a time, from the top on.

    `base(top, bottom)`: rows of the decoded picture, of the layer's depth and components, asked for from the top on,
    some of them twice.  Digests of tiles are compared; those of the whole pictures are the caller's to compare.
    Raises LayerDamaged, and what `check` and `base` raise.
    """
    coding = Coding(TileForm(record.components, record.bit_depth, record.max_error), record.tile_log2, workers, check)
    places = tuple(_tiles(record.width, record.height, record.tile_log2))
    made: Planes = ()
    with _pool(_Tiled(coding), len(places)) as pool:
        for place, codes in zip(places, pool.map(_decoded, _with_rows(record, places, base)), strict=True):
            if place.x == 0:
                made = tuple(np.empty((place.h, record.width), codes.dtype) for _ in range(record.components))
            _put(made, Rect(place.x, 0, place.w, place.h), codes)
            if place.right == record.width:
                yield made


def _with_rows(record: LosslessRecord, places: Sequence[Rect], base: Callable[[int, int], Planes]) -> Iterator[_Unit]:
    """Yield the tiles of a layer with the rows that they see, which those of a row of tiles share."""
    rows = None
    for number, (place, coded) in enumerate(zip(places, record.tiles, strict=True)):
        if place.x == 0:
            top = max(0, place.y - PAD)
            rows = _Rows(base(top, min(record.height, place.bottom + PAD)), top, record.height)
        yield number, place, coded, rows
