"""`refdec bench generations`: what coding again and again costs, beside JPEG, WebP and AVIF."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refdec.cli import console
from refdec.cli.bench_codecs import codecs_of
from refdec.cli.errors import WrongNumbers
from refdec.cli.options import JsonFlag, WeightsOption, number_list
from refdec.cli.plugins import ENVIRONMENT_VARIABLE

if TYPE_CHECKING:
    from refdec.bench.generations import Generation
    from refdec.parallel.outcomes import Outcome

__all__ = ["generations"]


def generations(
    inputs: Annotated[list[Path], typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them.")],
    codecs: Annotated[
        str, typer.Option(metavar="A,B", help="Encoders of refdec, and jpeg, webp, avif.")
    ] = "analysis,refine,jpeg,webp,avif",
    count: Annotated[int, typer.Option(min=2, metavar="N", help="Codings in a row.")] = 10,
    settings: Annotated[
        str, typer.Option(metavar="N,N", help="Which of the settings of bench rd, from 1, the lowest rate.")
    ] = "2,5",
    time_budget: Annotated[
        float | None, typer.Option(metavar="S", help="Seconds that an encoder may improve one picture.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Keep all points and means.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the losses (needs matplotlib).")] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Write the table as Markdown, between the marks of a page.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes; default: the cores.")] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Code and decode pictures again and again at fixed settings, and measure what is lost after each time.

    Example: refdec bench generations kodak --out generations.json --plot generations.png
    """
    from refdec.api.weights import load_weights
    from refdec.bench.codecs import EncoderCodec
    from refdec.bench.errors import NothingMeasured
    from refdec.bench.generations import (
        BEGIN_GENERATIONS,
        generations_table,
        generations_text,
        measure_generations,
    )
    from refdec.bench.pictures import picture_files
    from refdec.bench.plotted import require_plot, write_figure
    from refdec.bench.rd_tables import write_page
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.formats.files import write_text

    require_plot(plot)
    places = number_list("--settings", settings)
    plugins = os.environ.get(ENVIRONMENT_VARIABLE)
    template = EncoderCodec("", weights=weights, plugins=plugins, time_budget_seconds=time_budget)
    chosen = codecs_of(codecs, template, {})
    names = [codec.name for codec in chosen]
    most = min((len(codec.settings) for codec in chosen), default=0)
    if not all(place in range(1, most + 1) for place in places):
        raise WrongNumbers("--settings", f"numbers 1..{most}", settings)
    pictures = picture_files(inputs)
    require_distinct(
        {"an input": pictures, "--weights": weights}, {"--out": out, "--plot": plot, "--markdown": markdown}
    )
    require_writable((out, plot, markdown))
    points: list[Generation] = []
    total = len(pictures) * len(chosen)

    def failed(outcome: Outcome) -> None:
        console.say(f"refdec: {outcome.job.input}: {outcome.message or outcome.status}", always=True)

    done = [0]
    with console.progress("measuring") as show:

        def keep(more: Sequence[Generation]) -> None:
            points.extend(more)
            done[0] += 1
            show(done[0] / total)

        summary = measure_generations(pictures, chosen, places, count, workers=workers, found=keep, failed=failed)
    if not points:
        raise NothingMeasured("every picture failed, as said above")
    points.sort(key=lambda point: names.index(point.codec))
    facts = {"weights": load_weights(weights).fingerprint, "codecs": {c.name: c.description for c in chosen}}
    text, table = generations_text(points, facts), generations_table(points)
    if out is not None:
        write_text(out, text)
    if plot is not None:
        from refdec.bench.generations_plot import losses_figure

        write_figure(losses_figure(points), plot)
    if markdown is not None:
        write_page(markdown, [table], BEGIN_GENERATIONS)
    if json:
        console.result(text.rstrip("\n"))
    else:
        console.show_table(table.title, table.columns, table.rows)
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)
