"""Quality map: the SOQ payload, coded as differences with one residual distribution (2.8).

In: the payload, the size of the luma latent and quality_map_entropy_index.  Out: the map, int32 [h][w].
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array, Int64Array, IntArray
from refdec.clauses import clause
from refdec.entropy.errors import ArrayMismatch, EntropyIndexOutOfRange, ValueNotCodable
from refdec.entropy.residual import decode_residual, encode_residual
from refdec.entropy.threads import START
from refdec.errors import BitOffset
from refdec.limits import TooLarge

__all__ = ["choose_entropy_index", "decode_quality_map", "encode_quality_map", "map_differences"]

QUALITY_MAX = 8
"""Quality steps lie in -8..8."""

_LEVELS = (0, 4, 5, 6, 8, 10, 14, 18)  # distribution of each quality_map_entropy_index
_SHARES_PERCENT = (25, 50, 70, 80, 90, 95, 99)
_MAX_SIDES = 1 << 15  # rows plus columns: keeps sums of int16 differences inside int32


@clause("2.8")
def decode_quality_map(
    payload: bytes, h: int, w: int, entropy_index: int, threads: int, *, strict: bool = True, at: BitOffset = START
) -> Int32Array:
    """(2.8) Decode the SOQ payload to the map, int32 [h][w], not clipped.

    Raises what `decode_residual` raises, EntropyIndexOutOfRange, TooLarge.
    """
    level = _level(entropy_index)
    if h + w > _MAX_SIDES:
        raise TooLarge("rows plus columns of the quality map", h + w, _MAX_SIDES)
    levels = np.full((h, w), level, np.uint8)
    delta = decode_residual(payload, levels, np.ones((h, w), np.bool_), threads, strict=strict, at=at)
    return _integrate(delta)


@clause("2.8")
def encode_quality_map(quality_map: IntArray, threads: int, *, entropy_index: int | None = None) -> tuple[bytes, int]:
    """(2.8) Encode a map [h][w] of -8..8; returns the payload and quality_map_entropy_index (chosen if not given).

    Raises ValueNotCodable, ArrayMismatch, EntropyIndexOutOfRange, ThreadCountInvalid.
    """
    delta = map_differences(quality_map)
    index = choose_entropy_index(delta) if entropy_index is None else entropy_index
    levels = np.full(delta.shape, _level(index), np.uint8)
    return encode_residual(delta, levels, np.ones(delta.shape, np.bool_), threads), index


@clause("2.8")
def map_differences(quality_map: IntArray) -> Int16Array:
    """(2.8) Return the differences of a map [h][w] of -8..8 to its prediction, int16."""
    if quality_map.ndim != 2 or not np.issubdtype(quality_map.dtype, np.integer):
        raise ArrayMismatch("quality map", f"{quality_map.dtype} {quality_map.shape}", "integer (h, w)")
    for extreme in (int(quality_map.min(initial=0)), int(quality_map.max(initial=0))):
        if abs(extreme) > QUALITY_MAX:
            raise ValueNotCodable("the quality map", extreme, -QUALITY_MAX, QUALITY_MAX)
    wide: Int64Array = quality_map.astype(np.int64)
    prediction = np.zeros_like(wide)
    prediction[:1, 1:] = wide[:1, :-1]
    prediction[1:, :1] = wide[:-1, :1]
    both = wide[1:, :-1] + wide[:-1, 1:]
    prediction[1:, 1:] = (both + (both < 0)) >> 1  # toward zero: a shift alone rounds down
    return (wide - prediction).astype(np.int16)


@clause("2.8")
def choose_entropy_index(delta: Int16Array) -> int:
    """(2.8) Return quality_map_entropy_index by the share of zero differences; the first counts as zero."""
    zeros = delta.size - int(np.count_nonzero(delta.reshape(-1)[1:]))
    return 7 - sum(zeros * 100 >= share * delta.size for share in _SHARES_PERCENT)


def _level(entropy_index: int) -> int:
    """Return the distribution of an entropy index."""
    if not 0 <= entropy_index < len(_LEVELS):
        raise EntropyIndexOutOfRange(entropy_index)
    return _LEVELS[entropy_index]


def _integrate(delta: Int16Array) -> Int32Array:
    """Return the map whose differences are given."""
    from refdec.entropy import kernels

    quality_map = np.zeros(delta.shape, np.int32)
    kernels.sum_differences(delta, quality_map)
    return quality_map
