"""Quality map (2.8)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.entropy.errors import ValueNotCodable
from refdec.entropy.qualitymap import choose_entropy_index, decode_quality_map, encode_quality_map, map_differences
from refdec.limits import TooLarge

MAP_4 = np.array([[0, 0, 2, 2], [0, 1, 2, 2], [-3, -3, 2, 8]], np.int32)
EXAMPLE_4 = {1: "080034170 0e0ffff47149d8c11".replace(" ", ""), 2: "800ab0fff84563040800 00f23f2607".replace(" ", "")}


@pytest.mark.parametrize("threads", EXAMPLE_4)
def test_example_2_12_4_quality_map(threads: int) -> None:
    assert map_differences(MAP_4).tolist() == [[0, 0, 2, 0], [0, 1, 1, 0], [-3, -2, 3, 6]]
    payload, index = encode_quality_map(MAP_4, threads, entropy_index=2)
    assert (payload.hex(), index) == (EXAMPLE_4[threads], 2)
    decoded = decode_quality_map(payload, 3, 4, 2, threads)
    assert decoded.dtype == np.int32
    np.testing.assert_array_equal(decoded, MAP_4)


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


def test_decoder_does_not_clip_and_floors_negative_sums() -> None:
    from refdec.entropy.residual import encode_residual

    delta = np.array([[-100, 99], [0, 0]], np.int16)
    payload = encode_residual(delta, np.full((2, 2), 18, np.uint8), np.ones((2, 2), np.bool_), 1)
    assert decode_quality_map(payload, 2, 2, 7, 1).tolist() == [[-100, -1], [-100, -51]]


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
