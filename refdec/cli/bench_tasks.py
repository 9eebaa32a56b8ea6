"""`refdec bench tasks`: whether it is worth it to answer from latents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refdec.cli import console
from refdec.cli.errors import WrongNumbers
from refdec.cli.idle import refuse_idle
from refdec.cli.options import JsonFlag, WeightsOption, number_list
from refdec.cli.plugins import installed_plugins
from refdec.parallel.places import is_file

if TYPE_CHECKING:
    from refdec.bench.tasks.figures import TaskRow
    from refdec.cli.outputs import Inputs

__all__ = ["tasks"]

BESIDE_PICTURES = (".xml", ".head", ".tflite", ".pth", ".npz")
"""Suffixes of what else lies in the folders of data, of --teachers and of --pair."""


def tasks(
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="TASK=FOLDER",
            help="What a task is measured on; repeatable. thumbnail, retrieval, events, enhance: any pictures; "
            "classify, embed: a folder for each class; segment: folders pictures and masks; detect, faces: VOC; pair: "
            "as the task of its heads. Others are left out.",
        ),
    ] = None,
    qualities: Annotated[str, typer.Option(metavar="Q,Q", help="Rates, as qualities 1..100.")] = "20,40,60,80",
    most: Annotated[int, typer.Option(min=1, metavar="N", help="Pictures of a data set, evenly spread.")] = 100,
    teachers: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Networks of others, for classify and embed: MobileNet v1.")
    ] = None,
    pair: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="latents.head and pixels.head: one network, trained on both alike."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Keep the figures.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what FILE.json has of tasks that are not measured now.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the curves (needs matplotlib).")] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Write the tables as Markdown, between the marks of a page.")
    ] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Measure tasks from latents, from the decoded picture, and on originals: accuracy, CPU time, memory, products.

    Examples: refdec bench tasks --data thumbnail=photos/ --data events=photos/ --out tasks.json; refdec bench tasks
    --resume --out tasks.json --plot tasks.png
    """
    from refdec.api.weights import load_weights
    from refdec.bench.errors import NothingMeasured
    from refdec.bench.plotted import require_plot
    from refdec.bench.tasks.entries import folders_of, measured
    from refdec.bench.tasks.figures import continued, read_rows, report_text
    from refdec.bench.tasks.ground import Ground
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.formats.files import READ_SUFFIXES, write_text
    from refdec.plugins.core import Core

    chosen = number_list("--qualities", qualities)
    if not chosen or not all(1 <= quality <= 100 for quality in chosen):
        raise WrongNumbers("--qualities", "numbers 1..100", qualities)
    if not data and not (resume and out is not None):
        raise typer.BadParameter("give --data TASK=FOLDER, or --resume and --out FILE.json to show what was measured")
    if out is None:
        refuse_idle("goes on with FILE.json: it needs --out", {"--resume": resume})
    folders = folders_of(data or ())
    if not {"classify", "embed"} & set(folders):
        refuse_idle("is for two tasks: it needs --data of classify or embed", {"--teachers": teachers})
    if "pair" not in folders:
        refuse_idle("is for the task of that name: it needs --data pair=FOLDER", {"--pair": pair})
    require_plot(plot)
    read: Inputs = {"an input": list(folders.values()), "--teachers": teachers, "--pair": pair, "--weights": weights}
    written = {"--out": out, "--plot": plot, "--markdown": markdown}
    require_distinct(read, written, below=(*READ_SUFFIXES, *BESIDE_PICTURES))
    require_writable(written.values())
    pack = load_weights(weights)
    kept = read_rows(out, pack.fingerprint) if resume and out is not None and is_file(out) else []
    rows: list[TaskRow] = []
    ground = Ground(pack, Core(pack), installed_plugins(), chosen, most, teachers, pair, console.say)
    for row in measured(ground, folders, kept):
        rows.append(row)
        if out is not None:
            write_text(out, report_text(continued(kept, rows), _facts(pack.fingerprint, chosen, most)))
    all_rows = continued(kept, rows)
    if not all_rows:
        raise NothingMeasured("every task is left out, as said above")
    _show(all_rows, report_text(all_rows, _facts(pack.fingerprint, chosen, most)), plot, markdown, as_json=json)


def _facts(fingerprint: str, qualities: tuple[int, ...], most: int) -> dict[str, object]:
    """Return what the figures depend on."""
    from refdec.bench.machine import machine_facts

    return {"machine": machine_facts(), "weights": fingerprint, "qualities": list(qualities), "most": most}


def _show(rows: list[TaskRow], text: str, plot: Path | None, markdown: Path | None, *, as_json: bool) -> None:
    """Print the tables, write page and plot."""
    from refdec.bench.plotted import write_figure
    from refdec.bench.rd_tables import write_page
    from refdec.bench.tasks.tables import BEGIN, tables_of, tasks_figure

    tables = tables_of(rows)
    if plot is not None:
        write_figure(tasks_figure(rows), plot)
    if markdown is not None:
        write_page(markdown, tables, BEGIN)
    if as_json:
        console.result(text.rstrip("\n"))
        return
    for table in tables:
        console.show_table(table.title, table.columns, table.rows)
