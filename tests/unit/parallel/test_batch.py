"""Batches: bounded, resumable, reported; on own processes and on executors."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from refdec.parallel.batch import BatchOptions, is_complete, run_batch
from refdec.parallel.errors import BadExecutor
from refdec.parallel.folders import folder_jobs
from refdec.parallel.outcomes import Job, Outcome, Status
from refdec.parallel.report import BatchReport
from tests.unit.parallel import work
from tests.unit.parallel.conftest import Program, wait_until

EXECUTORS: list[Any] = [
    None,
    "concurrent.futures:ThreadPoolExecutor",
    "concurrent.futures:ProcessPoolExecutor",
    "tests.unit.parallel.work:two_threads",
]
OWN = BatchOptions(workers=2, start="fork")


def fill(folder: Path, *texts: str) -> Path:
    (folder / "in").mkdir()
    for index, text in enumerate(texts):
        (folder / "in" / f"{index}.txt").write_text(text)
    return folder


def jobs_of(folder: Path) -> Iterator[Job]:
    return folder_jobs(folder / "in", [".txt"], out=folder / "out", out_suffix=".out")


def entries(path: Path) -> list[dict[str, Any]]:
    return sorted((json.loads(line) for line in path.read_text().splitlines()), key=lambda entry: entry["index"])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_executor_gives_the_same_report(executor: Any, tmp_path: Path) -> None:
    fill(tmp_path, "a", "bb", "ccc", "dddd")
    options = BatchOptions(workers=2, executor=executor, sha256=True, start="fork" if executor is None else None)
    with BatchReport.open(tmp_path / "report.jsonl") as report:
        summary = run_batch(work.upper, jobs_of(tmp_path), options, report=report)
    assert (summary.exit_code, summary.files, summary.output_bytes) == (0, 4, 10)
    found = entries(tmp_path / "report.jsonl")
    assert all(entry.pop("seconds") > 0 for entry in found)
    assert found == [
        {
            "index": n,
            "input": str(tmp_path / "in" / f"{n}.txt"),
            "output": str(tmp_path / "out" / f"{n}.out"),
            "status": "done",
            "input_bytes": n + 1,
            "bytes": n + 1,
            "sha256": hashlib.sha256(text.upper().encode()).hexdigest(),
            "exit_code": 0,
            "details": {"letters": n + 1},
        }
        for n, text in enumerate(["a", "bb", "ccc", "dddd"])
    ]
    assert (tmp_path / "out" / "2.out").read_text() == "CCC"


def test_a_function_may_carry_its_state_and_be_no_module_level_function_under_fork(tmp_path: Path) -> None:
    fill(tmp_path, "a")
    seen = run_batch(functools.partial(lambda word, job: {"word": word}, "weights"), jobs_of(tmp_path), OWN)
    assert seen.statuses == {Status.DONE: 1}


def test_an_executor_of_the_caller_stays_open(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        assert run_batch(work.upper, jobs_of(fill(tmp_path, "a")), BatchOptions(executor=executor)).exit_code == 0
        assert executor.submit(abs, -5).result() == 5


def test_bad_files_do_not_stop_the_others(tmp_path: Path) -> None:
    fill(tmp_path, "go", "break", "die", "bug", "missing", "go")
    outcomes: list[Outcome] = []
    summary = run_batch(work.obey, jobs_of(tmp_path), OWN, watch=outcomes.append)
    assert summary.statuses == {Status.DONE: 2, Status.FAILED: 3, Status.LOST: 1}
    assert summary.codes == {"RD0999": 1, "RD0901": 1, "IndexError": 1, "ENOENT": 1}
    assert summary.exit_code == 70
    assert sorted(outcome.index for outcome in outcomes) == list(range(6))


def test_paths_of_the_report_are_those_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a")
    monkeypatch.chdir(tmp_path)
    outcomes: list[Outcome] = []
    run_batch(work.upper, jobs_of(Path()), OWN, watch=outcomes.append)
    assert [outcome.job for outcome in outcomes] == [Job(Path("in/0.txt"), Path("out/0.out"))]


def test_a_second_run_skips_what_is_complete(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b", "c", "d")
    assert run_batch(work.upper, jobs_of(tmp_path), OWN).statuses == {Status.DONE: 4}
    (tmp_path / "out" / "0.out").unlink()
    (tmp_path / "out" / "1.out").write_bytes(b"")
    newer = (tmp_path / "out" / "2.out").stat().st_mtime_ns + 10**9
    os.utime(tmp_path / "in" / "2.txt", ns=(newer, newer))
    outcomes: list[Outcome] = []
    summary = run_batch(work.upper, jobs_of(tmp_path), OWN, watch=outcomes.append)
    assert summary.statuses == {Status.DONE: 3, Status.SKIPPED: 1}
    assert [outcome.index for outcome in outcomes if outcome.status is Status.SKIPPED] == [3]
    again = BatchOptions(workers=1, resume=False, start="fork")
    assert run_batch(work.upper, jobs_of(tmp_path), again).statuses == {Status.DONE: 4}


def test_a_second_run_without_outputs_goes_by_the_report(tmp_path: Path) -> None:
    fill(tmp_path, "go", "break", "go")
    for expected in ({Status.DONE: 2, Status.FAILED: 1}, {Status.SKIPPED: 2, Status.FAILED: 1}):
        with BatchReport.open(tmp_path / "report.jsonl", resume=True) as report:
            jobs = folder_jobs(tmp_path / "in", [".txt"])
            assert run_batch(work.obey, jobs, OWN, report=report).statuses == expected


def test_complete_outputs(tmp_path: Path) -> None:
    job = Job(tmp_path / "a", tmp_path / "b")
    assert not is_complete(job)
    job.output.write_text("x")  # type: ignore[union-attr]
    assert is_complete(job)  # the input is gone, the output stays good
    assert not is_complete(Job(tmp_path / "a"))


@pytest.mark.parametrize(
    ("options", "most"),
    [
        (OWN, 2),
        (BatchOptions(executor="concurrent.futures:ThreadPoolExecutor", in_flight=5), 5),
        (BatchOptions(executor="concurrent.futures:ThreadPoolExecutor", workers=3), 6),
    ],
)
def test_jobs_are_drawn_one_by_one(options: BatchOptions, most: int, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("go")
    drawn, known, widest = 0, 0, 0

    def jobs() -> Iterator[Job]:
        nonlocal drawn
        for _ in range(60):
            drawn += 1
            yield Job(source)

    def watch(outcome: Outcome) -> None:
        nonlocal known, widest
        widest = max(widest, drawn - known)
        known += 1

    assert run_batch(work.obey, jobs(), options, watch=watch).statuses == {Status.DONE: 60}
    assert widest == most + 1  # one more is drawn than fits


def test_time_limit_of_a_file(tmp_path: Path) -> None:
    fill(tmp_path, "sleep 30", "sleep 0")
    options = BatchOptions(workers=1, timeout_s=0.1, start="fork")
    summary = run_batch(work.obey, jobs_of(tmp_path), options)
    assert summary.statuses == {Status.TIMEOUT: 1, Status.DONE: 1}
    assert names(tmp_path / "out") == ["1.out"]


def test_an_executor_that_breaks_ends_the_batch(tmp_path: Path) -> None:
    fill(tmp_path, "die", "go", "go", "go")
    options = BatchOptions(executor="concurrent.futures:ProcessPoolExecutor", workers=1, in_flight=1)
    summary = run_batch(work.obey, jobs_of(tmp_path), options)
    assert summary.statuses[Status.LOST] == 1
    assert summary.exit_code == 1
    assert "takes no more work" in summary.explain()


def test_an_error_of_the_jobs_ends_the_workers_and_comes_through(tmp_path: Path) -> None:
    def jobs() -> Iterator[Job]:
        yield from jobs_of(fill(tmp_path, "sleep 60"))
        raise LookupError

    with pytest.raises(LookupError):
        run_batch(work.obey, jobs(), OWN)
    assert names(tmp_path / "out") == []


def test_a_bad_name_is_refused_before_any_work(tmp_path: Path) -> None:
    def jobs() -> Iterator[Job]:
        raise AssertionError("no job is to be drawn")
        yield

    with pytest.raises(BadExecutor):
        run_batch(work.obey, jobs(), BatchOptions(executor="nothing:nothing"))


def test_handlers_of_the_host_are_put_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    during: list[object] = []
    fill(tmp_path, "a")
    run_batch(work.upper, jobs_of(tmp_path), OWN, watch=lambda outcome: during.append(signal.getsignal(signal.SIGTERM)))
    assert signal.getsignal(signal.SIGTERM) == before == signal.SIG_DFL
    assert during != [signal.SIG_DFL]


def test_a_batch_may_run_in_another_thread(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b")
    statuses: list[Any] = []
    options = BatchOptions(workers=1, timeout_s=5)  # spawned, because there are threads
    thread = threading.Thread(
        target=lambda: statuses.append(run_batch(work.upper, jobs_of(tmp_path), options).statuses)
    )
    thread.start()
    thread.join()
    assert statuses == [{Status.DONE: 2}]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_half_written(
    number: signal.Signals, program: Callable[..., Program], tmp_path: Path
) -> None:
    fill(tmp_path, "go", "sleep 60", "sleep 60", "go")
    process = program("batch", tmp_path)
    parts = (tmp_path / "out" / ".1.out.part", tmp_path / "out" / ".2.out.part")
    assert wait_until(lambda: all(part.exists() for part in parts))
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (128 + number, "")
    assert names(tmp_path / "out") == []
    assert f"Stopped: interrupted by {number.name}.  Run the same command again to go on." in out
    found = entries(tmp_path / "report.jsonl")
    assert [(entry["index"], entry["status"]) for entry in found] == [
        (0, "done"),
        (1, "interrupted"),
        (2, "interrupted"),
    ]


def test_workers_of_a_killed_batch_clean_up(program: Callable[..., Program], tmp_path: Path) -> None:
    fill(tmp_path, "sleep 60", "sleep 60")
    process = program("batch", tmp_path)
    parts = (tmp_path / "out" / ".0.out.part", tmp_path / "out" / ".1.out.part")
    assert wait_until(lambda: all(part.exists() for part in parts))
    process.kill()
    process.wait(30)
    assert wait_until(lambda: names(tmp_path / "out") == [])


def test_a_full_disk_ends_the_batch(program: Callable[..., Program], tmp_path: Path) -> None:
    """A batch of ten files of 256 KiB on a file system of 600 KiB, mounted for that process alone."""
    fill(tmp_path, *["much"] * 10)
    (tmp_path / "much").touch()
    (tmp_path / "out").mkdir()
    alone = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    mount = f'mount -t tmpfs -o size=600k none "{tmp_path / "out"}" && '
    if not shutil.which("unshare") or subprocess.run([*alone, mount + "true"], capture_output=True).returncode:
        pytest.skip("this system does not let us mount a small file system")
    process = program(
        "batch", tmp_path, before=(*alone, mount + f'"$@" && exit 99; code=$?; ls -A "{tmp_path}/out"; exit $code', "-")
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    assert "Stopped: [Errno 28] No space left on device" in out
    left = [line for line in out.splitlines() if line.endswith((".out", ".part"))]
    done = sum(" done None" in line for line in out.splitlines())
    assert len(left) == done
    assert done in (1, 2)
    assert not any(line.endswith(".part") for line in left)


def test_a_report_that_cannot_be_written_ends_the_batch(tmp_path: Path) -> None:
    """What is under way is finished, and counted; nothing more is begun."""
    fill(tmp_path, *"abcdefgh")
    outcomes: list[Outcome] = []
    with BatchReport.open("/dev/full") as report:
        summary = run_batch(work.upper, jobs_of(tmp_path), OWN, report=report, watch=outcomes.append)
    assert summary.exit_code == 1
    assert summary.stopped == "[Errno 28] No space left on device: '/dev/full'."
    assert summary.statuses == {Status.DONE: len(outcomes)} and 1 <= len(outcomes) <= 4
    assert len(names(tmp_path / "out")) == len(outcomes)
