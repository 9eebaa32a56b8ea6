"""A batch on a cluster of dask.distributed: python -m tests.unit.parallel.dask_batch NAME FOLDER.

In a process of its own: dask changes how errors are pickled where it is imported, which other tests are not to meet.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import distributed

from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.folders import folder_jobs
from refdec.parallel.outcomes import Outcome
from tests.unit.parallel import work


def cluster_in_this_process() -> Any:
    """A factory as a user would write it: a client of a cluster of one's own."""
    client: Any = distributed.Client
    return client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0", set_as_default=False)


def main(name: str, folder: str) -> None:
    """Print what became of the files of a folder."""
    outcomes: list[Outcome] = []
    options = BatchOptions(executor=name, workers=1, timeout_s=60)
    jobs = folder_jobs(Path(folder), [".txt"], out=Path(folder, "out"), out_suffix=".out")
    summary = run_batch(work.obey, jobs, options, watch=outcomes.append)
    told = [(outcome.index, outcome.status, outcome.details.get("pid")) for outcome in outcomes]
    print(json.dumps({"codes": dict(summary.codes), "outcomes": told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
