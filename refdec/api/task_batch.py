"""A task on many codestreams: the jobs of files and folders, and what a worker does for one of them.

In: files, folders, and a `TaskOrder`.  Out: jobs for `parallel.batch`, and the details of their outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.concerning import concerning
from refdec.api.errors import OutputsMeet, PipeAmongMany
from refdec.api.task import run_on_stream, stream_for
from refdec.api.task_pictures import write_result_picture
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.formats.pipes import is_pipe
from refdec.formats.sinks import make_folder_for
from refdec.parallel.places import is_folder

if TYPE_CHECKING:
    from refdec.api.task import TaskOrder
    from refdec.parallel.outcomes import Job

__all__ = ["jobs_of", "run_job"]


def jobs_of(inputs: Sequence[str | Path], order: TaskOrder, pictures: Path | None) -> Iterator[Job]:
    """Yield the jobs of a batch: files, and the codestreams of folders; pictures of results go to a folder.

    Raises, before any job, PipeAmongMany, and OutputsMeet where two files would have one picture.
    """
    from refdec.parallel.folders import folder_jobs
    from refdec.parallel.outcomes import Job

    if any(is_pipe(path) for path in inputs):
        raise PipeAmongMany
    made: dict[Path, Path] = {}
    paths = [Path(path) for path in inputs]
    for path in paths:
        output = None if pictures is None or is_folder(path) else pictures / f"{path.stem}.png"
        if output is not None and (other := made.setdefault(output, path)) is not path:
            raise OutputsMeet(str(other), str(path), str(output))
    for path in paths:
        if is_folder(path):
            yield from folder_jobs(path, CODESTREAM_SUFFIXES, out=pictures, out_suffix=".png", options=order)
        else:
            yield Job(path, None if pictures is None else pictures / f"{path.stem}.png", order)


def run_job(job: Job) -> Mapping[str, Any]:
    """Run a task on the file of a batch's job (its options are the order), and write its picture if one is wanted.

    Returns {"text", "result", "remarks"}, and of a clip {"frame", "frames"}.
    """
    order: TaskOrder = job.options
    if job.output is not None:
        make_folder_for(job.output)
    stream = stream_for(job.input, replace(order, frame=replace(order.frame, among_others=True)))
    with concerning(job.input):
        result = run_on_stream(stream, order)
        remarks: tuple[str, ...] = ()
        if job.output is not None:
            remarks = write_result_picture(result, job.output, stream, order).remarks
    return {"text": result.text(), "result": result.json(), "remarks": remarks, **stream.facts}
