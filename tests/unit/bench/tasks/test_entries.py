"""The table of benchmarks: every entry names a bundled task, and is left out, and said so, where it has no data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from refdec.bench.tasks import entries
from refdec.bench.tasks.entries import ENTRIES, TaskBench, folders_of, measured
from refdec.bench.tasks.figures import LATENTS, TaskRow
from refdec.bench.tasks.ground import Ground
from refdec.plugins.manager import installed

from .support import ground


def test_entries_have_a_name_each_and_many_are_of_bundled_tasks() -> None:
    names = [entry.task for entry in ENTRIES]
    assert len(set(names)) == len(names) and {"thumbnail", "retrieval", "events"} <= set(names) & set(
        installed(None).tasks
    )


def test_tasks_without_data_are_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(given: Ground, folder: Path) -> Iterator[TaskRow]:
        yield TaskRow("a", "share", LATENTS, str(folder), 50, 1.0, 1.0, 1)

    table = (TaskBench("events", "pictures", rows), TaskBench("thumbnail", "boxes", rows), TaskBench("a", "-", rows))
    monkeypatch.setattr(entries, "ENTRIES", table)
    said: list[str] = []
    given = ground((50,), 1)
    telling = Ground(given.pack, given.core, given.plugins, (50,), 1, say=said.append)
    assert [row.by for row in measured(telling, folders_of([f"events={tmp_path}"]))] == [str(tmp_path)]
    assert said == [
        "thumbnail: left out, no data (--data thumbnail=FOLDER: boxes)",
        "a: left out, no such task is installed",
    ]


def test_what_is_kept_is_not_called_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    given = ground((50,), 1)
    telling = Ground(given.pack, given.core, given.plugins, (50,), 1, say=said.append)
    names = ("enhance denoise, noise", "one network twice: segment")
    kept = [TaskRow(name, "share", LATENTS, "-", 50, 1.0, 1.0, 1) for name in names]
    assert list(measured(telling, {}, kept)) == []
    assert [line.split(":")[0] for line in said if "kept" in line] == ["enhance", "pair"]
    assert len(said) == len(ENTRIES) and all("left out" in line for line in said if "kept" not in line)
