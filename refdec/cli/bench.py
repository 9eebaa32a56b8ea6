"""`refdec bench`: tables of speed and of rate and distortion; each kind of benchmark is a command of its own."""

from __future__ import annotations

import typer

from refdec.cli.bench_generations import generations
from refdec.cli.bench_icons import icons
from refdec.cli.bench_kept import kept
from refdec.cli.bench_look import look, look_scores
from refdec.cli.bench_lossless import lossless
from refdec.cli.bench_quality import quality
from refdec.cli.bench_rd import rd
from refdec.cli.bench_retrieval import retrieval
from refdec.cli.bench_speed import speed
from refdec.cli.bench_tasks import tasks

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    help="Measure codecs and tasks; results as table, JSON and plot.",
)
app.command()(rd)
app.command()(quality)
app.command()(generations)
app.command()(look)
app.command("look-scores")(look_scores)
app.command()(icons)
app.command()(kept)
app.command()(lossless)
app.command()(retrieval)
app.command()(speed)
app.command()(tasks)
