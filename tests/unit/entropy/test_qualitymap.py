"""Quality map (2.8)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.entropy.errors import ValueNotCodable
from refdec.entropy.qualitymap import choose_entropy_index, decode_quality_map, encode_quality_map, map_differences
from refdec.entropy.residual import encode_residual
from refdec.entropy.threads import read_sizes
from refdec.limits import TooLarge

from .textbook import decode_run, differences, split, summed

MAP_4 = np.array([[0, 0, 2, 2], [0, 1, 2, 2], [-3, -3, 2, 8]], np.int32)
EXAMPLE_4 = {1: "0800301700e0ffff47149d8c11", 2: "8008b0fff8456304080000f23f2607"}


@pytest.mark.parametrize("threads", EXAMPLE_4)
def test_example_2_12_4_quality_map(threads: int) -> None:
    assert map_differences(MAP_4).tolist() == [[0, 0, 2, 0], [0, 1, 1, 0], [-3, -2, 2, 6]]
    payload, index = encode_quality_map(MAP_4, threads, entropy_index=2)
    assert (payload.hex(), index) == (EXAMPLE_4[threads], 2)
    decoded = decode_quality_map(payload, 3, 4, 2, threads)
    assert decoded.dtype == np.int32
    np.testing.assert_array_equal(decoded, MAP_4)


@pytest.mark.parametrize("threads", EXAMPLE_4)
def test_example_2_12_4_by_the_decoder_of_the_text(threads: int, examples: Path) -> None:
    unit = bytes.fromhex(EXAMPLE_4[threads])
    threads_data = split(unit, read_sizes(unit, threads)[1:])
    values, intact = decode_run(threads_data, [5] * 12, [True] * 12, examples)
    assert intact
    assert summed([values[:4], values[4:8], values[8:]]) == MAP_4.tolist()


def test_example_3_c_3_quality_map() -> None:
    quality_map = [[0, 0, 6, 6], [-3, -3, 6, 6], [-3, -3, -3, -8]]
    delta = [[0, 0, 6, 0], [-3, -2, 5, 0], [0, 0, -4, -9]]
    assert (differences(quality_map), summed(delta)) == (delta, quality_map)
    assert map_differences(np.array(quality_map)).tolist() == delta
    payload, index = encode_quality_map(np.array(quality_map), 1)
    assert index == 5  # 6 of 12 differences are zero: two thresholds of 0.25 and 0.5
    assert decode_quality_map(payload, 3, 4, index, 1).tolist() == quality_map


@pytest.mark.parametrize("seed", range(5))
def test_maps_equal_the_loop_of_the_text(seed: int) -> None:
    quality_map = np.random.default_rng(seed).integers(-8, 9, (11, 14))
    both = quality_map[1:, :-1] + quality_map[:-1, 1:]
    assert ((both < 0) & (both % 2 == 1)).sum() > 20  # where the two ways to round differ
    delta = map_differences(quality_map)
    assert delta.tolist() == differences(quality_map.tolist())
    payload, index = encode_quality_map(quality_map, 2)
    assert decode_quality_map(payload, 11, 14, index, 2).tolist() == summed(delta.tolist()) == quality_map.tolist()


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16])
def test_mans_qmap(threads: int, examples: Path) -> None:
    with np.load(examples / "mans_qmap.npz") as golden:
        payload = golden[f"substream_T{threads}"].tobytes()
        quality_map, delta, index = golden["qp_map"], golden["delta"], int(golden["quality_map_entropy_index"])
    np.testing.assert_array_equal(map_differences(quality_map), delta)
    assert encode_quality_map(quality_map, threads, entropy_index=index)[0] == payload
    np.testing.assert_array_equal(decode_quality_map(payload, 9, 13, index, threads), quality_map)


@pytest.mark.parametrize(
    ("zeros", "index"),
    [
        (1, 7),
        (24, 7),
        (25, 6),
        (49, 6),
        (50, 5),
        (70, 4),
        (79, 4),
        (80, 3),
        (90, 2),
        (95, 1),
        (98, 1),
        (99, 0),
        (100, 0),
    ],
)
def test_entropy_index_by_the_share_of_zeros_2_8(zeros: int, index: int) -> None:
    delta = np.ones(100, np.int16)
    delta[1:zeros] = 0  # the first difference counts as zero whatever it is
    assert choose_entropy_index(delta) == index


def test_flat_map_uses_the_narrowest_distribution() -> None:
    payload, index = encode_quality_map(np.full((4, 5), -3, np.int8), 1)
    assert index == 0
    assert (decode_quality_map(payload, 4, 5, index, 1) == -3).all()


@pytest.mark.parametrize(
    ("delta", "quality_map"),
    [
        ([[-100, 99], [0, 0]], [[-100, -1], [-100, -50]]),
        ([[0, -1], [0, 0]], [[0, -1], [0, 0]]),
        ([[-1, -1], [0, 0]], [[-1, -2], [-1, -1]]),
        ([[32767, 32767], [32767, 32767]], [[32767, 65534], [65534, 98301]]),
        ([[-32768, -32768], [-32767, 1]], [[-32768, -65536], [-65535, -65534]]),
    ],
)
def test_decoder_does_not_clip_and_rounds_toward_zero(delta: list[list[int]], quality_map: list[list[int]]) -> None:
    values = np.array(delta, np.int16)
    payload = encode_residual(values, np.full((2, 2), 18, np.uint8), np.ones((2, 2), np.bool_), 1)
    assert decode_quality_map(payload, 2, 2, 7, 1).tolist() == quality_map == summed(delta)


def test_encoder_refuses_what_has_no_gain() -> None:
    with pytest.raises(ValueNotCodable):
        encode_quality_map(np.array([[9]]), 1)


def test_empty_map_survives() -> None:
    payload, index = encode_quality_map(np.zeros((0, 0), np.int32), 1)
    assert payload.hex() == "000001"
    assert decode_quality_map(payload, 0, 0, index, 1).shape == (0, 0)


def test_a_map_beyond_every_picture_is_refused_before_anything_is_allocated() -> None:
    with pytest.raises(TooLarge):
        decode_quality_map(b"\0\0\1", 1 << 30, 1, 0, 1)
