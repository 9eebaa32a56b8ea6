"""Verifying files: one, or folders of millions through the batch engine with its report of JSON lines.

In: paths and a request.  Out: verdicts one by one, and a summary with one exit code for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.beside import NOTHING_BESIDE, beside_of
from refdec.api.clips import Clip, found_clip
from refdec.api.concerning import name_source
from refdec.api.errors import PipeAmongMany
from refdec.api.tiled import TiledPicture, require_whole, tiled_in
from refdec.api.weights import load_weights
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.errors import CodestreamError, InputError, LimitExceeded, RefdecError, UnsupportedError
from refdec.formats.file_errors import file_unwritable
from refdec.formats.files import name_of, read_bytes, write_bytes
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.formats.pipes import is_pipe, named
from refdec.formats.standard_output import still_there
from refdec.formats.stream_files import StreamFile, stream_in
from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.folders import folder_jobs
from refdec.parallel.outcomes import EXIT_ORDER, Job, Outcome, Status, Summary
from refdec.parallel.places import is_file, is_folder
from refdec.parallel.report import BatchReport
from refdec.parallel.typed_names import as_typed
from refdec.sequences.errors import ClipOption
from refdec.trace.tracefile import write_trace
from refdec.verification.boxes import with_boxes
from refdec.verification.check import verify_codestream
from refdec.verification.clips import verify_clip
from refdec.verification.errors import OneExpectationForMany
from refdec.verification.expectation import TRACE_SUFFIX, Expectation, expectation_for
from refdec.verification.recorded import RecordedVerdicts
from refdec.verification.tiled_files import verify_tiles
from refdec.verification.verdict import Verdict

if TYPE_CHECKING:
    from refdec.formats.files import Source
    from refdec.weights.pack import WeightPack

__all__ = ["VerifyRequest", "VerifySummary", "verify_file", "verify_files"]

VERDICTS = (CodestreamError, UnsupportedError, LimitExceeded)
"""What is wrong with a codestream or its file, and not with what was asked for."""


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """How to verify; picklable, so that it can be sent to a worker.

    `expect`: a picture or a trace, or a folder of them where files are found by the input's stem.  `trace`: where to
    write the fingerprints, a file, or a folder for several inputs.
    """

    weights: Path | None = None
    expect: Path | None = None
    tolerance: int = 0
    fraction: float = 1.0
    bit_depth: int | None = None
    trace: Path | None = None
    options: DecodeOptions = DEFAULT_OPTIONS


def verify_file(
    source: Source, request: VerifyRequest, *, weights: WeightPack | None = None, shown: str | None = None
) -> Verdict:
    """Verify one file, and write its trace if asked for; `shown` is what to call it, None: as the source is called.

    Raises InputError, WeightsError and UsageError; what is wrong with the codestream is in the verdict.
    """
    name = name_of(source) if shown is None else shown
    expectation = None
    if request.expect is not None:
        expectation = expectation_for(
            Path(name), request.expect, request.tolerance, request.fraction, request.bit_depth
        )
    pack = weights or load_weights(request.weights)
    verdict = _verdict(source, pack, name, expectation, request)
    for problem in verdict.problems:
        as_typed(problem, {name_of(source): name})
    name_source(source if shown is None else shown, verdict.problems)
    if request.trace is not None and verdict.fingerprints:
        target = request.trace / f"{Path(name).stem}.json" if is_folder(request.trace) else request.trace
        write_bytes(target, write_trace(name, verdict.fingerprints))
    return verdict


def _verdict(
    source: Source, pack: WeightPack, name: str, expectation: Expectation | None, request: VerifyRequest
) -> Verdict:
    """Return the verdict on a source; that one leads to no codestream is a verdict too.

    Raises InputError for a source that cannot be read, and for what is expected, also where a limit ends reading that.
    """
    try:
        opened = _opened(source, request.options, pack)
    except VERDICTS as problem:
        return Verdict(name, (problem,), ended_by=problem)
    try:
        return _on(opened, pack, name, expectation, request)
    except InputError:
        raise
    except VERDICTS as problem:
        return Verdict(name, (problem,), ended_by=problem)


def _opened(source: Source, options: DecodeOptions, pack: WeightPack) -> Clip | TiledPicture | StreamFile:
    """Return what a source holds.

    Raises FileUnreadable, and CodestreamError, UnsupportedError, LimitExceeded where it leads to no codestream.
    """
    clip = found_clip(source, options, pack)
    if isinstance(clip, Clip):
        return clip
    data = read_bytes(source, limits=options.limits) if clip is None else clip
    tiled = tiled_in(data, options)
    return tiled if isinstance(tiled, TiledPicture) else stream_in(data, limits=options.limits)


def _on(
    opened: Clip | TiledPicture | StreamFile,
    pack: WeightPack,
    name: str,
    expectation: Expectation | None,
    request: VerifyRequest,
) -> Verdict:
    """Return the verdict on what was opened.  Raises what decoding and comparing raise, ClipOption, PictureOfTiles."""
    if isinstance(opened, Clip):
        return _of_clip(replace(opened, name=name), request)
    if isinstance(opened, TiledPicture):
        return _of_tiles(replace(opened, name=name), pack, expectation, request)
    return _of_stream(opened, pack, name, expectation, request.options)


def _of_clip(clip: Clip, request: VerifyRequest) -> Verdict:
    """Return the verdict on a clip.  Raises ClipOption for what is about one picture."""
    if request.expect is not None or request.trace is not None:
        option = "--expect" if request.trace is None else "--trace"
        raise ClipOption(option, "Take one frame out: refdec decode FILE OUT --frame N")
    return verify_clip(clip, workers=request.options.workers)


def _of_tiles(
    tiled: TiledPicture, pack: WeightPack, expectation: Expectation | None, request: VerifyRequest
) -> Verdict:
    """Return the verdict on a picture made of tiles.  Raises PictureOfTiles for what is about one codestream."""
    traced = expectation is not None and expectation.path.suffix.lower() == TRACE_SUFFIX
    require_whole(tiled, {"--expect with a trace": traced, "--trace": request.trace is not None})
    return verify_tiles(tiled, pack, request.options, expectation)


def _of_stream(
    found: StreamFile, pack: WeightPack, name: str, expectation: Expectation | None, options: DecodeOptions
) -> Verdict:
    """Return the verdict on a codestream and the file around it, which decides what of it is shown and compared."""
    data, unshown = found.codestream, list[RefdecError]()
    beside = NOTHING_BESIDE
    if expectation is not None:
        try:
            beside = beside_of(found.file, options)
        except VERDICTS as problem:
            expectation = None
            unshown.append(problem)
    verdict = verify_codestream(data, pack, name=name, expectation=expectation, options=options, beside=beside)
    if found.file is not None:
        verdict = with_boxes(verdict, found.file, data, options.limits)
    return verdict if verdict.problems else replace(verdict, problems=tuple(unshown))


def _verify_job(request: VerifyRequest, job: Job) -> Mapping[str, Any]:
    """Verify one file of a batch, called as it was typed (the job's options); returns the line of the report."""
    line = (verdict := verify_file(job.input, request, shown=job.options)).as_json()
    line.pop("input")
    line.pop("sha256")
    digests = verdict.fingerprints
    return line | {"text": list(verdict.lines()), "codes": {key: digests[key] for key in digests if "codes" in key}}


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """The batch's own summary, and how many files came to each verdict, now or as an earlier report says.

    `recorded`: how many of them the report says.
    """

    batch: Summary
    verdicts: Mapping[str, int]
    exit_codes: Mapping[int, int]
    recorded: int = 0

    @property
    def exit_code(self) -> int:
        """One exit code for all: files that could not be tried count before verdicts."""
        if self.batch.exit_code:
            return self.batch.exit_code
        return next((code for code in EXIT_ORDER if self.exit_codes.get(code)), 0)

    def explain(self) -> str:
        """Return the summary in words."""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self.verdicts.items()))
        skipped = self.batch.statuses.get(Status.SKIPPED, 0)
        failed = self.batch.files - skipped - self.batch.statuses.get(Status.DONE, 0)
        lines = [f"{self.batch.files} files in {self.batch.seconds:.1f} s: {counts or 'none verified'}."]
        if self.recorded:
            lines.append(f"  {self.recorded} skipped, their verdicts are those of the report")
        if skipped > self.recorded:
            lines.append(f"  {skipped - self.recorded} skipped, done before, but the report has no verdicts on them")
        if failed:
            lines.append(f"  {failed} could not be verified")
        if self.batch.stopped:
            lines.append(f"Stopped: {self.batch.stopped}")
        return "\n".join(lines)


