"""A batch on a cluster of dask.distributed, the optional extra."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import distributed
import pytest

from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.folders import folder_jobs
from refdec.parallel.outcomes import Outcome, Status
from tests.unit.parallel import work


def cluster_in_this_process() -> Any:
    """A factory as a user would write it: a client of a cluster of one's own."""
    client: Any = distributed.Client
    return client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0", set_as_default=False)


@pytest.mark.parametrize(
    ("name", "elsewhere"),
    [("tests.unit.parallel.test_dask:cluster_in_this_process", False), ("dask.distributed:LocalCluster", True)],
)
def test_a_batch_on_a_dask_cluster(name: str, elsewhere: bool, tmp_path: Path) -> None:
    for index, text in enumerate(["go", "break", "sleep 0.01", "bug", "go"]):
        (tmp_path / f"{index}.txt").write_text(text)
    outcomes: list[Outcome] = []
    options = BatchOptions(executor=name, workers=1, timeout_s=60)
    jobs = folder_jobs(tmp_path, [".txt"], out=tmp_path / "out", out_suffix=".out")
    summary = run_batch(work.obey, jobs, options, watch=outcomes.append)
    assert summary.statuses == {Status.DONE: 3, Status.FAILED: 2}
    assert summary.codes == {"RD0999": 1, "IndexError": 1}
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["2.out"]
    pids = {outcome.details["pid"] for outcome in outcomes if outcome.status is Status.DONE}
    assert (os.getpid() not in pids) == elsewhere
    assert sorted(outcome.index for outcome in outcomes) == list(range(5))
