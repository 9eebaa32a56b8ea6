"""Threads that share the work of a layer: each part is done once, by whoever, and nothing outlives the block."""

from __future__ import annotations

import threading
import time

import pytest

from refdec.networks.sharing import in_parts, shared_by, sharing_threads


def test_alone_the_work_is_one_part() -> None:
    assert in_parts(lambda begin, end: (begin, end), 7) == [(0, 7)]
    with shared_by(1):
        assert in_parts(lambda begin, end: (begin, end), 7) == [(0, 7)]
    assert sharing_threads() == 1


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40, 1001])
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("least", [1, 16])
def test_parts_are_the_whole_in_order(count: int, threads: int, least: int) -> None:
    with shared_by(threads):
        assert sharing_threads() == threads
        parts = in_parts(lambda begin, end: list(range(begin, end)), count, least)
    assert [n for part in parts for n in part] == list(range(count))
    assert len(parts) == 1 or min(len(part) for part in parts) >= least


def test_all_threads_work_and_end() -> None:
    before = threading.active_count()
    seen: set[int] = set()
    meet = threading.Barrier(3, timeout=30)

    def work(begin: int, end: int) -> None:
        if threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            meet.wait()

    with shared_by(3):
        in_parts(work, 12)
    assert len(seen) == 3
    assert threading.active_count() == before


def test_work_within_work_is_done_by_its_thread() -> None:
    """Else helpers would wait for helpers."""
    with shared_by(2):
        inner = in_parts(lambda begin, end: in_parts(lambda a, b: threading.get_ident(), 100), 8)
    assert all(len(one) == 1 for one in inner)


@pytest.mark.parametrize("wrong", [0, 7])
def test_a_part_that_fails_is_heard_when_all_have_stopped(wrong: int) -> None:
    running = []

    def work(begin: int, end: int) -> None:
        running.append(1)
        try:
            if begin == wrong:
                raise ValueError(f"part {begin}")
            time.sleep(0.01)
        finally:
            running.pop()

    with shared_by(2):
        with pytest.raises(ValueError, match=f"part {wrong}"):
            in_parts(work, 8)
        assert not running
        assert in_parts(lambda begin, end: end - begin, 8) == [1] * 8


def test_other_threads_share_nothing() -> None:
    with shared_by(2):
        found: list[int] = []
        other = threading.Thread(target=lambda: found.append(sharing_threads()))
        other.start()
        other.join()
    assert found == [1]