def _jobs(inputs: Iterable[str | Path]) -> Iterator[Job]:
    """Yield a job for each file, whose options are what to call it: workers have its absolute path."""
    for path in map(Path, inputs):
        for job in folder_jobs(path, CODESTREAM_SUFFIXES) if is_folder(path) else (Job(path),):
            yield replace(job, options=named(job.input))


def verify_files(
    inputs: Iterable[str | Path],
    request: VerifyRequest,
    *,
    batch: BatchOptions = BatchOptions(resume=False),  # noqa: B008 - frozen
    report: Path | None = None,
    watch: Callable[[Outcome], None] = lambda outcome: None,
) -> VerifySummary:
    """Verify files and folders in parallel; `watch` sees each outcome, whose details are the verdict.

    `report` gets one JSON object a line as files finish; with `batch.resume` it is gone on with.  Raises
    OneExpectationForMany, PipeAmongMany, FolderMissing, ReportUnreadable.
    """
    inputs = tuple(inputs)
    if any(is_pipe(path) for path in inputs):
        raise PipeAmongMany
    for option, path in (("--expect", request.expect), ("--trace", request.trace)):
        if path is not None and not is_folder(path) and not (option == "--expect" and path.suffix == ".json"):
            raise OneExpectationForMany(option)
    alone = replace(request, options=replace(request.options, workers=1))  # a process works on one file
    function = partial(_verify_job, alone)
    if report is None:
        counts = _Counts(watch)
        summary = run_batch(function, _jobs(inputs), batch, watch=counts.add)
    else:
        report = still_there(report)
        with BatchReport.open(report, resume=batch.resume, unwritable=file_unwritable) as lines:
            counts = _Counts(watch, RecordedVerdicts.read(report) if batch.resume and is_file(report) else None)
            summary = run_batch(function, _jobs(inputs), batch, report=lines, watch=counts.add)
    return VerifySummary(summary, dict(counts.verdicts), dict(counts.exit_codes), counts.recorded)


class _Counts:
    """Adds verdicts up, of files that were verified and of those that an earlier report knows."""

    def __init__(self, watch: Callable[[Outcome], None], earlier: RecordedVerdicts | None = None) -> None:
        self.verdicts: Counter[str] = Counter()
        self.exit_codes: Counter[int] = Counter()
        self.recorded = 0
        self._watch = watch
        self._earlier = earlier

    def add(self, outcome: Outcome) -> None:
        """Count one outcome, and show it."""
        if outcome.status is Status.SKIPPED and self._earlier is not None:
            outcome = self._known(outcome, self._earlier)
        if "verdict" in outcome.details:
            self.verdicts[outcome.details["verdict"]] += 1
            self.exit_codes[outcome.details["exit_code"]] += 1
        self._watch(outcome)

    def _known(self, outcome: Outcome, earlier: RecordedVerdicts) -> Outcome:
        """Return the outcome of a skipped file with the verdict that is on record."""
        found = earlier.find(outcome.job.input)
        if found is None:
            return outcome
        self.recorded += 1
        verdict, exit_code = found
        details = {"verdict": verdict, "exit_code": exit_code}
        return replace(outcome, message=f"{verdict}, says the report", details=details)
