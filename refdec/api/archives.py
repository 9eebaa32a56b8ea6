"""Archives: many codestreams to pictures, pictures to codestreams, or codestreams to others, with one pool, resumable.

In: files, folders and patterns, and where the outputs go.  Out: outputs (whole, or none), a report, a `Summary`.
Every worker keeps the pack and its networks warm between files.
"""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from refdec.api.clip_encode import encode_source
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.encode_options import BARE, EncodeOptions
from refdec.api.errors import OutputIsInput, OutputNoFolder, OutputsMeet
from refdec.api.found_files import named_files
from refdec.api.transcode import transcode_to_file
from refdec.api.transcode_options import DEFAULT_TRANSCODE, TranscodeOptions
from refdec.api.weights import load_weights
from refdec.formats.file_errors import file_unwritable
from refdec.formats.files import READ_SUFFIXES
from refdec.formats.kinds import CODESTREAM_SUFFIXES, HEIF_SUFFIX
from refdec.formats.sinks import make_folder_for
from refdec.formats.standard_output import still_there
from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.folders import folder_jobs
from refdec.parallel.outcomes import Job, Outcome, Summary
from refdec.parallel.places import is_folder, is_there
from refdec.parallel.processes import available_cores
from refdec.parallel.report import BatchReport
from refdec.parallel.typed_names import NO_NAMES, TypedNames, naming_as_typed, typed_names

if TYPE_CHECKING:
    from refdec.parallel.attempts import BatchFunction
    from refdec.weights.pack import WeightPack

__all__ = [
    "Archive",
    "DecodeOne",
    "EncodeOne",
    "LeftOut",
    "PictureArchive",
    "StreamArchive",
    "TranscodeOne",
    "archive_jobs",
    "decode_archive",
    "encode_archive",
    "transcode_archive",
]


LOG = logging.getLogger(__name__)
MOST_SUFFIXES = 20
FURTHER = "others"


class LeftOut:
    """Counts the files of folders that are passed over, by suffix; its size does not grow with the folder."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, path: Path) -> None:
        """Count a file."""
        suffix = path.suffix.lower()
        self.counts[suffix if suffix in self.counts or len(self.counts) < MOST_SUFFIXES else FURTHER] += 1


@lru_cache(maxsize=2)
def _pack_of(path: Path | None) -> WeightPack:
    """Return a pack; a worker reads it once."""
    return load_weights(path)


def _output_of(job: Job) -> Path:
    """Return the output of a job; from now on there is its folder.  Raises FileUnwritable."""
    assert job.output is not None, "jobs of an archive have outputs"
    make_folder_for(job.output)
    return job.output


@dataclass(frozen=True, slots=True)
class DecodeOne:
    """The work on one file of an archive: picklable, so that any executor can carry it."""

    decode: DecodeJob
    weights: Path | None = None

    def __call__(self, job: Job) -> Mapping[str, Any]:
        """Decode a job's file; return size, format, fingerprint and warnings for the report."""
        output = _output_of(job)
        report = decode_to_file(job.input, output, self.decode, weights=_pack_of(self.weights))
        found = report.as_json()
        kept = ("width", "height", "bit_depth", "colour", "fingerprint", "warnings")
        return {name: found[name] for name in kept if found[name]}


@dataclass(frozen=True, slots=True)
class EncodeOne:
    """The work on one picture of an archive: picklable, so that any executor can carry it."""

    encode: EncodeOptions
    weights: Path | None = None

    def __call__(self, job: Job) -> Mapping[str, Any]:
        """Encode a job's picture; return size, rate and operating point for the report."""
        output = _output_of(job)
        report = encode_source(job.input, output, self.encode, weights=_pack_of(self.weights))
        found = report.as_json()
        return {name: found[name] for name in found if name not in SAID_BY_THE_LINE and found[name] not in (None, ())}


@dataclass(frozen=True, slots=True)
class TranscodeOne:
    """The work on one codestream of an archive that becomes another one: picklable, for any executor."""

    transcode: TranscodeOptions
    weights: Path | None = None

    def __call__(self, job: Job) -> Mapping[str, Any]:
        """Transcode a job's codestream; return sizes, rate and what became of it for the report."""
        output = _output_of(job)
        report = transcode_to_file(job.input, output, self.transcode, weights=_pack_of(self.weights))
        found = report.as_json()
        return {name: found[name] for name in found if name not in SAID_BY_THE_LINE and found[name] != ()}


SAID_BY_THE_LINE = {"output", "bytes"}
"""What the line of the report says of every output."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What to decode, and how: `sources` are files, folders and patterns; `out` takes the pictures."""

    sources: tuple[str, ...]
    out: Path
    decode: DecodeJob = field(default_factory=DecodeJob)
    weights: Path | None = None
    report: Path | None = None
    options: BatchOptions = field(default_factory=BatchOptions)


@dataclass(frozen=True, slots=True)
class PictureArchive:
    """What to encode, and how: `sources` are files, folders and patterns; `out` takes the codestreams."""

    sources: tuple[str, ...]
    out: Path
    encode: EncodeOptions = field(default_factory=EncodeOptions)
    weights: Path | None = None
    report: Path | None = None
    options: BatchOptions = field(default_factory=BatchOptions)


