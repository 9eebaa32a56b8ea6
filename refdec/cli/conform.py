"""`refdec conform`: build suites of conformance streams, and run refdec or any other decoder over one."""

from __future__ import annotations

from functools import partial
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from refdec.cli import console
from refdec.cli.errors import SuiteNotNamed
from refdec.cli.idle import refuse_idle
from refdec.cli.options import JsonFlag
from refdec.cli.progress_lines import progress_lines
from refdec.errors import ExitCode

if TYPE_CHECKING:
    from refdec.cli.outputs import Inputs
    from refdec.conformance.run_result import RunResult

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Build conformance suites, and run any decoder over one.")
SuiteArgument = Annotated[
    Path | None, typer.Argument(metavar="[SUITE]", help="Suite: a folder or a .zip; leave it out with --builtin.")
]
PatternArguments = Annotated[
    list[str] | None, typer.Argument(metavar="[PATTERN]...", help="Only cases whose names match, like 'eicci_*'.")
]
BuiltinFlag = Annotated[bool, typer.Option("--builtin", help="Take the suite that comes with refdec.")]


def _place(suite: Path | None, patterns: list[str] | None, builtin: bool) -> tuple[Path | None, tuple[str, ...]]:
    """Return the suite's place (None: the bundled one) and the patterns; with --builtin every argument is a pattern."""
    if builtin:
        return None, (*([str(suite)] if suite else []), *(patterns or []))
    if suite is None:
        raise SuiteNotNamed
    return suite, tuple(patterns or ())


