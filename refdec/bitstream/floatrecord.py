"""The record of a layer whose original has floats (7.8): version 2 of what `layerrecord` reads and writes.

In: the bytes of a layer.  Out: `FloatRecord`, or None where they are damaged; and bytes again.  Numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refdec.bitstream.layerrecord import (
    DIGEST,
    LAYER_MARK,
    TILE_SIDES_LOG2,
    CodedTile,
    layer_part,
    read_layer,
    read_tiles,
    tiles_bytes,
)
from refdec.clauses import clause
from refdec.tiling.geometry import ceil_div

__all__ = [
    "BASE_BITS",
    "FIRST",
    "INFINITY",
    "MOST_CURVE_LOG2",
    "FloatForm",
    "FloatRecord",
    "layer_error",
    "layer_form",
    "layer_in_words",
    "may_give_floats",
    "read_float_layer",
]

BASE_BITS = 16
"""(7.8.3) The depth of the base, and of high parts."""
VERSION = 2
HEAD = 33
MOST_CURVE_LOG2 = 8
POINT, FIELD = 2, 4
HALF, SINGLE, SINGLE_OF_HALVES = 0, 1, 2
CODED_BITS: Mapping[int, int] = {HALF: 16, SINGLE: 32, SINGLE_OF_HALVES: 16}
"""Bits of the patterns that are coded, by form."""
INFINITY: Mapping[int, int] = {16: 0x7C00, 32: 0x7F800000}
HIGH_BITS = 16
MULTIPLIED = 16
"""Added to the form where colours are multiplied by their transparency."""
FIRST = 2
"""The number of the lowest finite value where an error is allowed: 0 is NaN, 1 minus infinity."""


@clause("7.8.2")
@dataclass(frozen=True, slots=True)
class FloatForm:
    """(7.8.2) What samples a layer gives, and how their patterns become numbers.

    `form` 0 half, 1 single, 2 single where every sample is the value of a half (coded as that).  `components` 1 gray, 2
    with transparency, 3 R, G, B, 4 with transparency; colours are multiplied by it if `premultiplied`.  `max_error` N:
    how many places in the order of values a finite sample may be off; 0 for form 2.
    """

    form: int
    components: int
    max_error: int = 0
    premultiplied: bool = False

    @property
    def sample_bits(self) -> int:
        """Bits of a sample that the layer gives."""
        return CODED_BITS[HALF] if self.form == HALF else CODED_BITS[SINGLE]

    @property
    def coded_bits(self) -> int:
        """Bits of the patterns that are coded."""
        return CODED_BITS[self.form]

    @property
    def colours(self) -> int:
        """Components without transparency, 1 or 3."""
        return self.components - (self.components in (2, 4))

    @property
    def infinity(self) -> int:
        """The pattern of plus infinity: finite values have so many patterns of either sign."""
        return INFINITY[self.coded_bits]

    @property
    def cell(self) -> int:
        """Places that become one number."""
        return 2 * self.max_error + 1

    @property
    def lowest_cell(self) -> int:
        """The cell of the lowest finite value, counted from that of zero."""
        return (self.max_error - self.infinity) // self.cell

    @property
    def most(self) -> int:
        """The largest number: without an error that of the last pattern, else that of plus infinity."""
        if not self.max_error:
            return (1 << self.coded_bits) - 1
        return FIRST + (self.infinity - 1 + self.max_error) // self.cell - self.lowest_cell + 1

    @property
    def low_bits(self) -> int:
        """(7.8.3) Bits of a number below its high part, 0 to 16."""
        return max(0, self.most.bit_length() - HIGH_BITS)

    @property
    def parts(self) -> int:
        """(7.8.3) How many parts are coded: high parts of colours; of each its low bits; transparency alike."""
        low = self.low_bits > 0
        return 1 + low * self.colours + (self.components - self.colours) * (1 + low)


@clause("7.8.4")
@dataclass(frozen=True, slots=True)
class FloatRecord:
    """(7.8.4) A layer of floats: form and size, digests, the curve from the base to high parts, the tiles of each part.

    `samples_sha256` is that of the patterns that the layer gives, `base_sha256` that of the base.
    """

    form: FloatForm
    tile_log2: int
    width: int
    height: int
    samples_sha256: bytes
    base_sha256: bytes
    curve: tuple[int, ...]
    parts: tuple[tuple[CodedTile, ...], ...]

    def to_bytes(self) -> bytes:
        """(7.8.4) Return the bytes of the layer."""
        curve_log2 = (len(self.curve) - 1).bit_length() - 1
        out = bytearray(LAYER_MARK)
        kind = self.form.form | (MULTIPLIED if self.form.premultiplied else 0)
        out += bytes([VERSION, self.form.components, kind, self.tile_log2, curve_log2])
        out += b"".join(field.to_bytes(FIELD, "big") for field in (self.form.max_error, self.width, self.height))
        out += self.samples_sha256 + self.base_sha256
        out += b"".join(point.to_bytes(POINT, "big") for point in self.curve)
        return bytes(out) + tiles_bytes([tile for part in self.parts for tile in part])


@clause("7.8.4")
def read_float_layer(layer: bytes) -> FloatRecord | None:
    """(7.8.4) Return what the bytes of a layer say, None where they are of no known form or not all there."""
    head = layer[len(LAYER_MARK) : HEAD]
    if not layer.startswith(LAYER_MARK) or len(layer) < HEAD + 2 * DIGEST or head[0] != VERSION:
        return None
    components, kind, tile_log2, curve_log2 = head[1:5]
    kind, multiplied = kind & ~MULTIPLIED, bool(kind & MULTIPLIED)
    max_error, width, height = (int.from_bytes(head[at : at + FIELD], "big") for at in (5, 9, 13))
    if components not in range(1, 5) or kind not in CODED_BITS or tile_log2 not in TILE_SIDES_LOG2:
        return None
    form = FloatForm(kind, components, max_error, multiplied)
    most_error = 1 if kind == SINGLE_OF_HALVES else form.infinity
    if (multiplied and components == form.colours) or 0 in (width, height):
        return None
    if curve_log2 > MOST_CURVE_LOG2 or max_error >= most_error:
        return None
    start = HEAD + 2 * DIGEST
    table = start + POINT * ((1 << curve_log2) + 1)
    curve = tuple(int.from_bytes(layer[at : at + POINT], "big") for at in range(start, table, POINT))
    count = ceil_div(width, 1 << tile_log2) * ceil_div(height, 1 << tile_log2)
    tiles = read_tiles(layer, table, count * form.parts)
    if tiles is None:
        return None
    parts = tuple(tiles[at : at + count] for at in range(0, len(tiles), count))
    digests = layer[HEAD : HEAD + DIGEST], layer[HEAD + DIGEST : start]
    return FloatRecord(form, tile_log2, width, height, *digests, curve, parts)


@clause("7.8")
def may_give_floats(user_data: bytes | None) -> bool:
    """(7.8) Tell whether user data hold a layer that is not one of codes: of floats, or damaged."""
    layer = layer_part(user_data)[1]
    return layer is not None and read_layer(layer) is None


@clause("7.2")
def layer_error(layer: bytes) -> int | None:
    """(7.2) Return how far a sample may be off that a layer of either version gives, None of a damaged one."""
    record, floats = read_layer(layer), read_float_layer(layer)
    if record is not None:
        return record.max_error
    return None if floats is None else floats.form.max_error


@clause("7.2")
def layer_form(layer: bytes) -> tuple[int, int] | None:
    """(7.2) Return bits of a sample and components of colour of the codes that a layer of either version gives, of an
    original in floats those for viewing; None of a damaged one.
    """
    record, floats = read_layer(layer), read_float_layer(layer)
    if record is not None:
        return record.bit_depth, record.components
    return None if floats is None else (BASE_BITS, floats.form.colours)


@clause("7.2")
def layer_in_words(layer: bytes) -> str:
    """(7.2) Return what a layer of either version gives, by its own head."""
    record, floats = read_layer(layer), read_float_layer(layer)
    if record is not None:
        colour = "gray" if record.components == 1 else "RGB"
        near = f", within {record.max_error}" if record.max_error else ""
        return f"{record.bit_depth} bit {colour}{near}"
    if floats is None:
        return "damaged"
    form = floats.form
    colour = ("gray", "gray with transparency", "RGB", "RGB with transparency")[form.components - 1]
    near = f", within {form.max_error} steps" if form.max_error else ""
    return f"{form.sample_bits} bit float {colour}{near}"
