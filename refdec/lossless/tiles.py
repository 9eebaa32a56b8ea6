"""One tile of a lossless layer (7.3.1): its planes one after the other, by one coder, each with a model of its own.

In: the codes of a tile, and of the decoded picture under it and PAD samples around.  Out: bytes; or the codes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array, IntArray, UInt8Array
from refdec.clauses import clause
from refdec.limits import Check, unchecked
from refdec.lossless.coder_kernels import BIT_BYTES, CODE_BYTES, CODER_SIZE, WHOLE_RANGE
from refdec.lossless.curves import SQUASH
from refdec.lossless.kernels import (
    CURVE_POINTS,
    CURVES,
    FEATURES,
    LOUD,
    MIXERS,
    MOST_BITS,
    NODES,
    PAD,
    TABLES,
    code_rows,
)

__all__ = ["TileForm", "code_tile", "decode_tile"]

FINE_BITS = 12
EVEN_COUNTER = 1 << 27
FIRST_WEIGHT = 27306
FIRST_MIX = 27306
BIASES = LOUD * 8
BAND_BYTES = 1 << 20


@clause("7.3.1")
@dataclass(frozen=True, slots=True)
class TileForm:
    """(7.3.1) What all tiles of a layer share: components 1 or 3, depth of the codes, largest error of a sample."""

    components: int
    bit_depth: int
    max_error: int = 0

    @property
    def fraction(self) -> int:
        """Bits behind the point of a sample in a prediction."""
        return max(0, FINE_BITS - self.bit_depth)

    def settings(self, plane: int) -> Int64Array:
        """Return the settings of `code_rows` for a plane: those after the first hold differences."""
        largest = (1 << self.bit_depth) - 1
        least = -largest if plane else 0
        shift = 2 * max(0, self.bit_depth - FINE_BITS)
        return np.array([self.fraction, least, largest, self.max_error, shift], np.int64)


@clause("7.3.1")
def _expected(p: int, made: list[Int32Array]) -> Int32Array | int:
    """(7.3.1) Return what plane p is the difference to, of planes that are made, in the order G, R, B."""
    if p == 0:
        return 0
    return made[0] if p == 1 else (made[0] + made[1]) >> 1


@clause("7.3.1")
def _codes(p: int, plane: Int32Array, made: list[Int32Array], form: TileForm) -> list[Int32Array]:
    """(7.3.1) Return the planes of codes that are made with the one that follows from plane p."""
    return [*made, np.clip(plane + _expected(p, made), 0, (1 << form.bit_depth) - 1)]


@clause("7.4.5")
def _new_tables() -> Int32Array:
    """(7.4.5) Return the tables of a plane before its first sample."""
    tables = np.full(TABLES, EVEN_COUNTER, np.int32)
    tables[MIXERS:CURVES] = FIRST_MIX
    curve = SQUASH[np.minimum(np.arange(CURVE_POINTS) << 7, len(SQUASH) - 1)]
    tables[CURVES:] = np.tile(curve, NODES * LOUD)
    return tables


class _TileCoder:
    """Codes the planes of one tile by one range coder, a band of rows at a time."""

    def __init__(self, form: TileForm, base: IntArray, check: Check, code: bytes | memoryview | None) -> None:
        """`base` [components, PAD + h + PAD, PAD + w + PAD]: codes of the decoded picture.  `code`: to decode."""
        order = (1, 0, 2) if form.components == 3 else (0,)
        fine = [base[component].astype(np.int32) << form.fraction for component in order]
        self._form, self._check, self._decoding = form, check, code is not None
        self._base = np.stack([plane - _expected(p, fine) for p, plane in enumerate(fine)])
        self._samples, self._errors = self._base.copy(), np.zeros_like(self._base)
        self._coder = np.zeros(CODER_SIZE, np.int64)
        self._coder[1] = WHOLE_RANGE
        self._data: UInt8Array = np.frombuffer(code or b"", np.uint8).copy()
        if code is not None:
            self._coder[2] = int.from_bytes(bytes(code[:CODE_BYTES]).ljust(CODE_BYTES, b"\0"), "big")
            self._coder[3] = CODE_BYTES
        self._written: list[bytes] = []

    def plane(self, p: int, codes: Int32Array | None) -> Int32Array:
        """Code plane p: of an encoder `codes` int32 [h, w].  Return what a decoder gives."""
        form, settings, tables = self._form, self._form.settings(p), _new_tables()
        moments, weights = np.zeros((FEATURES, FEATURES + 1), np.int64), np.zeros(FEATURES, np.int64)
        weights[:2] = FIRST_WEIGHT
        features, biases = np.zeros(FEATURES, np.int32), np.zeros(BIASES, np.int64)
        inside = self._samples[p, PAD:-PAD, PAD:-PAD]
        if codes is not None:
            inside[:] = codes << form.fraction
        height, width = inside.shape
        rows = max(1, BAND_BYTES // (width * MOST_BITS * BIT_BYTES))
        for first in range(0, height, rows):
            self._check()
            end = min(height, first + rows)
            if not self._decoding:
                self._make_room((end - first) * width * MOST_BITS * BIT_BYTES)
            code_rows(
                p, first, end, settings, self._samples, self._base, self._errors, features, tables, moments, weights,
                biases, self._coder, self._data, self._decoding,
            )  # fmt: skip
        return inside >> form.fraction

    def _make_room(self, size: int) -> None:
        """Take what is written away, and have room for `size` bytes."""
        self._written.append(self._data[: int(self._coder[3])].tobytes())
        self._coder[3] = 0
        self._data = np.zeros(size, np.uint8)

    @clause("7.5.5")
    def ended(self) -> bytes:
        """(7.5.5) Return all that was written, and the shortest end by which a decoder finds itself in the range."""
        self._make_room(0)
        low, high = int(self._coder[0]), int(self._coder[1])
        for size in range(CODE_BYTES + 1):
            rest = 8 * (CODE_BYTES - size)
            end = -(-low >> rest)
            if end << rest <= high:
                return b"".join(self._written) + end.to_bytes(size, "big")
        raise AssertionError("the low end of a range is in it")


@clause("7.3.1")
def _in_order(made: list[Int32Array]) -> Int32Array:
    """(7.3.1) Return planes of codes made in the order G, R, B in that of R, G, B; gray as it is."""
    return np.stack(made if len(made) == 1 else [made[1], made[0], made[2]])


@clause("7.3.1")
def code_tile(form: TileForm, codes: Int32Array, base: IntArray, check: Check = unchecked) -> tuple[bytes, Int32Array]:
    """(7.3.1) Return the code of a tile, and what a decoder makes of it.

    `codes` int32 [components, h, w], `base` with PAD more around.  Whatever `check` raises ends the work.
    """
    coder, made = _TileCoder(form, base, check, None), list[Int32Array]()
    for p, original in enumerate(codes if form.components == 1 else codes[[1, 0, 2]]):
        made = _codes(p, coder.plane(p, original - _expected(p, made)), made, form)
    return coder.ended(), _in_order(made)


@clause("7.3.1")
def decode_tile(form: TileForm, code: bytes | memoryview, base: IntArray, check: Check = unchecked) -> Int32Array:
    """(7.3.1) Return the codes int32 [components, h, w] of a tile; of bytes that no encoder wrote some codes or other.

    `base` [components, PAD + h + PAD, PAD + w + PAD].  Whatever `check` raises ends the work.
    """
    coder, made = _TileCoder(form, base, check, code), list[Int32Array]()
    for p in range(form.components):
        made = _codes(p, coder.plane(p, None), made, form)
    return _in_order(made)
