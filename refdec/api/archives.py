"""Archives: many codestreams to pictures with one pool, resumable, reported line by line.

In: files, folders and patterns, and where the pictures go.  Out: pictures (whole, or none), a report, a `Summary`.
Every worker keeps the pack and its networks warm between files.
"""

from __future__ import annotations

import glob
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.decode import DecodeJob, decode_to_file
from refdec.api.errors import NothingMatches, OutputsMeet
from refdec.api.weights import load_weights
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.folders import folder_jobs
from refdec.parallel.outcomes import Job, Outcome, Summary
from refdec.parallel.report import BatchReport

if TYPE_CHECKING:
    from refdec.weights.pack import WeightPack

__all__ = [
    "Archive",
    "DecodeOne",
    "archive_jobs",
    "decode_archive",
    "is_archive",
]


@lru_cache(maxsize=2)
def _pack_of(path: Path | None) -> WeightPack:
    """Return a pack; a worker reads it once."""
    return load_weights(path)


@dataclass(frozen=True, slots=True)
class DecodeOne:
    """The work on one file of an archive: picklable, so that any executor can carry it."""

    decode: DecodeJob
    weights: Path | None = None

    def __call__(self, job: Job) -> Mapping[str, Any]:
        """Decode a job's file; return size, format, fingerprint and warnings for the report."""
        assert job.output is not None, "jobs of an archive have outputs"
        report = decode_to_file(job.input, job.output, self.decode, weights=_pack_of(self.weights))
        found = report.as_json()
        kept = ("width", "height", "bit_depth", "colour", "fingerprint", "warnings")
        return {name: found[name] for name in kept if found[name]}


@dataclass(frozen=True, slots=True)
class Archive:
    """What to decode, and how: `sources` are files, folders and patterns; `out` takes the pictures."""

    sources: tuple[str, ...]
    out: Path
    decode: DecodeJob = field(default_factory=DecodeJob)
    weights: Path | None = None
    report: Path | None = None
    options: BatchOptions = field(default_factory=BatchOptions)


def is_archive(source: str) -> bool:
    """Tell whether a source stands for several files: a folder, or a pattern that is no file itself."""
    return Path(source).is_dir() or (glob.has_magic(source) and not Path(source).exists())


def _files(sources: Iterable[str]) -> Iterator[Path]:
    """Yield the files that are named, alone or by patterns; folders are passed over.  Raises NothingMatches."""
    for source in sources:
        if Path(source).is_dir():
            continue
        if Path(source).exists():
            yield Path(source)
            continue
        matches = sorted(glob.glob(source, recursive=True)) if glob.has_magic(source) else []  # noqa: PTH207 - any root
        files = [Path(match) for match in matches if Path(match).is_file()]
        if not files:
            raise NothingMatches(source)
        yield from files


def archive_jobs(sources: Iterable[str], out: Path, suffix: str = ".png") -> Iterator[Job]:
    """Yield a job for each file: those that are named first, then what folders hold, at the same place under `out`.

    Raises NothingMatches and OutputsMeet for files that are named, FolderMissing.
    """
    sources = list(sources)
    made: dict[Path, Path] = {}
    for path in _files(sources):
        output = out / (path.stem + suffix)
        if output in made:
            raise OutputsMeet(str(made[output]), str(path), str(output))
        made[output] = path
    yield from (Job(path, output) for output, path in made.items())
    for source in sources:
        if Path(source).is_dir():
            yield from folder_jobs(Path(source), CODESTREAM_SUFFIXES, out=out, out_suffix=suffix)


def decode_archive(archive: Archive, *, watch: Callable[[Outcome], None] | None = None) -> Summary:
    """Decode an archive; `watch` sees each outcome.

    A finished output is skipped (`options.resume`), so the same command goes on where it was interrupted.  Raises
    NothingMatches, OutputsMeet, FolderMissing, BadExecutor, ReportUnreadable, WeightsError.
    """
    suffix = archive.decode.suffix or ".png"
    one = replace(archive.decode, suffix=suffix, options=replace(archive.decode.options, workers=1))
    weights = None if archive.weights is None else archive.weights.absolute()
    _pack_of(weights)  # a pack that cannot be read is one error, not one for each file; forked workers share it
    jobs = archive_jobs(archive.sources, archive.out, suffix)
    first = list(itertools.islice(jobs, 1))
    with ExitStack() as stack:
        report = None
        if archive.report is not None:
            report = stack.enter_context(BatchReport.open(archive.report, resume=archive.options.resume))
        function = DecodeOne(one, weights)
        return run_batch(function, itertools.chain(first, jobs), archive.options, report=report, watch=watch)