@app.command()
def make(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="New folder, or a file OUT.zip.")],
    patterns: PatternArguments = None,
    size: Annotated[
        Literal["small", "full"],
        typer.Option(metavar="small|full", help="full adds pictures at the limits of the header, up to 4 Mpixel."),
    ] = "small",
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of weights, symbols and damages.")] = 1,
    pictures: Annotated[bool, typer.Option("--pictures/--no-pictures", help="Write the expected pictures.")] = True,
    weights: Annotated[
        bool, typer.Option("--weights", help="Write the checkpoints that the cases need as .npz, for other decoders.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Build a suite of streams from seeded weights, with what must become of each.

    Example: refdec conform make suite 'format_*' --weights
    """
    from refdec.conformance.making.suite_maker import MakeOptions, make_suite
    from refdec.conformance.storage import ArchiveStore, FolderStore

    options = MakeOptions(seed, size, pictures, weights, tuple(patterns or ()))
    place = ArchiveStore(out) if out.suffix == ".zip" else FolderStore(out)
    with progress_lines("refdec conform", "percent") as show, place as store:
        manifest = make_suite(store, options, on_progress=lambda done: show(f"building {out}", int(100 * done), 100, 0))
    if json:
        console.show_json({"suite": str(out), "seed": seed, "size": size, "cases": list(manifest.cases)})
    else:
        console.ending(f"{out}: {_cases(len(manifest.cases))}")


@app.command()
def add(
    suite: Annotated[Path, typer.Argument(metavar="SUITE", help="Folder or .zip; a new one if there is none.")],
    stream: Annotated[Path, typer.Argument(metavar="STREAM", help="The codestream.")],
    expect: Annotated[
        str,
        typer.Option(
            metavar="EXPECTED",
            help="A picture, the SHA-256 of its codes, refused, refused:RD0144, or refdec: what refdec makes of it.",
        ),
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the case; default: that of the stream.")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="What it is about, in a few words.")] = "",
    remark: Annotated[str, typer.Option(metavar="TEXT", help="What else people should know.")] = "",
    tolerance: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Largest difference that a sample may have; default: 1.")
    ] = None,
    fraction: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="0..1", help="Largest share of samples that may differ at all; default: 0.02."
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(metavar="PACK", help="Weights of the stream, kept in the suite; default: bundled, or stand-ins."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Add a stream of one's own to a suite, with what must become of it; features of its headers are recorded.

    Example: refdec conform add suite photo.jai --expect photo.png
    """
    from refdec.cli.outputs import require_distinct
    from refdec.cli.startup import prepare_process
    from refdec.parallel.places import is_file

    if tolerance == 0:
        refuse_idle("allows differences within the tolerance, which is 0", {"--fraction": fraction})
    if expect.partition(":")[0] == "refused":
        refuse_idle(
            "is for the picture of a stream that is not refused", {"--tolerance": tolerance, "--fraction": fraction}
        )
    expected = expect if is_file(expect) else None
    require_distinct({"the codestream": stream, "--expect": expected, "--weights": weights}, {"the suite": suite})
    prepare_process()
    from refdec.conformance.adding import AddOptions, add_case
    from refdec.conformance.case import TOLERANCE, Tolerance, case_to_json

    allowed = Tolerance(
        TOLERANCE.max_difference if tolerance is None else tolerance,
        TOLERANCE.max_share if fraction is None else fraction,
    )
    options = AddOptions(expect, name, title, remark, allowed, weights)
    added = add_case(suite, stream, options)
    if json:
        console.show_json({**loads(case_to_json(added.case)), "notes": list(added.notes)})
        return
    console.ending(f"{suite}: added {added.case.name} ({added.case.kind}); {'; '.join(added.notes)}")


@app.command("list")
def list_(
    suite: SuiteArgument = None,
    patterns: PatternArguments = None,
    builtin: BuiltinFlag = False,
    json: JsonFlag = False,
) -> None:
    """List the cases of a suite with what they are about; of the bundled one without a suite.

    Example: refdec conform list --builtin 'bad_*'
    """
    from refdec.conformance.suite import open_suite

    place, chosen = _place(suite, patterns, builtin or suite is None)
    opened = open_suite(place)
    cases = [opened.case(name) for name in opened.select(chosen)]
    if json:
        rows = [{"name": c.name, "kind": c.kind, "title": c.title, "clauses": list(c.clauses)} for c in cases]
        console.show_json(rows)
        return
    console.show_table(opened.name, ("case", "kind", "title"), [(c.name, c.kind, c.title) for c in cases])


@app.command()
def run(
    suite: SuiteArgument = None,
    patterns: PatternArguments = None,
    builtin: BuiltinFlag = False,
    decoder: Annotated[
        str | None,
        typer.Option(metavar="'CMD {in} {out}'", help="Test this command; {weights}: the folder of checkpoints."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What {weights} stands for; default: the suite's own folder.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Cases under way at once.")] = 1,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="S", help="Seconds that a case may take.")] = 60.0,
    json_file: Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON.")] = None,
    junit: Annotated[str | None, typer.Option(metavar="FILE", help="Write the report as JUnit XML.")] = None,
    html: Annotated[str | None, typer.Option(metavar="FILE", help="Write the report as one HTML page.")] = None,
    spec: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Where docs/spec lies, for links of the page; default: this checkout's."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every case, not only failed ones.")] = False,
) -> None:
    """Run refdec, or another decoder, over a suite; exit code 4 if any case is not as expected.

    Example: refdec conform run suite --decoder 'mydecoder {in} {out} {weights}' --html report.html
    """
    from refdec.cli.outputs import require_distinct, require_files, require_writable
    from refdec.cli.startup import prepare_process
    from refdec.conformance.case import SUITE_FILE
    from refdec.formats.files import READ_SUFFIXES
    from refdec.formats.kinds import CODESTREAM_SUFFIXES

    if "{weights}" not in (decoder or ""):
        refuse_idle("is what {weights} stands for: it needs --decoder with {weights}", {"--weights": weights})
    if html is None:
        refuse_idle("is for links of the page: it needs --html", {"--spec": spec})
    place, chosen = _place(suite, patterns, builtin)
    written = {"--json": json_file, "--junit": junit, "--html": html}
    require_files("conform run", written)
    manifest = None if place is None else place / SUITE_FILE
    read: Inputs = {"the suite": place, "the list of its cases": manifest, "--weights": weights}
    require_distinct(read, written, below=(*CODESTREAM_SUFFIXES, *READ_SUFFIXES, ".pth", ".npz"))
    require_writable(written.values())
    prepare_process()
    from refdec.conformance.runner import RunOptions, run_suite
    from refdec.conformance.suite import open_suite

    options = RunOptions(decoder, weights, jobs, timeout, chosen)
    with progress_lines("refdec conform", "cases") as progress:
        found = run_suite(open_suite(place), options, watch=progress)
    failed = _show_verdicts(found, every=every)
    _write_reports(found, json_file, junit, html, spec)
    if failed:
        raise typer.Exit(ExitCode.DIFFERS)


def _show_verdicts(found: RunResult, *, every: bool) -> int:
    """Print what became of cases, and return how many are not as expected."""
    for result in found.results:
        if every or not result.passed:
            said = f": {result.message}" if result.message else ""
            console.result(f"{result.case.name}: {result.verdict.value}{said}")
    for rule in found.common:
        console.result(rule.explain())
    for verdict, count in found.counts().items():
        console.result(f"{count:5}  {verdict.value}")
    failed = sum(not result.passed for result in found.results)
    console.result(f"{_cases(len(found.results))} in {found.seconds:.1f} s, {failed or 'none'} not as expected")
    return failed


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


def _write_reports(
    found: RunResult, json_file: str | None, junit: str | None, html: str | None, spec: str | None
) -> None:
    from refdec.conformance import report
    from refdec.formats.files import write_text

    writers = ((json_file, report.to_json), (junit, report.to_junit), (html, partial(report.to_html, spec=spec)))
    for path, writer in writers:
        if path is not None:
            write_text(path, writer(found))
