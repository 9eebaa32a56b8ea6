"""Entropy coder: what is written is read back, in one go, in slices and in part; bad bytes never surprise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from refdec.entropy.hyper import ZTables, decode_z, encode_z
from refdec.entropy.qualitymap import decode_quality_map, encode_quality_map, map_differences
from refdec.entropy.residual import decode_residual, encode_residual, encode_residual_slices, start_residual
from refdec.errors import RefdecError

THREADS = st.sampled_from([1, 2, 4, 8, 16])


@dataclass(frozen=True)
class Run:
    values: np.ndarray
    levels: np.ndarray
    coded: np.ndarray
    threads: int

    @property
    def expected(self) -> np.ndarray:
        return np.where(self.coded, self.values, 0)

    @property
    def unit(self) -> bytes:
        return encode_residual(self.values, self.levels, self.coded, self.threads)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Runs [C][h][w] of every length from 0, plain to wild values, no mask to nothing coded."""
    shape = draw(st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(1, 7)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lowest, highest = sorted(draw(st.tuples(st.integers(0, 31), st.integers(0, 31))))
    reach = draw(st.sampled_from([1, 3, 40, 300, 32768]))
    return Run(
        rng.integers(-reach, reach, shape).astype(np.int16),
        rng.integers(lowest, highest + 1, shape).astype(np.uint8),
        rng.integers(0, 100, shape) < draw(st.sampled_from([0, 5, 50, 95, 100])),
        draw(THREADS),
    )


@given(run=runs())
def test_residual_survives_the_round_trip(run: Run) -> None:
    np.testing.assert_array_equal(decode_residual(run.unit, run.levels, run.coded, run.threads), run.expected)


@given(run=runs(), channels=st.integers(0, 12))
def test_first_channels_equal_those_of_the_full_decode(run: Run, channels: int) -> None:
    expected = run.expected
    expected[channels:] = 0
    decoded = decode_residual(run.unit, run.levels, run.coded, run.threads, channels=channels)
    np.testing.assert_array_equal(decoded, expected)


@given(run=runs(), cuts=st.lists(st.integers(0, 600), max_size=8))
def test_slices_equal_the_whole_run(run: Run, cuts: list[int]) -> None:
    levels, coded = run.levels.reshape(-1), run.coded.reshape(-1)
    state = start_residual(run.unit, levels.size, run.threads)
    pieces = [np.zeros(0, np.int16)]
    marks = [0, *sorted(min(cut, levels.size) for cut in cuts), levels.size]
    for begin, end in pairwise(marks):
        done = state.done
        state, values = state.advance(levels[begin:end], coded[begin:end])
        assert state.given == end
        assert state.done == done + values.size
        pieces.append(values)
    state.finish()
    np.testing.assert_array_equal(np.concatenate(pieces), run.expected.reshape(-1))


@given(run=runs(), cuts=st.lists(st.integers(0, 600), max_size=8))
def test_slices_encode_as_the_whole_run(run: Run, cuts: list[int]) -> None:
    values, levels, coded = (part.reshape(-1) for part in (run.expected, run.levels, run.coded))
    marks = [0, *sorted(min(cut, levels.size) for cut in cuts), levels.size]
    slices = [(values[a:b], levels[a:b], coded[a:b]) for a, b in reversed(list(pairwise(marks)))]
    assert encode_residual_slices(slices, levels.size, run.threads) == run.unit


@given(run=runs())
def test_encoder_ignores_what_is_not_coded(run: Run) -> None:
    assert encode_residual(run.expected, run.levels, run.coded, run.threads) == run.unit


@given(run=runs(), place=st.integers(0, 1 << 20), flip=st.integers(1, 255), cut=st.booleans(), strict=st.booleans())
def test_damaged_units_give_a_result_or_our_error(run: Run, place: int, flip: int, cut: bool, strict: bool) -> None:
    data = bytearray(run.unit)
    where = place % len(data)
    data[where] ^= flip
    unit = bytes(data[:where]) if cut else bytes(data)
    try:
        decoded = decode_residual(unit, run.levels, run.coded, run.threads, strict=strict)
    except RefdecError as error:
        assert error.code.startswith("RD02")
        assert error.at is not None
        assert error.at.bits <= 8 * len(unit)
    else:
        assert decoded.shape == run.levels.shape
        assert not decoded[~run.coded].any()


@given(unit=st.binary(max_size=40), length=st.integers(0, 70), level=st.integers(0, 31), threads=THREADS)
def test_random_bytes_give_a_result_or_our_error(unit: bytes, length: int, level: int, threads: int) -> None:
    levels = np.full(length, level, np.uint8)
    try:
        decoded = decode_residual(unit, levels, np.ones(length, np.bool_), threads)
    except RefdecError as error:
        assert error.code.startswith("RD02")
    else:
        # what passes the integrity check is what an encoder would have written, but for the long form of short escapes
        again = encode_residual(decoded, levels, np.ones(length, np.bool_), threads)
        assert len(again) <= len(unit)


@st.composite
def hyper_latents(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, ZTables, ZTables]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    plane = draw(st.tuples(st.integers(0, 5), st.integers(1, 6)))
    made: list[tuple[np.ndarray, ZTables]] = []
    for channels in draw(st.tuples(st.integers(0, 4), st.integers(0, 4))):
        freqs = rng.integers(0, draw(st.sampled_from([2, 100, 2**31 - 1])), (channels, 63)).astype(np.int32)
        freqs[:, 31] += 1 - np.sign(freqs[:, 31])
        freqs[rng.random((channels, 63)) < draw(st.sampled_from([0, 0.9]))] //= 1000
        freqs[:, 30] = np.maximum(freqs[:, 30], 1)
        reach = draw(st.sampled_from([1, 4, 32]))
        z = rng.integers(1 - reach, reach, (channels, *plane)).astype(np.int8)
        made.append((z, ZTables.from_frequencies(freqs)))
    return made[0][0], made[1][0], made[0][1], made[1][1]


@given(z=hyper_latents(), threads=THREADS)
def test_z_survives_the_round_trip(z: tuple[np.ndarray, np.ndarray, ZTables, ZTables], threads: int) -> None:
    z_y, z_uv, tables_y, tables_uv = z
    payload = encode_z(z_y, z_uv, tables_y, tables_uv, threads)
    decoded = decode_z(payload, tables_y, tables_uv, z_y.shape[1], z_y.shape[2], threads)
    np.testing.assert_array_equal(decoded[0], z_y)
    np.testing.assert_array_equal(decoded[1], z_uv)


@given(z=hyper_latents(), threads=THREADS, place=st.integers(0, 1 << 20), flip=st.integers(0, 255), cut=st.booleans())
def test_damaged_z_gives_a_result_or_our_error(
    z: tuple[np.ndarray, np.ndarray, ZTables, ZTables], threads: int, place: int, flip: int, cut: bool
) -> None:
    z_y, z_uv, tables_y, tables_uv = z
    data = bytearray(encode_z(z_y, z_uv, tables_y, tables_uv, threads))
    where = place % len(data)
    data[where] ^= flip
    payload = bytes(data[:where]) if cut else bytes(data)
    try:
        decoded = decode_z(payload, tables_y, tables_uv, z_y.shape[1], z_y.shape[2], threads, strict=False)
    except RefdecError as error:
        assert error.code.startswith("RD02")
    else:
        assert (decoded[0].shape, decoded[1].shape) == (z_y.shape, z_uv.shape)
        assert all(abs(int(part.min(initial=0))) <= 31 and part.max(initial=0) <= 31 for part in decoded)


@given(
    seed=st.integers(0, 2**32 - 1), h=st.integers(1, 9), w=st.integers(1, 9), reach=st.integers(0, 8), threads=THREADS
)
def test_quality_map_survives_the_round_trip(seed: int, h: int, w: int, reach: int, threads: int) -> None:
    quality_map = np.random.default_rng(seed).integers(-reach, reach + 1, (h, w))
    payload, index = encode_quality_map(quality_map, threads)
    np.testing.assert_array_equal(decode_quality_map(payload, h, w, index, threads), quality_map)


@given(seed=st.integers(0, 2**32 - 1), h=st.integers(2, 9), w=st.integers(2, 9), threads=THREADS)
def test_negative_odd_sums_are_rounded_toward_zero(seed: int, h: int, w: int, threads: int) -> None:
    """Even columns hold 0, -2, -4, -6, odd ones -1, -3, -5, -7: every sum of left and above is odd and negative."""
    quality_map = -2 * np.random.default_rng(seed).integers(0, 4, (h, w)) - np.arange(w) % 2
    both = quality_map[1:, :-1] + quality_map[:-1, 1:]
    rounded_up = -(-both // 2)
    np.testing.assert_array_equal(map_differences(quality_map)[1:, 1:], quality_map[1:, 1:] - rounded_up)
    payload, index = encode_quality_map(quality_map, threads)
    np.testing.assert_array_equal(decode_quality_map(payload, h, w, index, threads), quality_map)
