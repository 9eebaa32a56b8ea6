"""Packed bytes: every zlib unpacks them, however they came; each block is packed in the way that suits it."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from refdec.arithmetic.types import UInt8Array
from refdec.formats.deflate import BLOCK_BYTES, LEVEL, Deflate


def packed(data: UInt8Array, step: int) -> bytes:
    """Pack bytes that come `step` at a time."""
    maker = Deflate()
    blocks = [block for at in range(0, data.size, step) for block in maker.put(data[at : at + step])]
    return b"".join([*blocks, maker.finish()])


def small_differences(count: int) -> UInt8Array:
    """Return bytes as filters leave them of a photograph: small, and without repeats."""
    return np.random.default_rng(3).normal(0, 6, count).astype(np.int8).view(np.uint8)


@pytest.mark.parametrize("count", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES + 77])
def test_it_unpacks_to_the_same_bytes_however_they_came(count: int) -> None:
    data = small_differences(count)
    files = [packed(data, step) for step in (max(count, 1), 1013 * 97, BLOCK_BYTES)]
    assert files[0] == files[1] == files[2]
    assert zlib.decompress(files[0]) == data.tobytes()


def test_a_photograph_gets_codes_for_bytes_alone_and_loses_little() -> None:
    data = small_differences(BLOCK_BYTES)
    made = len(packed(data, data.size))
    alone = zlib.compressobj(LEVEL, memLevel=9, strategy=zlib.Z_HUFFMAN_ONLY)
    assert made == len(alone.compress(data.data) + alone.flush())
    assert made < 1.01 * len(zlib.compress(data.data, LEVEL))


def test_what_comes_again_is_found() -> None:
    data = np.tile(small_differences(977), 600)[:BLOCK_BYTES]
    assert len(packed(data, data.size)) < 1.1 * len(zlib.compress(data.data, LEVEL)) < 0.1 * data.size


def test_each_block_is_packed_in_its_own_way() -> None:
    photograph, screen = small_differences(BLOCK_BYTES), np.tile(small_differences(977), 600)[:BLOCK_BYTES]
    both = np.concatenate([photograph, screen, photograph])
    made = packed(both, both.size)
    assert zlib.decompress(made) == both.tobytes()
    alone = [len(packed(part, part.size)) for part in (photograph, screen)]
    assert abs(len(made) - 2 * alone[0] - alone[1]) < 32
