"""A batch on a cluster of dask.distributed, the optional extra."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("name", "elsewhere"),
    [("tests.unit.parallel.dask_batch:cluster_in_this_process", False), ("dask.distributed:LocalCluster", True)],
)
def test_a_batch_on_a_dask_cluster(name: str, elsewhere: bool, tmp_path: Path) -> None:
    for index, text in enumerate(["go", "break", "sleep 0.01", "bug", "go"]):
        (tmp_path / f"{index}.txt").write_text(text)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.unit.parallel.dask_batch", name, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        told, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    made = json.loads(told)
    assert Counter(status for _, status, _ in made["outcomes"]) == {"done": 3, "failed": 2}
    assert made["codes"] == {"RD0999": 1, "IndexError": 1}
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["2.out"]
    pids = {pid for _, status, pid in made["outcomes"] if status == "done"}
    assert (process.pid not in pids) == elsewhere
    assert sorted(index for index, _, _ in made["outcomes"]) == list(range(5))
