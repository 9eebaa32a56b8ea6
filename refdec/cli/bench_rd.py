"""`refdec bench rd`: rate and distortion of encoders beside JPEG, WebP and AVIF."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refdec.cli import console
from refdec.cli.bench_codecs import codecs_of, names_of
from refdec.cli.errors import WrongNumbers
from refdec.cli.idle import refuse_idle
from refdec.cli.options import JsonFlag, WeightsOption, number_list
from refdec.cli.plugins import ENVIRONMENT_VARIABLE
from refdec.parallel.places import is_file

if TYPE_CHECKING:
    from refdec.bench.codecs import Codec
    from refdec.bench.rd import RdPoint
    from refdec.bench.rd_summary import RdFacts
    from refdec.parallel.outcomes import Outcome

__all__ = ["rd"]

RATES, FILES = "Codecs and rates", "Results"
CODECS = "analysis,refine,jpeg,webp,avif"
ANCHORS = "jpeg,webp,avif,analysis"
DISPLACEMENTS = "-800,-550,-300,0,300,600"


def rd(
    inputs: Annotated[
        list[Path] | None, typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them.")
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=WHERE",
            help="A kind of pictures: folder, file or pattern; repeatable, in place of PICTURE.png. A table a kind.",
        ),
    ] = None,
    codecs: Annotated[
        str, typer.Option(metavar="A,B", rich_help_panel=RATES, help="Encoders of refdec, and jpeg, webp, avif.")
    ] = CODECS,
    anchors: Annotated[
        str | None,
        typer.Option(
            metavar="A,B", rich_help_panel=RATES, help=f"Codecs that BD-rates are against; default, of {ANCHORS}: all."
        ),
    ] = None,
    displacements: Annotated[
        str | None,
        typer.Option(
            metavar="D,D",
            rich_help_panel=RATES,
            help=f"Rates of refdec's encoders: displacements of luma; default: {DISPLACEMENTS}.",
        ),
    ] = None,
    qualities: Annotated[
        str | None,
        typer.Option(
            metavar="Q,Q",
            rich_help_panel=RATES,
            help="Rates of refdec's encoders as qualities 1..100, which use every model.",
        ),
    ] = None,
    time_budget: Annotated[
        float | None,
        typer.Option(metavar="S", rich_help_panel=RATES, help="Seconds that an encoder may improve one picture."),
    ] = None,
    gray_alone: Annotated[
        bool,
        typer.Option(
            "--gray-alone",
            rich_help_panel=RATES,
            help="Encoders leave chroma out of gray pictures (encode --chroma 400).",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", rich_help_panel=FILES, help="Keep all points, means and BD-rates."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", rich_help_panel=FILES, help="Keep what FILE.json has, measure what it lacks.")
    ] = False,
    again: Annotated[
        str, typer.Option(metavar="A,B", rich_help_panel=FILES, help="With --resume: measure these codecs anew.")
    ] = "",
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", rich_help_panel=FILES, help="Draw the curves (needs matplotlib).")
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.md", rich_help_panel=FILES, help="Write the tables as Markdown, between the marks of a page."
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes; default: the cores.")] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Measure bits per pixel, luma PSNR, RGB PSNR and MS-SSIM, and compare by BD-rate.

    Examples: refdec bench rd kodak --out rd.json --plot rd.png; refdec bench rd --set text=scans --set photos=kodak
    """
    from refdec.bench.codecs import EncoderCodec
    from refdec.bench.errors import NothingMeasured
    from refdec.bench.pictures import picture_files, picture_sets
    from refdec.bench.plotted import require_plot
    from refdec.bench.rd_summary import RdResults, read_results, report_text
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.formats.files import write_text

    if bool(inputs) == bool(sets):
        raise typer.BadParameter("give pictures or folders, or kinds of them by --set, one of the two")
    if qualities is not None:
        refuse_idle("and --qualities are both rates: give one of them", {"--displacements": displacements})
    if out is None:
        refuse_idle("goes on with FILE.json: it needs --out", {"--resume": resume})
    if not resume:
        refuse_idle("is about what FILE.json has: it needs --resume", {"--again": again or None})
    _require_known("--again", again, names_of(codecs), "measured now: --codecs")
    require_plot(plot)
    template = EncoderCodec(
        "",
        number_list("--displacements", displacements or DISPLACEMENTS, signed=True),
        weights,
        os.environ.get(ENVIRONMENT_VARIABLE),
        time_budget,
        gray_alone,
    )
    if qualities is not None:
        template = replace(template, settings=_qualities(qualities), by_quality=True)
    rates = {"--displacements": displacements, "--qualities": qualities, "--gray-alone": gray_alone}
    chosen = codecs_of(codecs, template, rates)
    pictures = picture_sets(sets) if sets else {"": picture_files(inputs or [])}
    read = {"an input": [path for paths in pictures.values() for path in paths], "--weights": weights}
    require_distinct(read, {"--out": out, "--plot": plot, "--markdown": markdown})
    require_writable((out, plot, markdown))
    facts = _facts(chosen, weights)
    before = read_results(out) if resume and out is not None and is_file(out) else RdResults((), facts)
    kept = before.without(names_of(again))
    points = list(kept.points)
    measured = (*names_of(codecs), *(point.codec for point in points))
    _require_known("--anchors", anchors or "", measured, "measured: --codecs")
    against = names_of(ANCHORS if anchors is None else anchors)
    if markdown is not None and sets and not set(against) & set(measured):
        raise typer.BadParameter("of kinds of pictures --markdown writes BD-rates: --anchors names no codec among them")
    if out is not None:
        facts = kept.continued(out, facts)

    def keep() -> str:
        kinds = [*pictures, *(point.kind for point in points)]
        points.sort(key=lambda point: (_place(point.codec, codecs), kinds.index(point.kind)))
        return report_text(points, against, facts)

    def keep_points(more: Sequence[RdPoint]) -> None:
        points.extend(more)
        if out is not None:
            write_text(out, keep())

    code = _measure(pictures, chosen, points, workers, keep_points)
    if not points:
        raise NothingMeasured("every picture failed, as said above")
    _finish(points, keep(), against, _Files(out, plot, markdown), json)
    if code:
        raise typer.Exit(code)


