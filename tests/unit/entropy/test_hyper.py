"""z: distributions from frequencies, decoding and encoding (2.7)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.entropy.errors import ValueNotCodable
from refdec.entropy.hyper import ZTables, decode_z, encode_z
from refdec.errors import CodestreamError

EXAMPLE_3 = {
    1: "0068571eb02ce0cf1534",
    2: "606005b2c08106409bb3770d",
    4: "2b80609501fe0b40bbde0d003101405e01",
}
FREQS_3 = np.array([[max(1, 4096 >> abs(k - 31)) for k in range(63)], [1] * 63], np.int32)
SYMBOLS_3 = np.array([[31, 32, 30, 31, 50, 33], [0, 62, 31, 30, 10, 11]])
NOTHING = np.zeros((0, 1, 6), np.int8)


def no_tables() -> ZTables:
    return ZTables.from_frequencies(np.zeros((0, 63), np.int32))


def masses(tables: ZTables, channel: int) -> dict[int, int]:
    steps = np.diff(tables.cdf[channel].astype(int), prepend=0)
    return {k: int(p) for k, p in enumerate(steps) if p}


def test_example_2_12_3_masses() -> None:
    tables = ZTables.from_frequencies(FREQS_3)
    printed = "21:1 24:1 25:1 26:3 27:5 28:11 29:21 30:42 31:85 32:42 33:21 34:11 35:5 36:3 37:1 38:1 41:1"
    assert masses(tables, 0) == {int(k): int(p) for k, p in (pair.split(":") for pair in printed.split())}
    assert masses(tables, 1) == {k: 5 if k in {10, 31, 52} else 4 for k in range(63)}
    assert int(tables.decode[0, 255]) == (8 << 24) + 63


@pytest.mark.parametrize("threads", EXAMPLE_3)
def test_example_2_12_3_z(threads: int) -> None:
    tables = ZTables.from_frequencies(FREQS_3)
    z = (SYMBOLS_3 - 31).astype(np.int8).reshape(2, 1, 6)
    assert encode_z(z, NOTHING, tables, no_tables(), threads).hex() == EXAMPLE_3[threads]
    z_y, z_uv = decode_z(bytes.fromhex(EXAMPLE_3[threads]), tables, no_tables(), 1, 6, threads)
    np.testing.assert_array_equal(z_y, z)
    assert z_uv.shape == (0, 1, 6)


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16])
def test_mans_z(threads: int, examples: Path) -> None:
    with np.load(examples / "mans_z.npz") as golden:
        tables_y, tables_uv = (ZTables.from_frequencies(golden[f"freqs_{c}"]) for c in ("y", "uv"))
        np.testing.assert_array_equal(tables_y.cdf, golden["cdf_y"])
        np.testing.assert_array_equal(tables_uv.cdf, golden["cdf_uv"])
        payload = golden[f"substream_T{threads}"].tobytes()
        assert encode_z(golden["z_y"], golden["z_uv"], tables_y, tables_uv, threads) == payload
        z_y, z_uv = decode_z(payload, tables_y, tables_uv, 5, 7, threads)
        assert z_y.dtype == z_uv.dtype == np.int8
        np.testing.assert_array_equal(z_y, golden["z_y"])
        np.testing.assert_array_equal(z_uv, golden["z_uv"])


def test_frequencies_near_the_end_of_int32_do_not_overflow() -> None:
    freqs = np.full((1, 63), np.iinfo(np.int32).max, np.int32)
    assert masses(ZTables.from_frequencies(freqs), 0) == masses(ZTables.from_frequencies(FREQS_3), 1)


def test_values_outside_the_alphabet_are_refused() -> None:
    tables = ZTables.from_frequencies(FREQS_3)
    z = np.zeros((2, 1, 6), np.int64)
    z[1, 0, 3] = -32
    with pytest.raises(ValueNotCodable) as caught:
        encode_z(z, NOTHING, tables, no_tables(), 1)
    assert caught.value.value == -32


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16])
def test_truncated_and_flipped_payloads(threads: int, examples: Path) -> None:
    with np.load(examples / "mans_z.npz") as golden:
        tables_y, tables_uv = (ZTables.from_frequencies(golden[f"freqs_{c}"]) for c in ("y", "uv"))
        payload = golden[f"substream_T{threads}"].tobytes()
    rng = np.random.default_rng(5)
    for size in range(0, len(payload), 7):
        with pytest.raises(CodestreamError):
            decode_z(payload[:size], tables_y, tables_uv, 5, 7, threads)
    errors = 0
    for _ in range(100):
        damaged = bytearray(payload)
        damaged[int(rng.integers(len(payload)))] ^= int(rng.integers(1, 256))
        try:
            z_y, z_uv = decode_z(bytes(damaged), tables_y, tables_uv, 5, 7, threads)
            assert max(abs(int(z.min())) for z in (z_y, z_uv)) <= 31
        except CodestreamError:
            errors += 1
    assert errors > 50  # the rest resynchronises, or hit raw bits
