"""Products have one thread of BLAS in whatever thread they are made, and the program finds its own number afterwards.

Only states are looked at, never times: the numbers that are seen inside a product, and after it.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from refdec.decoding.rows import open_stream
from refdec.decoding.whole import decode_codestream
from refdec.networks import blas_threads
from refdec.networks.blas_threads import Library, OneThread, product
from refdec.parallel.pool import open_pool
from refdec.parallel.threads import ThreadPool
from refdec.weights.seeded import seeded_pack

DATA = (Path(__file__).resolve().parents[2] / "golden" / "vectors" / "bop_off_64x64.jai").read_bytes()
A, B = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
real_matmul = np.matmul


class Shared:
    """A library with one number for the whole process, like OpenBLAS; `sets` counts how often it is set."""

    def __init__(self, number: int) -> None:
        self.number, self.sets = number, 0

    def get(self) -> int:
        return self.number

    def set(self, number: int) -> None:
        self.number, self.sets = number, self.sets + 1

    def library(self, *, known: bool = True) -> Library:
        return Library(self.get, self.set, shared=True if known else None)


class Own(threading.local):
    """A library with a number for each thread, like OpenMP."""

    number = 8

    def get(self) -> int:
        return self.number

    def set(self, number: int) -> None:
        self.number = number

    def library(self) -> Library:
        return Library(self.get, self.set)


@contextmanager
def seen_inside(monkeypatch: pytest.MonkeyPatch, look: Callable[[], Any]) -> Iterator[list[Any]]:
    """Note what `look` sees inside each product."""
    seen: list[Any] = []

    def matmul(*arguments: Any, **more: Any) -> Any:
        seen.append(look())
        return real_matmul(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(np, "matmul", matmul)
        yield seen


def numbers() -> tuple[int, ...]:
    """Return what the libraries of this process say."""
    found = threadpoolctl.threadpool_info()
    return tuple(row["num_threads"] for row in found if row["user_api"] == "blas")


class Held:
    """Products in threads of their own, each of which ends when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, blas: OneThread, look: Callable[[], int]) -> None:
        self.inside: dict[int, int] = {}
        self._blas, self._look = blas, look
        self._began = [threading.Event() for _ in range(3)]
        self._go = [threading.Event() for _ in range(3)]
        self._threads: dict[int, threading.Thread] = {}
        self._mine = threading.local()
        monkeypatch.setattr(np, "matmul", self._matmul)

    def _matmul(self, *arguments: Any, **more: Any) -> Any:
        n = getattr(self._mine, "n", None)
        if n is not None:
            self._began[n].set()
            assert self._go[n].wait(60)
            self.inside[n] = self._look()
        return real_matmul(*arguments, **more)

    def _run(self, n: int) -> None:
        self._mine.n = n
        self._blas.product(A, B)

    def begin(self, n: int) -> None:
        self._threads[n] = threading.Thread(target=self._run, args=(n,))
        self._threads[n].start()
        assert self._began[n].wait(60)

    def end(self, n: int) -> None:
        self._go[n].set()
        self._threads[n].join()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_products_that_overlap_end_in_any_order(order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Shared(8)
    held = Held(monkeypatch, OneThread(lambda: (fake.library(),)), fake.get)
    for n in range(3):
        held.begin(n)
    for n in order:
        assert fake.number == 1
        held.end(n)
    assert held.inside == {0: 1, 1: 1, 2: 1}
    assert fake.number == 8


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_so_they_do_where_each_thread_has_a_number(order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Own()
    held = Held(monkeypatch, OneThread(lambda: (fake.library(),)), fake.get)
    for n in range(3):
        held.begin(n)
    for n in order:
        held.end(n)
    assert held.inside == {0: 1, 1: 1, 2: 1}
    assert fake.number == 8


def test_a_number_of_the_process_is_told_from_one_of_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known beforehand is tried once, and the number stands again after the trial."""
    fake = Shared(8)
    held = Held(monkeypatch, OneThread(lambda: (fake.library(known=False),)), fake.get)
    held.begin(0)
    held.begin(1)
    held.end(0)
    assert fake.number == 1
    held.end(1)
    assert fake.number == 8


def test_a_number_that_the_program_sets_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Shared(8)
    held = Held(monkeypatch, OneThread(lambda: (fake.library(),)), fake.get)
    held.begin(0)
    fake.set(4)
    held.end(0)
    assert fake.number == 4
    held.begin(1)
    fake.set(6)
    held.begin(2)
    assert fake.number == 1
    held.end(1)
    held.end(2)
    assert fake.number == 6


def test_where_one_thread_is_set_already_nothing_is_set() -> None:
    fake = Shared(1)
    blas = OneThread(lambda: (fake.library(),))
    assert (blas.product(A, B) == A @ B).all()
    assert fake.sets == 0


def test_without_a_library_products_are_made_all_the_same() -> None:
    out = np.empty((2, 4))
    assert OneThread(tuple).product(A, B, out) is out
    assert (out == A @ B).all()


def test_a_product_that_fails_leaves_nothing() -> None:
    fake = Shared(8)
    with pytest.raises(ValueError):
        OneThread(lambda: (fake.library(),)).product(A, A)
    assert fake.number == 8


def test_what_an_interrupt_leaves_undone_the_next_product_makes_good() -> None:
    """An interrupt may come while the number is being restored; here it comes instead of that."""
    fake = Shared(8)
    blas = OneThread(lambda: (Library(fake.get, interrupted),))

    def interrupted(number: int) -> None:
        if number > 1 and fake.sets < 3:
            fake.sets += 1
            raise KeyboardInterrupt
        fake.set(number)

    blas = OneThread(lambda: (Library(fake.get, interrupted, shared=True),))
    with pytest.raises(KeyboardInterrupt):
        blas.product(A, B)
    assert fake.number == 1
    fake.sets = 3
    blas.product(A, B)
    assert fake.number == 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("ours", [False, True])
def test_a_fork_during_a_product(ours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child of the program finds the program's number; a worker of ours finds one, and never starts threads."""
    fake = Shared(8)
    blas = OneThread(lambda: (fake.library(),))
    held = Held(monkeypatch, blas, fake.get)
    held.begin(0)
    if ours:
        with blas.single_threaded_children():
            blas.before_fork()
            inherited = fake.number
            blas.after_fork()
    else:
        blas.before_fork()
        inherited = fake.number
        blas.after_fork()
    assert inherited == (1 if ours else 8)
    assert fake.number == 1
    held.end(0)
    assert fake.number == 8
    blas.before_fork()
    blas.forget()
    blas.product(A, B)
    assert fake.number == 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_real_child_finds_the_programs_number() -> None:
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        product(A, B)
        child = os.fork()
        if child == 0:
            os._exit(max(numbers(), default=2))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        assert set(numbers()) <= {2}


def test_decodes_in_any_thread_leave_blas_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found: after a decode in the main thread, threadpoolctl set nothing for any other thread.  Now none is needed."""
    pack = seeded_pack(1)
    before = numbers()
    with seen_inside(monkeypatch, numbers) as seen:
        decode_codestream(DATA, pack)
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(lambda _: decode_codestream(DATA, pack), range(6)))
    assert seen == []
    assert numbers() == before


def test_a_host_that_sets_a_limit_finds_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of the host, in its main thread, around decodes in others and in its own."""
    pack = seeded_pack(1)
    before = numbers()
    with threadpoolctl.threadpool_limits(2, user_api="blas"), seen_inside(monkeypatch, numbers) as seen:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda _: decode_codestream(DATA, pack), range(4)))
            assert set(numbers()) <= {2}
        decode_codestream(DATA, pack)
        assert set(numbers()) <= {2}
    assert seen == []
    assert numbers() == before


