"""Tables of chapter 2 against the checksums, spot values and arrays of the text."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from refdec.entropy.hyper import ZTables
from refdec.entropy.tans import residual_tables, slot_map, spread_owner

CHECKSUMS_2_4_3 = {
    "bounds": ("0914655888734710fc501957c12409e099f03913ca230b8b658ae427255ab6da", "b11d7678252d4d86"),
    "pmf": ("94091440a729f933a2ecd89491c5de798258919d745583c9d1bde848da33d52c", "32774c71e345dccd"),
    "cdf": ("4ad7094e6b5675804a5ca7f4a0e22e814e07235fda101aa6d9a963eb98fedef5", "37ca797fd76b3d4a"),
    "encode_transition": ("7e1b3a2f6c0f8ea3e7959eb7931b09b87d07db1cc4b4ad8186aa014161468192", "81b7251e16cc1da7"),
    "state_map": ("a48bdf031f25c442be38f7fc6c6aaa1876c5d3daecb766922f41f91921d807e3", "175e35e0eef47ad9"),
    "decode_transition": ("5e1ee5b8cec5601a078a04d229b728bd68e257d3ae7af2f650ff832ca3a29ebf", "ae578f601a5739ff"),
}
# (state, symbol, n, base) of distribution 7
SPOTS_2_4_3 = [
    *[(0, 0, 1, 120), (1, 0, 1, 122), (93, 0, 0, 25), (94, -1, 3, 8), (110, -1, 3, 136), (111, 1, 3, 16)],
    *[(126, 1, 3, 136), (127, 1, 3, 144), (128, 0, 0, 26), (221, 0, 0, 119), (222, -1, 3, 144), (253, 1, 2, 8)],
    *[(254, 1, 2, 12), (255, -2, 8, 0)],
]
CHECKSUMS_EXAMPLE_3 = [
    (0, "cdf", "8d7f206d15ee61c66191ee41ffc23f7a717ec375079c520cf9f8b227d90749b5", "5a5fb0aa65ebada9"),
    (0, "encode", "1f3e9c647370610db1041ab5b40749a5ecc9d0b656e01e27272681e6000854f1", "c4cc2ce75b04cf89"),
    (0, "decode", "50c524f4d05352a58621a6ef944ce45d149667809c6ce1c57b453e3ab4474ca2", "100eb8ee6e4eb21b"),
    (1, "cdf", "48c533369f668851cf61f58e7035cbe23ad74781622f9148cbed00675e5d1b92", "563239c17205beb5"),
    (1, "encode", "f9d67254b4ace490d858a89ccb7e7bf50390313cf8ec9a11589a83319bb0de29", "7f40de054a2c7236"),
    (1, "decode", "1df2fbd9e3156c46f6e3c095e3666a03e171c19101885ce8804c58332fc10622", "e99a4d9ce495ec75"),
]


def fnv1a_64(data: bytes) -> str:
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def little(array: np.ndarray) -> bytes:
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


@pytest.mark.parametrize("name", CHECKSUMS_2_4_3)
def test_checksums_2_4_3(name: str) -> None:
    data = little(getattr(residual_tables(), name))
    assert (hashlib.sha256(data).hexdigest(), fnv1a_64(data)) == CHECKSUMS_2_4_3[name]


@pytest.mark.parametrize("name", CHECKSUMS_2_4_3)
def test_tables_equal_the_arrays_of_mans_tables(name: str, examples: Path) -> None:
    with np.load(examples / "mans_tables.npz") as golden:
        mine = getattr(residual_tables(), name)
        assert mine.dtype == golden[name].dtype
        np.testing.assert_array_equal(mine, golden[name])


@pytest.mark.parametrize(("state", "symbol", "n", "base"), SPOTS_2_4_3)
def test_spot_values_2_4_3(state: int, symbol: int, n: int, base: int) -> None:
    assert int(residual_tables().decode_transition[7, state]) == (n << 24) + (base << 16) + (symbol & 0xFFFF)
    entry = int(residual_tables().kernel[7 * 256 + state])
    assert (entry >> 16, (entry >> 8) & 15, entry & 255, bool(entry & 4096)) == (symbol, n, base, symbol == -2)


@pytest.mark.parametrize(("channel", "name", "sha256", "fnv"), CHECKSUMS_EXAMPLE_3)
def test_example_2_12_3_table_checksums(channel: int, name: str, sha256: str, fnv: str) -> None:
    freqs = np.array([[max(1, 4096 >> abs(k - 31)) for k in range(63)], [1] * 63], np.int32)
    data = little(getattr(ZTables.from_frequencies(freqs), name)[channel])
    assert (hashlib.sha256(data).hexdigest(), fnv1a_64(data)) == (sha256, fnv)


def test_bounds_2_6_1() -> None:
    printed = "1 1 1 2 2 2 2 2 3 3 4 4 5 6 7 8 9 11 13 16 18 22 26 32 38 46 55 65 77 92 106 128"
    assert residual_tables().bounds.tolist() == [int(word) for word in printed.split()]


def test_masses_sum_to_256_and_every_state_is_owned_once() -> None:
    tables = residual_tables()
    assert (tables.pmf.sum(axis=1) == 256).all()
    assert (np.sort(tables.state_map, axis=1) == np.arange(256)).all()
    assert sorted(spread_owner().tolist()) == list(range(256))


def test_spread_map_equals_its_closed_form_2_4() -> None:
    tables = residual_tables()
    for cdf, slots in zip(tables.cdf.astype(int).tolist(), tables.state_map.tolist(), strict=True):
        for c, after in pairwise(cdf):
            if c == after:
                continue
            a, b = c - (c >> 1), 128 + (c >> 1)
            low = after - (after >> 1) - a
            assert slots[c:after] == [*range(a, a + low), *range(b, b + after - c - low)]


def test_identity_map() -> None:
    masses = np.array([[200, 0, 55, 1]], np.uint16)
    assert slot_map(masses, spread=False).tolist() == [list(range(256))]


def test_encode_entry_finds_the_unique_n_2_4_2() -> None:
    tables = residual_tables()
    for level in (0, 7, 20, 31):
        for column in np.flatnonzero(tables.pmf[level]).tolist():
            value = -(column + 1) // 2 if column & 1 else column // 2
            p = int(tables.pmf[level, column])
            entry = int(tables.encode_transition[level, value + 128])
            for s in range(256):
                n = (s + (entry >> 16)) >> 8
                assert p <= (256 + s) >> n <= 2 * p - 1


def test_tables_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        residual_tables().kernel[0] = 1
