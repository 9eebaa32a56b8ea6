"""Decodes in threads of one process: the same integers, nothing left behind, errors that pass between processes."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import multiprocessing
import os
import pickle
import pkgutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import threadpoolctl

import refdec
from refdec.decoding.whole import decode_codestream
from refdec.errors import BitOffset, RefdecError
from refdec.trace.fingerprints import Fingerprints
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "golden" / "vectors"
CASES = ("bop_off_64x64", "sop_off_m2", "bop_tools_on", "bop_qmap_noise", "hop_off_odd149x111", "bop_yuv420_67x65_note")


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def prints_of(case: str) -> dict[str, str]:
    seen = Fingerprints()
    decode_codestream((VECTORS / f"{case}.jai").read_bytes(), pack(), observe=seen)
    return dict(seen.sha256)


def everything() -> dict[str, dict[str, str]]:
    """Decode all cases twice in four threads, all at once, with networks that no thread has built before."""
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(prints_of, CASES * 2))
    assert found[: len(CASES)] == found[len(CASES) :]
    return dict(zip(CASES, found, strict=False))


def test_threads_give_the_integers_of_one_thread() -> None:
    assert everything() == {case: prints_of(case) for case in CASES}


def test_threads_may_be_the_first_to_decode_in_a_process() -> None:
    """Networks, tables and kernels are made when they are first wanted, here by four threads together."""
    code = "from tests.unit.test_threads import everything; import json; print(json.dumps(everything()))"
    paths = os.pathsep.join(str(ROOT / name) for name in (".", "spec_tables", "encoders", "tasks"))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    import json

    assert json.loads(done.stdout) == {case: prints_of(case) for case in CASES}


def blas_threads() -> list[int]:
    return [row["num_threads"] for row in threadpoolctl.threadpool_info() if row["user_api"] == "blas"]


def test_overlapping_decodes_leave_the_hosts_blas_as_it_was() -> None:
    """Found by review: the second of two overlapping decodes restored the one thread that the first had set."""
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        before = blas_threads()
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(prints_of, CASES * 2))
        assert blas_threads() == before


def test_a_decode_that_fails_leaves_the_hosts_blas_as_it_was() -> None:
    data = bytearray((VECTORS / "bop_off_64x64.jai").read_bytes())
    data[-40] ^= 255
    before = blas_threads()
    with pytest.raises(RefdecError):
        decode_codestream(bytes(data), pack())
    assert blas_threads() == before


def test_an_interrupt_ends_a_decode_and_leaves_nothing() -> None:
    """SIGINT arrives as KeyboardInterrupt, between two kernels at the latest; BLAS has its threads again."""
    before = blas_threads()
    began = threading.Event()

    def strike() -> None:
        began.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    striker = threading.Thread(target=strike)
    striker.start()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(2000):
            decode_codestream(
                (VECTORS / "bop_off_64x64.jai").read_bytes(), pack(), observe=lambda stage, array: began.set()
            )
            time.sleep(0)
    striker.join()
    assert blas_threads() == before
    assert refdec.decode(VECTORS / "bop_off_64x64.jai", weights=pack()).array.shape == (64, 64, 3)


DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"


def sum_of(workers: int) -> str:
    """Return the sum of a picture that threads share, or one that processes would, in a process of somebody else."""
    return hashlib.sha256(refdec.decode(DEMO, workers=workers).array.tobytes()).hexdigest()


def test_threads_that_have_threads_of_their_own_to_help_give_the_same() -> None:
    before, alone = threading.active_count(), sum_of(1)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(sum_of, (2, 3, 1, 5, 2, 2))) == {alone}
    assert threading.active_count() == before


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_of_somebody_elses_pool_decode(start: str) -> None:
    """They are daemons, which may have no children: threads share the picture there."""
    if start not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no such workers")
    with multiprocessing.get_context(start).Pool(2) as pool:
        assert set(pool.map_async(sum_of, (2, 1, 3)).get(120)) == {sum_of(1)}


LEAVES = """
import sys, threading, time, refdec
began = threading.Event()
def work():
    while True:
        refdec.decode(sys.argv[1], workers=int(sys.argv[2]))
        began.set()
threading.Thread(target=work, daemon=True).start()
began.wait()
time.sleep(float(sys.argv[3]))
"""


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.1])
def test_a_process_may_end_while_a_daemon_thread_decodes(workers: int, seconds: float) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVES, str(DEMO), str(workers), str(seconds)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def error_classes() -> list[type[RefdecError]]:
    """Return every error class of the package, those of optional modules left out."""
    for found in pkgutil.walk_packages(refdec.__path__, "refdec."):
        if found.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(found.name)
        except ImportError:
            continue

    def below(kind: type[RefdecError]) -> Iterator[type[RefdecError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    return sorted({kind for kind in below(RefdecError) if kind.__module__.startswith("refdec.")}, key=str)


def sample_of(kind: type[RefdecError]) -> RefdecError:
    """Return an error of a class with made-up data of about the types that its constructor says."""
    values: dict[str, Any] = {"int": 3, "float": 1.5, "str": "text", "bytes": b"ab", "bool": True}
    arguments: dict[str, Any] = {}
    positional: list[Any] = []
    own = inspect.signature(kind).parameters if inspect.isfunction(kind.__init__) else {}
    for name, parameter in own.items():
        text = str(parameter.annotation)
        value = BitOffset(17) if name == "at" else values.get(text.partition(" |")[0], (1, 2, 3))
        if parameter.kind is parameter.KEYWORD_ONLY:
            arguments[name] = value
        elif parameter.kind is not parameter.VAR_POSITIONAL and parameter.kind is not parameter.VAR_KEYWORD:
            positional.append(value)
    try:
        return kind(*positional, **arguments)
    except Exception:  # made-up data that a constructor does not take: the data alone must travel
        error = kind.__new__(kind, *positional)
        vars(error).update(arguments)
        return error


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: f"{kind.code}-{kind.__name__}")
def test_every_error_passes_between_processes(kind: type[RefdecError]) -> None:
    error = sample_of(kind)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.args, vars(again)) == (error.args, vars(error))
    assert (again.code, again.exit_code) == (kind.code, kind.exit_code)