@dataclass(frozen=True, slots=True)
class StreamArchive:
    """What to transcode, and how: `sources` are files, folders and patterns; `out` takes the new codestreams."""

    sources: tuple[str, ...]
    out: Path
    transcode: TranscodeOptions = DEFAULT_TRANSCODE
    weights: Path | None = None
    report: Path | None = None
    options: BatchOptions = field(default_factory=BatchOptions)


AnyArchive: TypeAlias = Archive | PictureArchive | StreamArchive


def archive_jobs(
    sources: Iterable[str],
    out: Path,
    suffix: str = ".png",
    *,
    inputs: Collection[str] = CODESTREAM_SUFFIXES,
    keeps: Collection[str] = (),
    others: LeftOut | None = None,
) -> Iterator[Job]:
    """Yield a job for each file: those that are named first, then what folders hold, at the same place under `out`.

    `inputs`: the suffixes that are looked for in folders, `keeps` those that outputs keep; `others` counts the files
    with other ones.  Raises
    NothingMatches, OutputsMeet and OutputIsInput for files that are named, OutputNoFolder, FolderMissing.
    """
    if is_there(out) and not is_folder(out):
        raise OutputNoFolder(str(out))
    sources = list(sources)
    made: dict[Path, Path] = {}
    for path in named_files(sources):
        output = out / (path.stem + (path.suffix if path.suffix.lower() in keeps else suffix))
        if output in made:
            raise OutputsMeet(str(made[output]), str(path), str(output))
        if is_there(output) and output.samefile(path):
            raise OutputIsInput(str(path))
        made[output] = path
    yield from (Job(path, output) for output, path in made.items())
    for source in sources:
        if is_folder(source):
            left_out = others or LeftOut()
            yield from folder_jobs(Path(source), inputs, out=out, out_suffix=suffix, keeps=keeps, left_out=left_out)


def decode_archive(archive: Archive, *, watch: Callable[[Outcome], None] | None = None) -> Summary:
    """Decode an archive; `watch` sees each outcome.

    A finished output is skipped (`options.resume`), so the same command goes on where it was interrupted.  Raises
    NothingMatches, OutputsMeet, OutputNoFolder, FolderMissing, BadExecutor, ReportUnreadable, WeightsError.
    """
    suffix = archive.decode.suffix or ".png"
    one = replace(archive.decode, suffix=suffix, options=replace(archive.decode.options, workers=1))
    return _run(archive, lambda weights: DecodeOne(one, weights), watch, suffix=suffix)


def encode_archive(archive: PictureArchive, *, watch: Callable[[Outcome], None] | None = None) -> Summary:
    """Encode an archive of pictures; `watch` sees each outcome.  It goes on and raises as `decode_archive` does."""
    roi = archive.encode.roi
    encode = replace(archive.encode, workers=1)  # a process works on one picture
    mask = Path(roi) if isinstance(roi, str | Path) else None
    encode = encode if mask is None else replace(encode, roi=mask.absolute())
    suffix, typed = f".{encode.container or BARE}", typed_names(mask)
    return _run(
        archive, lambda weights: EncodeOne(encode, weights), watch, suffix=suffix, inputs=READ_SUFFIXES, typed=typed
    )


def transcode_archive(archive: StreamArchive, *, watch: Callable[[Outcome], None] | None = None) -> Summary:
    """Transcode an archive; `watch` sees each outcome.  It goes on and raises as `decode_archive` does.

    Raises OutputIsInput for a folder that is to take what becomes of it.
    """
    for source in map(Path, archive.sources):
        if is_folder(source) and is_folder(archive.out) and source.samefile(archive.out):
            raise OutputIsInput(str(source))
    wished = archive.transcode.container
    keeps = (HEIF_SUFFIX,) if wished is None else ()
    suffix = f".{wished or BARE}"
    return _run(archive, lambda weights: TranscodeOne(archive.transcode, weights), watch, suffix=suffix, keeps=keeps)


def _processes(archive: AnyArchive) -> int:
    """Return how many processes work on an archive."""
    return archive.options.workers or available_cores()


def _run(
    archive: AnyArchive,
    function: Callable[[Path | None], BatchFunction],
    watch: Callable[[Outcome], None] | None,
    *,
    suffix: str = CODESTREAM_SUFFIXES[0],
    inputs: Collection[str] = CODESTREAM_SUFFIXES,
    keeps: Collection[str] = (),
    typed: TypedNames = NO_NAMES,
) -> Summary:
    """Run an archive: `function(weights)` does the work on a file that becomes one with a suffix, or keeps its own.

    `typed`: what the other files were typed as that the work reads.  What its sources raise comes before the report is
    opened.
    """
    weights = None if archive.weights is None else archive.weights.absolute()
    typed = {**typed, **typed_names(archive.weights)}
    with naming_as_typed(typed):
        _pack_of(weights)  # a pack that cannot be read is one error, not one for each file; forked workers share it
    others = LeftOut()
    jobs = archive_jobs(archive.sources, archive.out, suffix, inputs=inputs, keeps=keeps, others=others)
    first = list(itertools.islice(jobs, 1))
    LOG.info("%d workers, or what the executor has; outputs go to %s", _processes(archive), archive.out)
    with ExitStack() as stack:
        report = None
        if archive.report is not None:
            lines = BatchReport.open(
                still_there(archive.report), resume=archive.options.resume, unwritable=file_unwritable
            )
            report = stack.enter_context(lines)
        every = itertools.chain(first, jobs)
        summary = run_batch(function(weights), every, archive.options, report=report, watch=watch, typed=typed)
    return replace(summary, left_out=dict(others.counts))
