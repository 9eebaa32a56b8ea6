"""Verifying files: one, or folders of millions through the batch engine with its report of JSON lines.

In: paths and a request.  Out: verdicts one by one, and a summary with one exit code for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.options import make_options
from refdec.api.weights import load_weights
from refdec.formats.files import name_of, read_bytes, write_bytes
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.limits import Limits
from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.folders import folder_jobs
from refdec.parallel.outcomes import EXIT_ORDER, Job, Outcome, Status, Summary
from refdec.parallel.report import Report
from refdec.trace.tracefile import write_trace
from refdec.verification.check import verify_codestream
from refdec.verification.errors import OneExpectationForMany
from refdec.verification.expectation import expectation_for
from refdec.verification.verdict import Verdict

if TYPE_CHECKING:
    from refdec.formats.files import Source
    from refdec.weights.pack import WeightPack

__all__ = ["VerifyRequest", "VerifySummary", "verify_file", "verify_files"]


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
    synthesis: str | None = None
    lenient: bool = False
    level_check: bool = True
    ignore_weights_fingerprint: bool = False
    limits: Limits = field(default_factory=Limits)


def verify_file(source: Source, request: VerifyRequest, *, weights: WeightPack | None = None) -> Verdict:
    """Verify one file, and write its trace if asked for.

    Raises InputError, WeightsError and UsageError; what is wrong with the codestream is in the verdict.
    """
    name = name_of(source)
    expectation = None
    if request.expect is not None:
        expectation = expectation_for(
            Path(name), request.expect, request.tolerance, request.fraction, request.bit_depth
        )
    verdict = verify_codestream(
        read_bytes(source, limits=request.limits),
        weights or load_weights(request.weights),
        name=name,
        expectation=expectation,
        options=make_options(synthesis=request.synthesis, lenient=request.lenient, level_check=request.level_check),
        limits=request.limits,
        ignore_weights_fingerprint=request.ignore_weights_fingerprint,
    )
    if request.trace is not None:
        target = request.trace / f"{Path(name).stem}.json" if request.trace.is_dir() else request.trace
        write_bytes(target, write_trace(name, verdict.fingerprints))
    return verdict


def _verify_job(request: VerifyRequest, job: Job) -> Mapping[str, Any]:
    """Verify one file of a batch; returns the line of the report."""
    verdict = verify_file(job.input, request)
    line = verdict.as_json()
    line.pop("input")
    line.pop("sha256")
    digests = verdict.fingerprints
    return line | {"text": list(verdict.lines()), "codes": {key: digests[key] for key in digests if "codes" in key}}


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """The batch's own summary, and how many files came to each verdict."""

    batch: Summary
    verdicts: Mapping[str, int]
    exit_codes: Mapping[int, int]

    @property
    def exit_code(self) -> int:
        """One exit code for all: files that could not be tried count before verdicts."""
        if self.batch.exit_code:
            return self.batch.exit_code
        return next((code for code in EXIT_ORDER if self.exit_codes.get(code)), 0)

    def explain(self) -> str:
        """Return the summary in words."""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self.verdicts.items()))
        failed = sum(self.batch.statuses.get(status, 0) for status in Status if status is not Status.DONE)
        lines = [f"{self.batch.files} files in {self.batch.seconds:.1f} s: {counts or 'none verified'}."]
        if failed:
            lines.append(f"  {failed} could not be verified")
        if self.batch.stopped:
            lines.append(f"Stopped: {self.batch.stopped}")
        return "\n".join(lines)


def _jobs(inputs: Iterable[Path]) -> Iterator[Job]:
    for path in inputs:
        if path.is_dir():
            yield from folder_jobs(path, CODESTREAM_SUFFIXES)
        else:
            yield Job(path)


def verify_files(
    inputs: Iterable[Path],
    request: VerifyRequest,
    *,
    batch: BatchOptions = BatchOptions(resume=False),  # noqa: B008 - frozen
    report: Path | None = None,
    watch: Callable[[Outcome], None] = lambda outcome: None,
) -> VerifySummary:
    """Verify files and folders in parallel; `watch` sees each outcome, whose details are the verdict.

    `report` gets one JSON object a line as files finish; with `batch.resume` it is gone on with.  Raises
    OneExpectationForMany, FolderMissing, ReportUnreadable.
    """
    for option, path in (("--expect", request.expect), ("--trace", request.trace)):
        if path is not None and not path.is_dir() and not (option == "--expect" and path.suffix == ".json"):
            raise OneExpectationForMany(option)
    verdicts: Counter[str] = Counter()
    exit_codes: Counter[int] = Counter()

    def count(outcome: Outcome) -> None:
        if "verdict" in outcome.details:
            verdicts[outcome.details["verdict"]] += 1
            exit_codes[outcome.details["exit_code"]] += 1
        watch(outcome)

    function = partial(_verify_job, request)
    if report is None:
        summary = run_batch(function, _jobs(inputs), batch, watch=count)
    else:
        with Report.open(report, resume=batch.resume) as lines:
            summary = run_batch(function, _jobs(inputs), batch, report=lines, watch=count)
    return VerifySummary(summary, dict(verdicts), dict(exit_codes))
