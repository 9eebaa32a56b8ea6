"""Plots of the speed tables (matplotlib, the optional extra `plot`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


__all__ = ["sizes_figure"]


def sizes_figure(rows: list[dict[str, Any]]) -> Figure:
    """Draw the time of a pixel and peak memory against the size of the picture."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    pixels = [row["size"][0] * row["size"][1] / 1e6 for row in rows]
    for name, style, label in (
        ("decode_cpu_seconds", "o-", "decode, one worker, warm"),
        ("cpu_seconds", "s--", "whole process, two workers"),
    ):
        left.plot(pixels, [row[name]["median"] / n for row, n in zip(rows, pixels, strict=True)], style, label=label)
    left.set(xscale="log", yscale="log", xlabel="megapixels", ylabel="CPU microseconds a pixel")
    left.legend()
    right.plot(pixels, [row["peak_pss_bytes"] / 2**20 for row in rows], "o-", label="sum of PSS")
    right.plot(pixels, [row["peak_rss_bytes"] / 2**20 for row in rows], "s--", label="sum of RSS")
    right.set(xscale="log", ylim=(0, None), xlabel="megapixels", ylabel="peak memory of all processes, MiB")
    right.legend()
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure
