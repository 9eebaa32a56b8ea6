"""Residual decoding and encoding (2.5, 2.6): worked examples, golden runs, slices, progressive decoding, bad data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.entropy.errors import BitStackUnderflow, IntegrityCheckFailed, RunIncomplete
from refdec.entropy.residual import decode_residual, encode_residual, start_residual
from refdec.entropy.threads import read_sizes
from refdec.errors import CodestreamError

from .textbook import Underflow, decode_run, split

THREADS = (1, 2, 4, 8, 16)
EXAMPLE_1 = {1: "903d28", 2: "800c0ab007", 4: "e04401b007ec070001"}
EXAMPLE_2 = {
    1: "000b0088f205c0dfff7fcdf9bfbf7e",
    2: "800b0088f47fcef50300f902e0efffdf3f",
    4: "67800b00003a3e002f00fefefd0344faf71f09f01f",
}
EMPTY = {1: "000001", 2: "8000010001", 4: "e00001000100010001"}
LEVELS_2 = np.array([7, 8, 3, 12, 9, 20, 31, 5, 10, 14, 7], np.uint8)
CODED_2 = np.array([1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1], np.bool_)
VALUES_2 = np.array([1, -2, 3, 0, 0, -41, 127, -2, -9, 6, 0], np.int16)


def threads_of(unit: bytes, threads: int) -> list[bytes]:
    return split(unit, read_sizes(unit, threads)[1:])


@pytest.fixture(scope="module")
def run(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    examples = request.getfixturevalue("examples")
    with np.load(examples / "mans_residual.npz") as golden:
        return dict(golden)


@pytest.fixture(scope="module")
def stress(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    examples = request.getfixturevalue("examples")
    with np.load(examples / "mans_residual_stress.npz") as golden:
        return dict(golden)


@pytest.mark.parametrize("threads", EXAMPLE_1)
def test_example_2_12_1_three_symbols(threads: int) -> None:
    levels, coded, values = np.full(3, 7, np.uint8), np.ones(3, np.bool_), np.array([0, -1, 1], np.int16)
    assert encode_residual(values, levels, coded, threads).hex() == EXAMPLE_1[threads]
    assert decode_residual(bytes.fromhex(EXAMPLE_1[threads]), levels, coded, threads).tolist() == [0, -1, 1]


@pytest.mark.parametrize("threads", EXAMPLE_2)
def test_example_2_12_2_masks_and_escapes(threads: int) -> None:
    assert encode_residual(VALUES_2, LEVELS_2, CODED_2, threads).hex() == EXAMPLE_2[threads]
    decoded = decode_residual(bytes.fromhex(EXAMPLE_2[threads]), LEVELS_2, CODED_2, threads)
    assert decoded.tolist() == VALUES_2.tolist()


def test_example_2_12_2_trace(examples: Path) -> None:
    """The textbook decoder of these tests follows the printed trace, so that it may judge the kernels below."""
    trace: list[tuple[int, int, int]] = []
    unit = bytes.fromhex(EXAMPLE_2[1])
    decode_run(
        [unit], LEVELS_2.tolist(), CODED_2.tolist(), examples, observe=lambda i, state, p: trace.append((i, state, p))
    )
    assert trace == [
        *[(0, 255, 99), (1, 255, 91), (2, 57, 83), (2, -1, 79), (4, 127, 78), (5, 255, 70), (6, 255, 62)],
        *[(7, 127, 54), (5, -1, 37), (7, -1, 33), (8, 68, 25), (8, -1, 8), (9, 0, 0), (10, 0, 0)],
    ]


@pytest.mark.parametrize("threads", EMPTY)
@pytest.mark.parametrize("shape", [(0,), (0, 4, 5), (160, 0, 3)])
def test_example_2_12_4_empty_run(threads: int, shape: tuple[int, ...]) -> None:
    levels, coded = np.zeros(shape, np.uint8), np.zeros(shape, np.bool_)
    assert encode_residual(np.zeros(shape, np.int16), levels, coded, threads).hex() == EMPTY[threads]
    assert decode_residual(bytes.fromhex(EMPTY[threads]), levels, coded, threads).shape == shape


@pytest.mark.parametrize("threads", THREADS)
def test_mans_residual(threads: int, run: dict[str, np.ndarray]) -> None:
    unit = run[f"substream_T{threads}"].tobytes()
    expected = np.where(run["mask"], run["values"], 0)
    assert encode_residual(run["values"], run["sigma_idx"], run["mask"], threads) == unit
    decoded = decode_residual(unit, run["sigma_idx"], run["mask"], threads)
    assert decoded.dtype == np.int16
    np.testing.assert_array_equal(decoded, expected)


@pytest.mark.parametrize("threads", THREADS)
def test_mans_residual_stress(threads: int, stress: dict[str, np.ndarray]) -> None:
    unit = stress[f"substream_T{threads}"].tobytes()
    assert encode_residual(stress["values"], stress["sigma_idx"], stress["mask"], threads) == unit
    decoded = decode_residual(unit, stress["sigma_idx"], stress["mask"], threads)
    np.testing.assert_array_equal(decoded, np.where(stress["mask"], stress["values"], 0))
    assert {-32768, 32767} <= set(decoded.tolist())


@pytest.mark.parametrize("threads", THREADS)
def test_mans_residual_lengths(threads: int, examples: Path) -> None:
    with np.load(examples / "mans_residual_lengths.npz") as golden:
        lengths = golden["lengths"].tolist()
        unit_ends = np.cumsum(golden[f"substream_len_T{threads}"])
        units = golden[f"substreams_T{threads}"].tobytes()
        ends = np.cumsum(lengths)
        arrays = [np.split(golden[name], ends[:-1]) for name in ("values", "sigma_idx", "mask")]
    assert len(lengths) == 49
    for k, (values, levels, coded) in enumerate(zip(*arrays, strict=True)):
        unit = units[unit_ends[k - 1] if k else 0 : unit_ends[k]]
        assert encode_residual(values, levels, coded, threads) == unit
        decoded = decode_residual(unit, levels, coded, threads)
        np.testing.assert_array_equal(decoded, np.where(coded, values, 0))


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("channels", [0, 1, 5, 23, 24, 99])
def test_first_channels_are_a_prefix_2_6_8(threads: int, channels: int, run: dict[str, np.ndarray]) -> None:
    unit = run[f"substream_T{threads}"].tobytes()
    decoded = decode_residual(unit, run["sigma_idx"], run["mask"], threads, channels=channels)
    expected = np.where(run["mask"], run["values"], 0)
    expected[channels:] = 0
    np.testing.assert_array_equal(decoded, expected)


@pytest.mark.parametrize("threads", THREADS)
def test_first_channels_with_a_short_last_group_2_6_8(
    threads: int, stress: dict[str, np.ndarray], examples: Path
) -> None:
    """Planes of 7 positions: the end of what is wanted falls inside groups that hold escapes."""
    levels, coded = (stress[name][:700].reshape(100, 7) for name in ("sigma_idx", "mask"))
    values = stress["values"][:700].reshape(100, 7)
    unit = encode_residual(values, levels, coded, threads)
    full = decode_residual(unit, levels, coded, threads)
    for channels in range(101):
        part = decode_residual(unit, levels, coded, threads, channels=channels)
        np.testing.assert_array_equal(part[:channels], full[:channels])
        assert not part[channels:].any()
        if channels % 33 == 0:
            runs = levels.reshape(-1).tolist(), coded.reshape(-1).tolist()
            partial, _ = decode_run(threads_of(unit, threads), *runs, examples, needed=7 * channels)
            assert partial == part.reshape(-1).tolist()


def test_damage_behind_the_wanted_channels_is_not_seen(run: dict[str, np.ndarray]) -> None:
    """The bits of late positions lie at the front of a thread."""
    unit = bytearray(run["substream_T1"].tobytes())
    unit[0] ^= 0xFF
    expected = np.where(run["mask"], run["values"], 0)
    expected[8:] = 0
    decoded = decode_residual(bytes(unit), run["sigma_idx"], run["mask"], 1, channels=8)
    np.testing.assert_array_equal(decoded, expected)
    with pytest.raises(CodestreamError):
        decode_residual(bytes(unit), run["sigma_idx"], run["mask"], 1)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("slice_positions", [1, 3, 64, 255, 1000, 6120])
def test_slices_equal_the_whole_run_2_6_8(threads: int, slice_positions: int, run: dict[str, np.ndarray]) -> None:
    levels, coded = run["sigma_idx"].reshape(-1), run["mask"].reshape(-1)
    state = start_residual(run[f"substream_T{threads}"].tobytes(), levels.size, threads)
    pieces = []
    for begin in range(0, levels.size, slice_positions):
        piece = slice(begin, begin + slice_positions)
        state, values = state.advance(levels[piece], coded[piece])
        assert state.given - state.done < 8 * threads
        pieces.append(values)
    state.finish()
    np.testing.assert_array_equal(np.concatenate(pieces), np.where(coded, run["values"].reshape(-1), 0))


def test_a_parcel_can_be_advanced_twice(run: dict[str, np.ndarray]) -> None:
    levels, coded = run["sigma_idx"], run["mask"]
    start = start_residual(run["substream_T4"].tobytes(), levels.size, 4)
    after, first = start.advance(levels[:3], coded[:3])
    _, again = start.advance(levels[:3], coded[:3])
    np.testing.assert_array_equal(first, again)
    assert (start.done, after.done) == (0, first.size)


def test_a_run_takes_as_many_positions_as_it_has(run: dict[str, np.ndarray]) -> None:
    levels, coded = run["sigma_idx"], run["mask"]
    state = start_residual(run["substream_T1"].tobytes(), levels.size, 1)
    half, _ = state.advance(levels[:12], coded[:12])
    with pytest.raises(RunIncomplete):
        half.finish()
    with pytest.raises(RunIncomplete):
        half.advance(levels, coded)
    whole, _ = half.advance(levels[12:], coded[12:])
    whole, nothing = whole.advance(levels[:0], coded[:0])
    assert nothing.size == 0
    whole.finish()


@pytest.mark.parametrize("threads", THREADS)
def test_a_run_longer_than_the_blocks_of_the_kernel(threads: int) -> None:
    rng = np.random.default_rng(threads)
    shape = (3, 113, 211)  # 71529 positions
    levels = rng.integers(0, 32, shape).astype(np.uint8)
    values = rng.integers(-40, 41, shape).astype(np.int16)
    coded = rng.random(shape) < 0.3
    unit = encode_residual(values, levels, coded, threads)
    expected = np.where(coded, values, 0)
    np.testing.assert_array_equal(decode_residual(unit, levels, coded, threads), expected)
    expected[2:] = 0
    np.testing.assert_array_equal(decode_residual(unit, levels, coded, threads, channels=2), expected)


def test_strided_and_read_only_arrays_2_11(run: dict[str, np.ndarray]) -> None:
    """A mask that is a view of a bigger array is read in scan order, not as memory lies."""
    wide = np.ones((24, 15, 34), np.bool_)
    wide[:, :, ::2] = run["mask"]
    mask = wide[:, :, ::2]
    levels = run["sigma_idx"].copy()
    levels.flags.writeable = False
    decoded = decode_residual(run["substream_T2"].tobytes(), levels, mask, 2)
    np.testing.assert_array_equal(decoded, np.where(run["mask"], run["values"], 0))


def test_long_escape_with_a_small_code_is_accepted_2_6_4() -> None:
    # stack: e = 5 in 16 bits, f = 0, 8 bits of the escape symbol's step, B = 0, A = 255, marker
    number = 5 | (255 << 33) | (1 << 41)
    unit = number.to_bytes(6, "little")
    assert decode_residual(unit, np.full(1, 7, np.uint8), np.ones(1, np.bool_), 1).tolist() == [-4]


def test_integrity_check_can_be_waived(run: dict[str, np.ndarray]) -> None:
    unit = bytes.fromhex("010001")
    none = np.zeros(0, np.uint8), np.zeros(0, np.bool_)
    with pytest.raises(IntegrityCheckFailed):
        decode_residual(unit, *none, 1)
    assert decode_residual(unit, *none, 1, strict=False).size == 0
    start_residual(unit, 0, 1, strict=False).finish()


@pytest.mark.parametrize("threads", THREADS)
def test_bad_data_gives_what_the_text_gives(threads: int, stress: dict[str, np.ndarray], examples: Path) -> None:
    """Flipped bytes: the kernels stop exactly where the textbook decoder stops, and else decode the same garbage."""
    rng = np.random.default_rng(threads)
    levels, coded = stress["sigma_idx"][:400], stress["mask"][:400]
    unit = encode_residual(stress["values"][:400], levels, coded, threads)
    with_sizes = [len(part) for part in threads_of(unit, threads)]
    outcomes = set()
    for _ in range(60):
        damaged = bytearray(unit)
        low = len(unit) - sum(with_sizes)
        damaged[int(rng.integers(low, len(unit)))] ^= int(rng.integers(1, 256))
        parts = split(bytes(damaged), with_sizes)
        if any(part[-1] == 0 for part in parts):
            continue
        try:
            values, intact = decode_run(parts, levels.tolist(), coded.tolist(), examples)
            expected = "range" if any(not -32768 <= v <= 32767 for v in values) else "values" if intact else "check"
        except Underflow:
            expected = "underflow"
        outcomes.add(expected)
        try:
            decoded = decode_residual(bytes(damaged), levels, coded, threads, strict=False)
            assert expected in {"values", "check"}
            assert decoded.tolist() == values
        except BitStackUnderflow:
            assert expected == "underflow"
        except CodestreamError as error:
            assert error.code == "RD0207"
            assert expected in {"range", "underflow"}
    assert {"check", "underflow"} & outcomes


@pytest.mark.parametrize("threads", THREADS)
def test_every_truncation_is_an_error(threads: int, stress: dict[str, np.ndarray]) -> None:
    levels, coded = stress["sigma_idx"][:200], stress["mask"][:200]
    unit = encode_residual(stress["values"][:200], levels, coded, threads)
    for size in range(len(unit)):
        with pytest.raises(CodestreamError):
            decode_residual(unit[:size], levels, coded, threads)
