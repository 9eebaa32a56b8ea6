"""Executors by dotted name."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from refdec.parallel.errors import BadExecutor
from refdec.parallel.executors import executor_named
from tests.unit.parallel import work


@pytest.mark.parametrize("name", ["concurrent.futures:ThreadPoolExecutor", "concurrent.futures.ThreadPoolExecutor"])
def test_a_class_is_made_and_shut_down(name: str) -> None:
    with executor_named(name, workers=3) as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor._max_workers == 3
        assert executor.submit(abs, -5).result() == 5
    with pytest.raises(RuntimeError, match="shutdown"):
        executor.submit(abs, -5)


def test_a_process_pool() -> None:
    with executor_named("concurrent.futures:ProcessPoolExecutor", workers=1) as executor:
        assert isinstance(executor, ProcessPoolExecutor)
        assert executor.submit(abs, -5).result() == 5


def test_a_factory_is_called_and_its_executor_shut_down() -> None:
    with executor_named("tests.unit.parallel.work:two_threads", workers=7) as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor._max_workers == 2
    with pytest.raises(RuntimeError, match="shutdown"):
        executor.submit(abs, -5)


def test_an_instance_stays_open() -> None:
    for _ in range(2):
        with executor_named("tests.unit.parallel.work:an_instance") as executor:
            assert executor is work.an_instance
            assert executor.submit(abs, -5).result() == 5


def test_a_cluster_gives_its_client_and_that_its_executor() -> None:
    work.Cluster.closed.clear()
    with executor_named("tests.unit.parallel.work:Cluster", workers=2) as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor._max_workers == 2
        assert work.Cluster.closed == []
    assert work.Cluster.closed == ["client", "cluster"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "names no attribute"),
        ("threads", "names no attribute"),
        ("tests.unit.parallel.work:", "names no attribute"),
        ("no.such.module:x", "importing no.such.module failed with ModuleNotFoundError"),
        ("tests.unit.parallel.work:nothing", "tests.unit.parallel.work has no nothing"),
        ("tests.unit.parallel.work:two_threads.nothing", "has no two_threads.nothing"),
        ("tests.unit.parallel.work:not_an_executor", "it is int, no executor"),
        ("builtins:dict", "it is dict, no executor"),
        ("tests.unit.parallel.work:failing_factory", "making it failed with OSError: no scheduler"),
        ("tests.unit.parallel.work:look_up", "making it failed with TypeError"),
    ],
)
def test_bad_names(name: str, reason: str) -> None:
    with pytest.raises(BadExecutor, match=reason), executor_named(name):
        pass
