"""Rows of measurements as tables and as a plot.

In: `TaskRow`s.  Out: a table of accuracy for each task, one of costs for all; a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from refdec.bench.rd_tables import TextTable
from refdec.bench.tasks.figures import LATENTS, MIXED, ORIGINAL, PIXELS, WAYS, TaskRow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BEGIN", "tables_of", "tasks_figure"]

BEGIN = "<!-- tables of refdec bench tasks -->"
MIB, THOUSAND = 1 << 20, 1000
PANELS_IN_A_ROW = 4
COSTS = ("task", "way", "bpp", "CPU [ms]", "peak [MiB]", "products a sample", "CPU, pixels : latents")
STYLES = {LATENTS: "o-", PIXELS: "s--"}
DECIBELS = "[dB]"
"""Figures of this unit have a decimal more: a tenth of it is much."""


def tables_of(rows: Sequence[TaskRow]) -> list[TextTable]:
    """Return a table for each task, and one of costs."""
    tasks = dict.fromkeys(row.task for row in rows)
    return [*(_accuracy([row for row in rows if row.task == task]) for task in tasks), _costs(rows)]


def _rate(row: TaskRow) -> str:
    if row.quality is None:
        return "-"
    return "mixed" if row.quality == MIXED else str(row.quality)


def _accuracy(rows: Sequence[TaskRow]) -> TextTable:
    """Return the figures of one task: a line for each rate, a column for each way."""
    first, ways = rows[0], [way for way in WAYS if any(row.way == way for row in rows)]
    names = {way: next(row.by for row in rows if row.way == way) for way in ways}
    also = list(dict.fromkeys(name for row in rows for name in row.also))
    decimals = 2 if first.figure.endswith(DECIBELS) else 1
    plain = next((f"{row.value:.{decimals}f}" for row in rows if row.way == ORIGINAL), "-")
    lines = []
    for quality in dict.fromkeys(row.quality for row in rows if row.quality is not None):
        mine = {row.way: row for row in rows if row.quality == quality}
        some = next(iter(mine.values()))
        told = {way: f"{row.value:.{decimals}f}" for way, row in mine.items()} | {ORIGINAL: plain}
        figures = [told.get(way, "-") for way in ways]
        further = [f"{some.also[name]:g}" if name in some.also else "-" for name in also]
        lines.append((_rate(some), f"{some.bpp:.3f}", *figures, *further))
    columns = ("quality", "bpp", *(f"{way}: {names[way]}" for way in ways), *also)
    return TextTable(f"{first.task}, {first.figure}, {first.count} pictures", columns, tuple(lines))


def _costs(rows: Sequence[TaskRow]) -> TextTable:
    """Return what an answer costs, from the bytes on: means over the rates."""
    lines = []
    for task in dict.fromkeys(row.task for row in rows):
        seconds = {}
        for way in (LATENTS, PIXELS):
            mine = [row for row in rows if (row.task, row.way) == (task, way) and row.cost is not None]
            costs = [row.cost for row in mine if row.cost is not None]
            if not costs:
                continue
            seconds[way] = sum(cost.cpu_seconds for cost in costs) / len(costs)
            peak = sum(cost.peak_bytes for cost in costs) / len(costs) / MIB
            products = sum(cost.products for cost in costs) / sum(row.pixels for row in mine)
            bpp = sum(row.bpp for row in mine) / len(mine)
            ratio = f"{seconds[PIXELS] / seconds[LATENTS]:.1f}" if len(seconds) == 2 else "-"
            lines.append(
                (task, way, f"{bpp:.2f}", f"{THOUSAND * seconds[way]:.0f}", f"{peak:.0f}", f"{products:.0f}", ratio)
            )
    return TextTable("What an answer costs, from the bytes on", COSTS, tuple(lines))


def tasks_figure(rows: Sequence[TaskRow]) -> Figure:
    """Return a panel for each task: its figure by rate, latents beside pixels."""
    from matplotlib.figure import Figure

    tasks = list(dict.fromkeys(row.task for row in rows))
    columns = min(len(tasks), PANELS_IN_A_ROW)
    lines = -(-len(tasks) // columns)
    figure = Figure(figsize=(4.2 * columns, 3.6 * lines), layout="constrained")
    for place, task in enumerate(tasks):
        axes = figure.add_subplot(lines, columns, place + 1)
        mine = [row for row in rows if row.task == task]
        for way, style in STYLES.items():
            points = sorted((row.bpp, row.value) for row in mine if row.way == way and row.quality != MIXED)
            if points:
                axes.plot(*zip(*points, strict=True), style, label=way, markersize=4)
        for row in mine:
            if row.way == ORIGINAL:
                axes.axhline(row.value, color="gray", linestyle=":", label="original")
        axes.set_xlabel("bits per pixel")
        axes.set_ylabel(mine[0].figure)
        axes.set_title(task)
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    return figure
