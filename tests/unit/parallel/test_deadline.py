"""Time limits of calls, with an alarm and in a thread."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from refdec.parallel.deadline import within
from refdec.parallel.errors import FileTimeout

R = TypeVar("R")


def in_main_thread(call: Callable[[], R]) -> R:
    return call()


def in_other_thread(call: Callable[[], R]) -> R:
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(call).result()


@pytest.mark.parametrize("place", [in_main_thread, in_other_thread])
def test_a_call_in_time_gives_its_result_and_its_errors(place: Callable[[Callable[[], object]], object]) -> None:
    assert place(lambda: within(None, lambda: 5)) == 5
    assert place(lambda: within(30, lambda: 5)) == 5
    with pytest.raises(ZeroDivisionError):
        place(lambda: within(30, lambda: 1 // 0))


@pytest.mark.parametrize("place", [in_main_thread, in_other_thread])
def test_a_late_call_is_given_up(place: Callable[[Callable[[], object]], object]) -> None:
    release = threading.Event()
    with pytest.raises(FileTimeout, match=r"not finished after 0\.05 s"):
        place(lambda: within(0.05, release.wait))
    release.set()


def test_an_alarm_unwinds_the_call_and_is_put_away() -> None:
    before = signal.getsignal(signal.SIGALRM)
    unwound = threading.Event()

    def call() -> None:
        try:
            time.sleep(30)
        finally:
            unwound.set()

    with pytest.raises(FileTimeout):
        within(0.01, call)
    assert unwound.is_set()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
