"""Signals that come while LLVM works wait for their turn, and are not lost."""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator

import pytest

from refdec import jit
from refdec.kernel_interrupts import interrupts_later
from refdec.parallel.signals import Terminated, orderly_sigterm

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def handlers_stay() -> Iterator[None]:
    before = [signal.getsignal(number) for number in NUMBERS]
    yield
    assert [signal.getsignal(number) for number in NUMBERS] == before


def test_an_interrupt_is_heard_at_the_end() -> None:
    done = False
    with pytest.raises(KeyboardInterrupt), interrupts_later():
        signal.raise_signal(signal.SIGINT)
        done = True
    assert done


def test_so_is_one_that_is_orderly() -> None:
    with pytest.raises(Terminated), orderly_sigterm(), interrupts_later():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)


def test_an_error_of_the_block_gives_way_to_the_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt) as caught, interrupts_later():
        signal.raise_signal(signal.SIGINT)
        raise ValueError("nothing was compiled")
    assert isinstance(caught.value.__context__, ValueError)


def test_what_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_later():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_compile_too() -> None:
    ended = list[int]()

    def block() -> None:
        with interrupts_later():
            ended.append(1)

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert ended == [1]


@pytest.mark.skipif(jit.is_disabled(), reason="kernels are not compiled in this run")
def test_an_interrupt_within_llvm_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    """Found: `Exception ignored on calling ctypes callback function`, and a bug of refdec (exit code 70).

    What compiles stands for Numba, and calls back as LLVM does.
    """
    called_back = list[str]()

    class Dispatcher:
        def compile(self, signature: str) -> None:
            back = ctypes.CFUNCTYPE(None)(self.compiled)
            back()
            assert called_back, "no compiled object yet"

        def compiled(self) -> None:
            signal.raise_signal(signal.SIGINT)
            called_back.append("code")

    with pytest.raises(KeyboardInterrupt):
        jit._KernelFiles(test_other_threads_compile_too).compile(Dispatcher(), "int64(int64)")
    assert called_back == ["code"] and capfd.readouterr().err == ""
