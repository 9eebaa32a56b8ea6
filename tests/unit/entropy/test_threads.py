"""Thread directory, bit stacks and final check (2.2, 2.3, 2.10)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from refdec.entropy.errors import IntegrityCheckFailed, ThreadDirectoryPadding, ThreadSizeImpossible
from refdec.entropy.threads import open_stacks, read_sizes, write_unit
from refdec.errors import BitOffset


def test_example_2_12_2_directory_of_four_threads() -> None:
    threads = [bytes.fromhex(t) for t in ("0b00003a3e", "002f00fefefd03", "44faf71f", "09f01f")]
    unit = write_unit(threads)
    assert unit[:2].hex() == "6780"
    assert read_sizes(unit, 4) == (2, 5, 7, 4, 3)


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16])
def test_directory_of_mans_residual(threads: int, examples: Path) -> None:
    with np.load(examples / "mans_residual.npz") as golden:
        unit = golden[f"substream_T{threads}"].tobytes()
        sizes = golden[f"sizes_T{threads}"].tolist()
        payload = golden[f"payload_T{threads}"].tobytes()
    directory, *read = read_sizes(unit, threads)
    assert read == sizes
    assert unit[directory:] == payload
    starts = np.cumsum([0, *sizes])
    assert write_unit([payload[a:b] for a, b in pairwise(starts)]) == unit


def test_example_2_12_1_initial_states() -> None:
    stacks = open_stacks(bytes.fromhex("903d28"), 1)
    assert stacks.states.tolist() == [65, 236]
    assert stacks.bits_left.tolist() == [5]


def test_example_2_12_2_initial_states() -> None:
    stacks = open_stacks(bytes.fromhex("000b0088f205c0dfff7fcdf9bfbf7e"), 1)
    assert stacks.states.tolist() == [250, 254]
    assert stacks.bits_left.tolist() == [102]


@pytest.mark.parametrize("sizes", [(2, 2), (300, 2), (2, 300), (2, 5, 70, 1000), (9,) * 16])
def test_sizes_survive_the_round_trip(sizes: tuple[int, ...]) -> None:
    unit = write_unit([bytes(size - 1) + b"\x01" for size in sizes])
    assert read_sizes(unit, len(sizes))[1:] == sizes


def test_sizes_that_do_not_add_up() -> None:
    # delta -3 of two threads in 4 bytes: sizes 5 and -1
    unit = bytes([0b00111_000]) + bytes(4)
    with pytest.raises(ThreadSizeImpossible) as caught:
        read_sizes(unit, 2)
    assert (caught.value.thread, caught.value.size) == (1, -1)


def test_lenient_reader_ignores_padding_bits() -> None:
    unit = bytes.fromhex("810c0ab007")
    with pytest.raises(ThreadDirectoryPadding):
        read_sizes(unit, 2)
    assert read_sizes(unit, 2, strict=False) == (1, 2, 2)


def test_final_check_says_where() -> None:
    stacks = open_stacks(bytes.fromhex("800001fe01"), 2, at=BitOffset.of_byte(100))
    with pytest.raises(IntegrityCheckFailed) as caught:
        stacks.require_finished()
    assert (caught.value.thread, caught.value.states, str(caught.value.at)) == (1, (254,), "103.0")
