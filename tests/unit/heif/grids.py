"""A picture made of tiles that tests share: two rows of three codestreams of 64 x 64, metadata, transparency."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

import refdec
from refdec.api.enclosing import headers_of
from refdec.heif.boxes import FileBox
from refdec.heif.heiffile import HeifFile, Item, Property, Reference
from refdec.heif.parts import AlphaPlane
from refdec.heif.picturefile import picture_properties, profile_property
from refdec.heif.uncompressed import alpha_item
from refdec.heif.writing import write_heif
from tests.encodable import photograph

ROWS, COLUMNS, TILE = 2, 3, 64
SIZE = (150, 100)
NOTHING: Mapping[int, bytes] = MappingProxyType({})
TURN = Property(FileBox("irot", {"angle": 1}), essential=True)


@cache
def streams() -> tuple[bytes, ...]:
    """Return three different codestreams of 64 x 64."""
    whole = photograph(TILE, 3 * TILE)
    return tuple(refdec.encode(whole[:, at : at + TILE], encoder="analysis", quality=30) for at in (0, TILE, 2 * TILE))


@cache
def gray_stream(components: int = 1) -> bytes:
    """Return the codestream of a gray picture, of that many components, of 64 x 64."""
    plane = np.tile(np.arange(TILE, dtype=np.uint8) * 3, (TILE, 1))
    picture = plane if components == 1 else np.stack([plane] * components, axis=-1)
    return refdec.encode(picture, encoder="analysis", quality=30)


def alpha_samples(size: tuple[int, int] = SIZE) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    width, height = size
    return (np.arange(width * height) % 251).astype(np.uint8).reshape(height, width)


def grid_data(
    size: tuple[int, int] = SIZE,
    properties: tuple[Property, ...] = (),
    *,
    payload: bytes | None = None,
    alpha: bool = False,
    damaged: bool = False,
    wide: bool = False,
    coded: tuple[bytes, ...] | None = None,
    tiles: Mapping[int, bytes] = NOTHING,
) -> bytes:
    """Return a file; `payload` in place of the fields of the grid, `wide`: with 32 bits for its size.

    `coded`: codestreams of its tiles, in turn, None: `streams`.  `tiles`: what stands in their place, by index.
    """
    coded = streams() if coded is None else coded
    width, height = size
    sides = b"".join(side.to_bytes(4 if wide else 2, "big") for side in size)
    own = bytes((0, int(wide), ROWS - 1, COLUMNS - 1)) + sides if payload is None else payload
    items = []
    for index in range(ROWS * COLUMNS):
        stream = bytearray(coded[index % len(coded)])
        if damaged and index == 4:
            stream[2] ^= 0xFF
        stated = picture_properties(headers_of(coded[index % len(coded)], None))
        items.append(Item(index + 1, "jai0", tiles.get(index, bytes(stream)), stated, hidden=True))
    ispe = Property(FileBox("ispe", {"image_width": width, "image_height": height}))
    grid = Item(10, "grid", own, (ispe, profile_property(b"an ICC profile"), *properties))
    xmp = Item(11, "mime", b"<x:xmpmeta/>", content_type="application/rdf+xml", hidden=True)
    references = [Reference("dimg", 10, tuple(tile.id for tile in items)), Reference("cdsc", 11, (10,))]
    items += [grid, xmp]
    if alpha:
        items.append(alpha_item(12, AlphaPlane(alpha_samples(size), 8), ()))
        references.append(Reference("auxl", 12, (10,)))
    return write_heif(HeifFile("jaii", ("jaii", "mif1", "miaf"), 10, tuple(items), tuple(references)))