def _require_known(option: str, text: str, known: Sequence[str], where: str) -> None:
    """Raise BadParameter for a codec of an option that is not among those it can be about."""
    for name in names_of(text):
        if name not in known:
            raise typer.BadParameter(f"{option} names {name}, which is none of the codecs that are {where}")


def _qualities(text: str) -> tuple[int, ...]:
    """Return the qualities of "Q,Q".  Raises WrongNumbers."""
    found = number_list("--qualities", text)
    if not all(1 <= quality <= 100 for quality in found):
        raise WrongNumbers("--qualities", "numbers 1..100", text)
    return found


def _place(codec: str, codecs: str) -> int:
    names = names_of(codecs)
    return names.index(codec) if codec in names else len(names)


def _facts(codecs: Sequence[Codec], weights: Path | None) -> RdFacts:
    """Return what the figures depend on."""
    from importlib.metadata import version

    from refdec.api.weights import load_weights
    from refdec.bench.rd_summary import RdFacts

    versions = {name: version(name) for name in ("refdec", "numpy", "pillow")}
    return RdFacts(versions, load_weights(weights).fingerprint, {codec.name: codec.description for codec in codecs})


def _measure(
    pictures: dict[str, list[Path]], codecs: list[Codec], points: list[RdPoint], workers: int | None, found: Any
) -> int:
    """Measure what is not among `points`; return the exit code."""
    from refdec.bench.rd import measure_points

    def failed(outcome: Outcome) -> None:
        console.say(f"refdec: {outcome.job.input}: {outcome.message or outcome.status}", always=True)

    done = [0]
    total = sum(map(len, pictures.values())) * sum(len(codec.settings) for codec in codecs)
    with console.progress("measuring") as show:

        def seen(more: Sequence[RdPoint]) -> None:
            found(more)
            done[0] += len(more)
            show(done[0] / total)

        summary = measure_points(pictures, codecs, known=tuple(points), workers=workers, found=seen, failed=failed)
    return summary.exit_code


@dataclass(frozen=True, slots=True)
class _Files:
    """What is written beside the tables on the terminal."""

    out: Path | None
    plot: Path | None
    markdown: Path | None


def _finish(points: list[RdPoint], text: str, anchors: Sequence[str], files: _Files, as_json: bool) -> None:
    """Print the tables, write file and plot."""
    from refdec.bench.rd_tables import BEGIN, BEGIN_KINDS, tables_of, tables_of_kinds, write_page
    from refdec.formats.files import write_text

    by_kind = any(point.kind for point in points)
    tables = tables_of_kinds(points, anchors) if by_kind else tables_of(points, anchors)
    if files.out is not None:
        write_text(files.out, text)
    if files.plot is not None:
        from refdec.bench.plotted import write_figure
        from refdec.bench.rd_plot import rd_figure

        pictures = len({(point.kind, point.picture) for point in points})
        title = f"{pictures} pictures, means; bits of whole files"
        write_figure(rd_figure(points, title), files.plot)
    if files.markdown is not None:
        write_page(files.markdown, tables, BEGIN_KINDS if by_kind else BEGIN)
    if as_json:
        console.result(text.rstrip("\n"))
        return
    for table in tables:
        console.show_table(table.title, table.columns, table.rows)
