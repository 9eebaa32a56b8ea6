"""Generations: the plot (needs matplotlib, the extra `plot`).

In: points.  Out: a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from refdec.bench.generations import Generation, mean_generations
from refdec.bench.rd_plot import STYLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["losses_figure"]


def losses_figure(points: Sequence[Generation]) -> Figure:
    """Return a plot of the mean loss of luma PSNR by generation, one panel a place among the settings."""
    from matplotlib.figure import Figure

    rows = mean_generations(points)
    settings: dict[str, list[int]] = {}
    for row in rows:
        known = settings.setdefault(row.codec, [])
        known += [] if row.setting in known else [row.setting]
    panels = max(map(len, settings.values()))
    figure = Figure(figsize=(7 * panels, 5), layout="constrained")
    for place, axes in enumerate(figure.subplots(1, panels, squeeze=False)[0]):
        for codec, known in settings.items():
            mine = [row for row in rows if row.codec == codec and row.setting == known[place]]
            label = f"{codec} {known[place]} ({mine[0].bpp:.2f} bpp)"
            loss = [-row.luma_loss for row in mine]
            axes.plot([row.generation for row in mine], loss, STYLES.get(codec, "o-"), label=label, markersize=4)
        axes.set_xlabel("coding")
        axes.set_ylabel("luma PSNR against the first coding [dB]")
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    return figure
