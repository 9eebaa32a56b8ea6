"""Layers of whole pictures: worked examples 3 and 4 of 7.7, tiles side by side, windows, and every changed byte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.bitstream.layerrecord import LosslessRecord, read_layer
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture, MaxErrorOutOfRange
from refdec.lossless.kernels import PAD
from refdec.lossless.layer import Planes, decode_layer, decoded_rows, encode_layer, layer_memory, layer_rows_memory
from refdec.tiling.geometry import Rect

Rows = list[list[int]]


def planes(*rows: Rows, bits: int = 8) -> Planes:
    return tuple(np.array(plane, np.uint8 if bits <= 8 else np.uint16) for plane in rows)


RED = planes([[255, 128], [0, 7]], [[250, 120], [1, 7]], [[240, 110], [2, 8]])
RED_BASE = planes([[250, 130], [2, 8]], [[250, 118], [2, 8]], [[239, 112], [2, 8]])
DEEP, DEEP_BASE = planes([[40000, 12]], bits=16), planes([[39990, 20]], bits=16)
EXAMPLE_3 = (
    "7265666465632d6c6f73736c6573732f0103080a00000000000002000000025d3384d41f52083f4281e96a432a91c0b26d752dfa1a7d14194eb6"
    "5cf3a7fcab3fb34f547d58c3ec1678415fb5259e8f33c9c72aa8cca34012e0c16fe27a27390000000c5d3384d41f52083f41172e39c1abaf1f04"
    "0bdc2c"
)
EXAMPLE_4 = (
    "7265666465632d6c6f73736c6573732f0101100a00000000000002000000015be581a33b4b85f45fe7c39b418e56525dd10c602c1bc3cb86e9da"
    "eda8c7b03059d10a009161a69c60df687f8de234fcba09d484d1527925a73017b388ab756b000000065be581a33b4b85f4c3e32eb8013c"
)


def same(one: Planes, other: Planes) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def pair(height: int, width: int, components: int = 3) -> tuple[Planes, Planes]:
    random = np.random.default_rng(height * width)
    slope = np.add.outer(np.arange(height), np.arange(width)) // 4 % 200 + 20
    noisy = [(slope + random.integers(-3, 4, slope.shape)).astype(np.uint8) for _ in range(2 * components)]
    return tuple(noisy[:components]), tuple(noisy[components:])


@pytest.mark.parametrize(
    ("original", "base", "bits", "code"), [(RED, RED_BASE, 8, EXAMPLE_3), (DEEP, DEEP_BASE, 16, EXAMPLE_4)]
)
def test_worked_examples_3_and_4(original: Planes, base: Planes, bits: int, code: str) -> None:
    assert encode_layer(original, base, bits).to_bytes().hex() == code
    record = read_layer(bytes.fromhex(code))
    assert record is not None and same(decode_layer(record, base), original)


def tiled() -> tuple[Planes, Planes, LosslessRecord]:
    original, base = pair(150, 140)
    return original, base, encode_layer(original, base, 8, tile_log2=6)


def test_any_number_of_workers_gives_the_same_bytes_and_samples() -> None:
    original, base, record = tiled()
    assert len(record.tiles) == 9
    for workers in (2, 5, None):
        assert encode_layer(original, base, 8, tile_log2=6, workers=workers).to_bytes() == record.to_bytes()
        assert same(decode_layer(record, base, workers=workers), original)


@pytest.mark.parametrize(
    "window", [Rect(0, 0, 140, 150), Rect(60, 60, 10, 9), Rect(139, 149, 1, 1), Rect(10, 70, 50, 3)]
)
def test_a_window_is_the_crop_of_the_whole(window: Rect) -> None:
    original, base, record = tiled()
    assert same(
        decode_layer(record, base, window=window), tuple(plane[window.rows, window.columns] for plane in original)
    )


def test_a_window_needs_no_tile_that_it_does_not_touch() -> None:
    original, base, record = tiled()
    broken = replace(record, tiles=(*record.tiles[:-1], replace(record.tiles[-1], data=b"?")))
    assert same(decode_layer(broken, base, window=Rect(0, 0, 8, 8)), tuple(plane[:8, :8] for plane in original))
    with pytest.raises(LayerDamaged, match="tile 8"):
        decode_layer(broken, base)


def test_every_changed_byte_is_noticed() -> None:
    """What is believed to be the original is the original, whatever happened to the layer."""
    original, base = pair(16, 16)
    whole, unread, noticed = encode_layer(original, base, 8).to_bytes(), 0, 0
    for at in range(len(whole)):
        record = read_layer(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        if record is None:
            unread += 1
            continue
        with pytest.raises((LayerDamaged, LayerOfOtherPicture)):
            decode_layer(record, base)
        noticed += 1
    assert unread > 20 and noticed > 100


def test_another_base_is_told() -> None:
    original, base = pair(16, 16)
    record = encode_layer(original, base, 8)
    other = tuple(plane.copy() for plane in base)
    other[2][15, 15] ^= 1
    with pytest.raises(LayerOfOtherPicture):
        decode_layer(record, other)
    with pytest.raises(LayerDamaged, match="16 x 16"):
        decode_layer(record, base[:1])


def test_a_largest_error_saves_bytes_and_is_kept() -> None:
    original, base = pair(64, 64, 1)
    exact, near = (encode_layer(original, base, 8, max_error=error) for error in (0, 2))
    made = decode_layer(near, base)
    assert len(near.to_bytes()) < len(exact.to_bytes())
    assert abs(made[0].astype(np.int32) - original[0]).max() == 2


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("components", [1, 3])
def test_rows_are_those_of_the_whole_and_see_no_more_of_the_base_than_they_need(workers: int, components: int) -> None:
    original, base = pair(150, 140, components)
    record = encode_layer(original, base, 8, tile_log2=6)
    asked: list[tuple[int, int]] = []

    def rows(top: int, bottom: int) -> Planes:
        asked.append((top, bottom))
        return tuple(plane[top:bottom] for plane in base)

    bands = list(decoded_rows(record, rows, workers=workers))
    assert [band[0].shape for band in bands] == [(64, 140), (64, 140), (22, 140)]
    assert all(plane.dtype == np.uint8 for plane in bands[0])
    assert same(tuple(np.concatenate(planes) for planes in zip(*bands, strict=True)), original)
    assert asked == [(0, 64 + PAD), (64 - PAD, 128 + PAD), (128 - PAD, 150)]


def test_a_damaged_tile_ends_the_rows_before_it_is_shown() -> None:
    original, base, record = tiled()
    tiles = list(record.tiles)
    tiles[4] = replace(tiles[4], data=bytes(tiles[4].data[:-3]) + b"\0\0\0")
    seen = []
    with pytest.raises(LayerDamaged, match="tile 4, from 64,64 on"):
        for band in decoded_rows(replace(record, tiles=tuple(tiles)), lambda top, end: tuple(p[top:end] for p in base)):
            seen.append(band[0])
    assert len(seen) == 1 and np.array_equal(seen[0], original[0][:64])


def test_memory_of_rows_does_not_grow_with_their_number() -> None:
    one, two = (layer_rows_memory(20000, 3, 10, workers) for workers in (1, 2))
    assert one < two < layer_memory(20000, 20000, 3, 10, 2)


@pytest.mark.parametrize("max_error", [-1, 256])
def test_a_largest_error_is_a_code(max_error: int) -> None:
    with pytest.raises(MaxErrorOutOfRange):
        encode_layer(*pair(4, 4), 8, max_error=max_error)


def test_memory_grows_with_pictures_and_workers() -> None:
    one = layer_memory(4000, 3000, 3, 10, 1)
    assert one < layer_memory(4000, 3000, 3, 10, 2) and 3 * 4 * 4000 * 3000 < one < 500 << 20
    assert layer_memory(8, 8, 1, 10, 8) < 4 << 20
