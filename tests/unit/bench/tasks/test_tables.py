"""Tables and a plot of rows: ways side by side, costs with their ratio."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refdec.bench.tasks.figures import LATENTS, MIXED, ORIGINAL, PIXELS, Cost, TaskRow
from refdec.bench.tasks.tables import tables_of, tasks_figure

ROWS = [
    TaskRow("events", "AUC [%]", LATENTS, "find", 20, 0.1, 99.5, 30, 1000, Cost(0.02, 1 << 20, 5000), {"alarms": 0.5}),
    TaskRow("events", "AUC [%]", PIXELS, "mean", 20, 0.1, 90.0, 30, 1000, Cost(0.08, 4 << 20, 50000)),
    TaskRow("events", "AUC [%]", LATENTS, "find", MIXED, 0.3, 98.0, 30, 1000, Cost(0.04, 1 << 20, 7000), {"alarms": 1}),
    TaskRow("events", "AUC [%]", ORIGINAL, "mean", None, 0.0, 95.5, 30),
    TaskRow("thumbnail", "PSNR [dB]", LATENTS, "map", 20, 0.1, 30.0, 2),
]


def test_ways_stand_side_by_side() -> None:
    accuracy, thumbnail, costs = tables_of(ROWS)
    assert accuracy.title == "events, AUC [%], 30 pictures"
    assert accuracy.columns == ("quality", "bpp", "latents: find", "pixels: mean", "original: mean", "alarms")
    assert accuracy.rows == (
        ("20", "0.100", "99.5", "90.0", "95.5", "0.5"),
        ("mixed", "0.300", "98.0", "-", "95.5", "1"),
    )
    assert thumbnail.columns == ("quality", "bpp", "latents: map") and thumbnail.rows == (("20", "0.100", "30.00"),)
    assert costs.rows == (
        ("events", "latents", "0.20", "30", "1", "6", "-"),
        ("events", "pixels", "0.10", "80", "4", "50", "2.7"),
    )


def test_a_plot_has_a_panel_for_each_task() -> None:
    pytest.importorskip("matplotlib")
    columns, rows = tasks_figure(ROWS).get_size_inches()
    many = [replace(ROWS[0], task=f"task {number}") for number in range(6)]
    wide, tall = tasks_figure(many).get_size_inches()
    assert (tall, wide) == (2 * rows, 2 * columns)  # 2 panels in a row; 4 and 2
