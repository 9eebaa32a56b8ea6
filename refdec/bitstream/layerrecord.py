"""The record of a lossless layer in UDI (7.2): what the original was, and the coded tiles that make it of the picture.

In: user data, or the bytes of a layer.  Out: `LosslessRecord`, or a codestream with another layer.  Other decoders
ignore it: UDI is opaque.  It is the last record, behind the marks of `userdata`; its bytes say all that it needs,
wherever they are carried.  Numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.userdata import marks_end
from refdec.clauses import clause
from refdec.limits import Limits
from refdec.tiling.geometry import ceil_div

__all__ = [
    "DIGEST",
    "LAYER_MARK",
    "TILE_SIDES_LOG2",
    "CodedTile",
    "LosslessRecord",
    "layer_part",
    "read_layer",
    "read_tiles",
    "tiles_bytes",
    "with_layer",
]

LAYER_MARK = b"refdec-lossless/"
VERSION = 1
HEAD, DIGEST, TILE_DIGEST, SIZE = 31, 32, 8, 4
COMPONENTS = (1, 3)
DEPTHS = range(1, 17)
TILE_SIDES_LOG2 = range(6, 12)
"""Sides of tiles, 64 to 2048 samples, as powers of two."""


@clause("7.2")
@dataclass(frozen=True, slots=True)
class CodedTile:
    """(7.2) One tile: the first 8 bytes of the SHA-256 of its samples, and its code."""

    digest: bytes
    data: bytes | memoryview = field(repr=False)


@clause("7.2")
@dataclass(frozen=True, slots=True)
class LosslessRecord:
    """(7.2) A layer: size, components and depth of the original, how far a sample may be off, digests, tiles.

    `samples_sha256` is that of what the layer gives, `base_sha256` that of the decoded picture that it starts from.
    """

    components: int
    bit_depth: int
    tile_log2: int
    max_error: int
    width: int
    height: int
    samples_sha256: bytes
    base_sha256: bytes
    tiles: tuple[CodedTile, ...]

    def to_bytes(self) -> bytes:
        """(7.2) Return the bytes of the layer."""
        out = bytearray(LAYER_MARK + bytes([VERSION, self.components, self.bit_depth, self.tile_log2, 0]))
        out += self.max_error.to_bytes(2, "big") + self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        out += self.samples_sha256 + self.base_sha256
        return bytes(out) + tiles_bytes(self.tiles)


@clause("7.2")
def tiles_bytes(tiles: Sequence[CodedTile]) -> bytes:
    """(7.2) Return the table of tiles, and their codes behind it."""
    table = b"".join(len(tile.data).to_bytes(SIZE, "big") + tile.digest for tile in tiles)
    return table + b"".join(tile.data for tile in tiles)


@clause("7.2")
def read_tiles(layer: bytes, table: int, count: int) -> tuple[CodedTile, ...] | None:
    """(7.2) Return tiles whose table begins at a byte of a layer; None where they do not end with it."""
    at = table + count * (SIZE + TILE_DIGEST)
    if len(layer) < at:
        return None
    view, tiles = memoryview(layer), []
    for entry in range(table, at, SIZE + TILE_DIGEST):
        size = int.from_bytes(layer[entry : entry + SIZE], "big")
        if size > len(layer) - at:
            return None
        tiles.append(CodedTile(layer[entry + SIZE : entry + SIZE + TILE_DIGEST], view[at : at + size]))
        at += size
    return tuple(tiles) if at == len(layer) else None


@clause("7.2")
def layer_part(user_data: bytes | None) -> tuple[bytes, bytes | None]:
    """(7.2) Return user data in front of a layer, and the layer, None where there is none."""
    data = user_data or b""
    end = marks_end(data)
    return (data[:end], data[end:]) if data.startswith(LAYER_MARK, end) else (data, None)


@clause("7.2")
def read_layer(layer: bytes) -> LosslessRecord | None:
    """(7.2) Return what the bytes of a layer say, None where they are of no known form or not all there."""
    head = layer[len(LAYER_MARK) : HEAD]
    if not layer.startswith(LAYER_MARK) or len(layer) < HEAD + 2 * DIGEST:
        return None
    version, components, bit_depth, tile_log2, reserved = head[:5]
    max_error, width, height = (int.from_bytes(part, "big") for part in (head[5:7], head[7:11], head[11:15]))
    if version != VERSION or components not in COMPONENTS or bit_depth not in DEPTHS or reserved:
        return None
    if tile_log2 not in TILE_SIDES_LOG2 or 0 in (width, height) or max_error >> bit_depth:
        return None
    count = ceil_div(width, 1 << tile_log2) * ceil_div(height, 1 << tile_log2)
    table = HEAD + 2 * DIGEST
    tiles = read_tiles(layer, table, count)
    if tiles is None:
        return None
    digests = layer[HEAD : HEAD + DIGEST], layer[HEAD + DIGEST : table]
    return LosslessRecord(components, bit_depth, tile_log2, max_error, width, height, *digests, tiles)


@clause("7.2")
def with_layer(data: bytes, layer: bytes, *, limits: Limits | None = None) -> bytes:
    """(7.2) Return a codestream with another layer, none where it is empty, and all else byte for byte.

    With a layer UDI is the last substream, so that what stands before it is the whole lossy picture; without one it
    comes behind PIH and TON.  Other user data than marks and a layer stay in front of it.  Bytes after EOC are left
    behind.  Raises what `read_codestream` raises.
    """
    found = read_codestream(data, limits=limits)
    old = found.only(Marker.UDI)
    marks, _ = layer_part(None if old is None else bytes(old.payload))
    user_data = marks + layer
    parts: list[tuple[Marker, bytes | memoryview]] = [
        (part.marker, part.payload) for part in found.substreams if part.marker is not Marker.UDI
    ]
    place = len(parts) if layer else sum(marker in (Marker.PIH, Marker.TON) for marker, _ in parts[:2])
    if user_data:
        parts.insert(place, (Marker.UDI, user_data))
    return write_codestream(parts)
