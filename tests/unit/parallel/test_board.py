"""The board: a ring of slots, and a pipe of numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from refdec.parallel.board import MOST_SLOTS, Board
from refdec.parallel.errors import UnitTooLarge


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def test_units_come_out_in_order_and_once(pipe: tuple[int, int]) -> None:
    board, (reading, writing) = Board(3), pipe
    for sequence in range(3):
        board.post(sequence, b"unit %d" % sequence, writing)
    assert board.claim(1) is None
    assert [board.take(worker, reading) for worker in (5, 6, 7)] == [(n, b"unit %d" % n) for n in range(3)]
    claim = board.claim(1)
    assert claim is not None and claim.worker == 6 and claim.since_us > 0
    board.post(3, b"in the first slot", writing)
    assert board.claim(3) is None
    os.close(writing)
    assert board.take(5, reading) == (3, b"in the first slot")
    assert board.take(5, reading) is None


def test_a_full_board_fits_into_the_pipe(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    board = Board(MOST_SLOTS)
    for sequence in range(MOST_SLOTS):
        board.post(sequence, b"", pipe[1])
    os.close(pipe[1])


def test_longest_unit(pipe: tuple[int, int]) -> None:
    board, (reading, writing) = Board(1), pipe
    board.post(0, bytes(range(256)) * 16, writing)
    assert board.take(0, reading) == (0, bytes(range(256)) * 16)
    with pytest.raises(UnitTooLarge) as caught:
        board.post(1, bytes(4097), writing)
    assert (caught.value.size, caught.value.room) == (4097, 4096)
    os.close(writing)


@pytest.mark.parametrize("slots", [0, MOST_SLOTS + 1])
def test_size_of_a_board(slots: int) -> None:
    with pytest.raises(ValueError, match="board"):
        Board(slots)
