"""Signals that come while LLVM works wait for their turn, and are not lost."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from llvmlite import binding as llvm

from refdec import kernel_choices, kernel_files
from refdec.kernel_interrupts import _is_linking, interrupts_later
from refdec.parallel.signals import Terminated, orderly_sigterm

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def handlers_stay() -> Iterator[None]:
    before = [signal.getsignal(number) for number in NUMBERS]
    yield
    assert [signal.getsignal(number) for number in NUMBERS] == before


def called_by_llvm(work: Callable[[], object]) -> object:
    """Call work from where LLVM is called."""
    within: dict[str, Any] = {"__name__": "llvmlite.binding.executionengine"}
    exec("def finalize_object(work): return work()", within)
    return within["finalize_object"](work)


def test_an_interrupt_before_the_last_step_is_heard_at_once() -> None:
    done = list[int]()
    with pytest.raises(KeyboardInterrupt), interrupts_later():
        signal.raise_signal(signal.SIGINT)
        done.append(1)
    assert done == []


def test_one_within_it_is_heard_at_the_end() -> None:
    done = list[int]()
    with pytest.raises(KeyboardInterrupt), interrupts_later():
        called_by_llvm(lambda: signal.raise_signal(signal.SIGINT))
        done.append(1)
    assert done == [1]


def test_so_is_one_that_is_orderly() -> None:
    with pytest.raises(Terminated), orderly_sigterm(), interrupts_later():
        called_by_llvm(lambda: signal.raise_signal(signal.SIGTERM))
        called_by_llvm(lambda: signal.raise_signal(signal.SIGTERM))


def test_an_error_of_the_block_gives_way_to_the_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt) as caught, interrupts_later():
        called_by_llvm(lambda: signal.raise_signal(signal.SIGINT))
        raise ValueError("nothing was compiled")
    assert isinstance(caught.value.__context__, ValueError)


def test_what_is_ignored_stays_ignored() -> None:
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


@pytest.mark.skipif(kernel_choices.is_disabled(), reason="kernels are not compiled in this run")
def test_an_interrupt_within_llvm_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    """Found: `Exception ignored on calling ctypes callback function`, and a bug of refdec (exit code 70).

    What compiles stands for Numba, and calls back as LLVM does.
    """
    called_back = list[str]()

    class Dispatcher:
        def compile(self, signature: str) -> None:
            back = ctypes.CFUNCTYPE(None)(self.compiled)
            called_by_llvm(back)
            assert called_back, "no compiled object yet"

        def compiled(self) -> None:
            signal.raise_signal(signal.SIGINT)
            called_back.append("code")

    with pytest.raises(KeyboardInterrupt):
        kernel_files.KernelFiles(test_other_threads_compile_too).compile(Dispatcher(), "int64(int64)")
    assert called_back == ["code"] and capfd.readouterr().err == ""


@pytest.mark.skipif(kernel_choices.is_disabled(), reason="kernels are not compiled in this run")
def test_llvm_hands_over_its_code_from_there() -> None:
    """An interrupt there would be lost: the module that is looked for is the one that calls and is called back."""
    seen = list[bool]()

    def look(module: object, code: bytes) -> None:
        seen.append(_is_linking(sys._getframe()))

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly("define i32 @one() { ret i32 1 }"), target)
    engine.set_object_cache(look)
    engine.finalize_object()
    assert seen == [True]