def test_a_decode_that_is_never_finished_holds_nothing() -> None:
    before = numbers()
    bands = open_stream(DATA, seeded_pack(1)).bands()
    next(bands)
    assert numbers() == before
    bands.close()


@pytest.mark.parametrize("kind", ["inline", "threads", "fork"])
def test_one_thread_in_every_kind_of_pool(kind: Any) -> None:
    if kind == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    before = numbers()
    with open_pool(None, workers=1 if kind == "inline" else 2, kind=kind) as pool:
        inside = list(pool.map(product_and_numbers, range(4)))
    assert {number for row in inside for number in row} <= {1}
    assert numbers() == before


def product_and_numbers(state: None, unit: int) -> tuple[int, ...]:
    """Return the numbers inside a product, seen by the function that multiplies."""
    seen: list[tuple[int, ...]] = []

    def matmul(*arguments: Any, **more: Any) -> Any:
        seen.append(numbers())
        return real_matmul(*arguments, **more)

    patch = pytest.MonkeyPatch()
    patch.setattr(np, "matmul", matmul)
    try:
        product(A, B)
    finally:
        patch.undo()
    return seen[0] if seen else numbers()


def test_a_pool_of_threads_holds_nothing_between_units() -> None:
    with threadpoolctl.threadpool_limits(2, user_api="blas"), ThreadPool(None, workers=2) as pool:
        list(pool.map(product_and_numbers, range(4)))
        assert set(numbers()) <= {2}


def test_openblas_is_set_by_its_own_functions() -> None:
    """Those of threadpoolctl do nothing in most threads."""
    found = [row for row in threadpoolctl.threadpool_info() if row["internal_api"] == "openblas"]
    if not any(row["threading_layer"] == "pthreads" for row in found):
        pytest.skip("NumPy has another BLAS here")
    assert any(library.shared for library in blas_threads._loaded())
