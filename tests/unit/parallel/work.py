"""Small work functions and states for pools and batches; at the top of a module, so that they can be pickled."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import threadpoolctl

from refdec.errors import BitOffset, CodestreamError
from refdec.parallel.outcomes import Job
from refdec.parallel.pool import ProcessPool
from refdec.parallel.shared import SharedArray

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class State:
    """A stand-in for weights and planes."""

    weights: npt.NDArray[np.int64]
    plane: SharedArray


def pids(pool: ProcessPool[Any]) -> tuple[int, ...]:
    """The process ids of a pool's workers."""
    return tuple(process.pid for process in pool._crew.processes if process.pid is not None)


def small_state() -> State:
    return State(np.arange(1000), SharedArray((8, 12), np.int32))


class Broken(CodestreamError):
    """An error whose constructor takes something else than its args."""

    code, clause = "RD0999", "1.2"

    def __init__(self, unit: int, *, at: BitOffset) -> None:
        super().__init__(unit)
        self.unit, self.at = unit, at

    def explain(self) -> str:
        return f"Unit {self.unit} is broken."


class Untransportable(Exception):
    """Cannot be pickled."""

    def __init__(self) -> None:
        super().__init__(threading.Lock())


# functions of pools ---------------------------------------------------------------------------------------------------


def look_up(state: State, unit: int) -> int:
    return int(state.weights[unit])


def look_up_after_a_while(state: State, unit: int) -> tuple[int, int]:
    time.sleep((unit * 7919 % 5) / 1000)
    return unit, int(state.weights[unit])


def fill(state: State, unit: Rectangle) -> None:
    x, y, w, h = unit
    rows, columns = np.mgrid[y : y + h, x : x + w]
    state.plane.array[y : y + h, x : x + w] = 100 * rows + columns


def own_pid(state: Any, unit: int) -> int:
    time.sleep(0.01)
    return os.getpid()


def break_from_three(state: Any, unit: int) -> int:
    if unit == 3:
        time.sleep(0.05)  # so that the later failures are known first
    if unit >= 3:
        raise Broken(unit, at=BitOffset(8 * unit))
    return unit


def fail_without_pickle(state: Any, unit: int) -> int:
    raise Untransportable


def divide(state: Any, unit: int) -> int:
    return 1 // unit


def nap(state: Any, unit: float) -> float:
    time.sleep(unit)
    return unit


def note(state: list[int], unit: int) -> int:
    state.append(unit)
    return unit


def wait_for(state: threading.Event, unit: int) -> int:
    state.wait()
    return unit


def die_at_two(state: Any, unit: int) -> int:
    if unit == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return unit


def leave(state: Any, unit: int) -> int:
    os._exit(unit)


def blas_threads(state: Any, unit: int) -> list[int]:
    return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]


def maps(state: Any, unit: int) -> str:
    return Path("/proc/self/maps").read_text()


def signal_state(state: Any, unit: int) -> tuple[bool, bool]:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN, bool(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


def writable(state: State, unit: int) -> tuple[bool, bool]:
    return state.weights.flags.writeable, state.plane.array.flags.writeable


def lambda_result(state: Any, unit: int) -> Any:
    return lambda: unit


# functions of batches -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Any]:
    """Write by an atomic rename, as the writers of formats do."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            yield file
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def upper(job: Job) -> Mapping[str, Any]:
    data = job.input.read_bytes()
    assert job.output is not None
    with whole_file(job.output) as file:
        file.write(data.upper())
    return {"letters": len(data)}


def obey(job: Job) -> Mapping[str, Any] | None:
    """Do what the file says."""
    order, _, value = job.input.read_text().partition(" ")
    match order:
        case "break":
            raise Broken(7, at=BitOffset(24))
        case "bug":
            raise IndexError("a bug")
        case "missing":
            (job.input.parent / "no such file").read_bytes()
        case "memory":
            raise MemoryError
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "lock":
            return {"lock": threading.Lock()}
        case "stuck":
            signal.signal(signal.SIGALRM, signal.SIG_IGN)  # as native code that never returns
            time.sleep(60)
        case "sleep":
            if job.output is None:
                time.sleep(float(value))
            else:
                with whole_file(job.output) as file:
                    file.write(b"begun")
                    file.flush()
                    time.sleep(float(value))
    return {"order": order, "pid": os.getpid()}


def write_much(job: Job) -> None:
    assert job.output is not None
    with whole_file(job.output) as file:
        for _ in range(64):
            file.write(bytes(4096))


# executors ------------------------------------------------------------------------------------------------------------


def two_threads() -> Executor:
    return ThreadPoolExecutor(2)


class Cluster:
    """Looks like a cluster of dask.distributed, and keeps a record of what is closed."""

    closed: ClassVar[list[str]] = []

    def __init__(self, n_workers: int = 1) -> None:
        self.n_workers = n_workers

    def get_client(self) -> Client:
        return Client(self.n_workers)

    def close(self) -> None:
        self.closed.append("cluster")


class Client:
    """Looks like a client of dask.distributed."""

    def __init__(self, n_workers: int) -> None:
        self.executor = ThreadPoolExecutor(n_workers)

    def get_executor(self) -> Executor:
        return self.executor

    def close(self) -> None:
        self.executor.shutdown()
        Cluster.closed.append("client")


def failing_factory() -> Executor:
    raise OSError("no scheduler at this address")


an_instance = ThreadPoolExecutor(1)
not_an_executor = 5
