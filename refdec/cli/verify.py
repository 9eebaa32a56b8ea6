"""`refdec verify`: are codestreams legal, do they decode, and to what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refdec.cli import console
from refdec.cli.idle import refuse_idle
from refdec.cli.options import (
    AnyLevelFlag,
    EditionOption,
    IgnoreFingerprint,
    JsonFlag,
    LenientFlag,
    MemoryLimit,
    PixelLimit,
    TimeLimit,
    WeightsOption,
    limits_of,
)
from refdec.parallel.places import is_folder

if TYPE_CHECKING:
    from refdec.cli.outputs import Inputs
    from refdec.parallel.outcomes import Outcome
    from refdec.verification.files import VerifyRequest

__all__ = ["verify"]


def verify(
    inputs: Annotated[
        list[str], typer.Argument(metavar="IN.jai...", help="Codestreams, or folders of them; - is a pipe.")
    ],
    expect: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Expected picture, or trace (JSON); a folder for several inputs."),
    ] = None,
    tolerance: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Largest difference that a sample may have, with --expect; default: 0."),
    ] = None,
    fraction: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            metavar="0..1",
            help="Largest share of samples that may differ at all, with --tolerance; default: 1.",
        ),
    ] = None,
    bit_depth: Annotated[
        int | None,
        typer.Option(
            min=1, max=16, metavar="1..16", help="Bits of the expected picture, where its file does not tell."
        ),
    ] = None,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the SHA-256 of every stage; a folder for several inputs.")
    ] = None,
    synthesis: Annotated[
        str | None, typer.Option(metavar="sop|bop|hop", help="Run another listed synthesis transform.")
    ] = None,
    weights: WeightsOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Processes for several files, the frames of a clip, tiles, and a lossless layer; default: the cores.",
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Write one JSON object a line as files finish.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Skip files that the --report already has.")] = False,
    ignore_weights_fingerprint: IgnoreFingerprint = False,
    any_level: AnyLevelFlag = False,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    edition: EditionOption = "auto",
    lenient: LenientFlag = False,
    json: JsonFlag = False,
) -> None:
    """List every broken rule with clause and place, decode, and compare with what is expected.

    Exit code 3 if a rule is broken, 4 if the result differs, 5 if a legal stream is not supported or above a limit.
    Example: refdec verify photo.jai --expect photo.png
    """
    from refdec.cli.startup import prepare_process

    _refuse_idle(expect, {"--tolerance": tolerance, "--fraction": fraction, "--bit-depth": bit_depth})
    if report is None:
        refuse_idle("goes on with a report: it needs --report", {"--resume": resume})
    prepare_process()
    from refdec.decoding.options import DecodeOptions
    from refdec.verification.files import VerifyRequest as Request

    options = DecodeOptions(
        synthesis=synthesis,
        edition=edition,
        lenient=lenient,
        any_level=any_level,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        workers=workers,
        limits=limits_of(limit_pixels, limit_memory, time_limit),
    )
    request = Request(
        weights=weights,
        expect=expect,
        tolerance=tolerance or 0,
        fraction=1.0 if fraction is None else fraction,
        bit_depth=bit_depth,
        trace=trace,
        options=options,
    )
    _require_distinct(inputs, request, report)
    many = len(inputs) > 1 or is_folder(inputs[0]) or report is not None
    code = (
        _verify_batch(inputs, request, workers, report, resume, json)
        if many
        else _verify_file(inputs[0], request, json)
    )
    if code:
        raise typer.Exit(code)


def _require_distinct(inputs: list[str], request: VerifyRequest, report: Path | None) -> None:
    """Raise FileTwice if a trace or the report would replace something that is read, or each other."""
    from refdec.cli.outputs import require_distinct, require_none_replaced
    from refdec.formats.kinds import CODESTREAM_SUFFIXES
    from refdec.verification.expectation import TRACE_SUFFIX, expected_file

    trace, expect = request.trace, request.expect
    expected = [] if expect is None else [expect, *(expected_file(Path(source), expect) or expect for source in inputs)]
    read: Inputs = {"an input": inputs, "--expect": expected, "--weights": request.weights}
    require_distinct(read, {"--trace": trace, "--report": report}, below=CODESTREAM_SUFFIXES)
    if trace is not None and is_folder(trace):
        require_none_replaced(inputs, trace, (TRACE_SUFFIX,), {**read, "--report": report})


def _refuse_idle(expect: Path | None, options: Mapping[str, object]) -> None:
    """Refuse options of the comparison where nothing is compared, or nothing that they are about."""
    if expect is None:
        refuse_idle("is about what is expected: it needs --expect", options)
    elif expect.suffix.lower() == ".json":
        refuse_idle("is for an expected picture: fingerprints of a trace are equal or not", options)
    if not options["--tolerance"]:
        refuse_idle(
            "allows differences within the tolerance, which is 0: it needs --tolerance of 1 or more",
            {"--fraction": options["--fraction"]},
        )


def _verify_file(source: str, request: VerifyRequest, as_json: bool) -> int:
    """Verify one file, print the verdict, return the exit code."""
    from refdec.cli.deadline import in_time
    from refdec.cli.interruption import interruptible
    from refdec.verification.files import verify_file

    with interruptible(), console.progress(f"verifying {Path(source).name}"):
        verdict = in_time(request.options.limits.seconds, lambda: verify_file(source, request))
    if as_json:
        console.show_json(verdict.as_json())
        return verdict.exit_code
    for line in verdict.lines():
        console.result(line)
    return verdict.exit_code


def _verify_batch(
    inputs: list[str], request: VerifyRequest, workers: int | None, report: Path | None, resume: bool, as_json: bool
) -> int:
    """Verify many files, print each verdict as it comes, return one exit code for all."""
    from refdec.parallel.batch import BatchOptions
    from refdec.verification.files import verify_files

    options = BatchOptions(workers=workers, resume=resume)
    summary = verify_files(inputs, request, batch=options, report=report, watch=_show_json if as_json else _show_lines)
    console.say(summary.explain(), always=bool(summary.batch.stopped))
    return summary.exit_code


def _show_lines(outcome: Outcome) -> None:
    """Print a verdict of a batch, or why there is none."""
    from refdec.formats.pipes import named

    said = f"{named(outcome.job.input)}: {outcome.status}: {outcome.message or ''}"
    for line in outcome.details.get("text") or [said]:
        console.result(line)


def _show_json(outcome: Outcome) -> None:
    """Print an outcome of a batch as one line of JSON."""
    console.result_line(outcome.as_line())
