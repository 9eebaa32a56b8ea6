"""Rows of measurements go into a file and come back."""

from __future__ import annotations

import json

from refdec.bench.tasks.figures import LATENTS, ORIGINAL, Cost, TaskRow, mean_cost, report_text

ROWS = [
    TaskRow("events", "AUC [%]", LATENTS, "find", 20, 0.125, 99.5, 30, 172800, Cost(0.025, 1000, 9), {"found": 50.0}),
    TaskRow("events", "AUC [%]", ORIGINAL, "mean", None, 0.0, 98.25, 30),
]


def test_rows_are_what_they_were() -> None:
    told = json.loads(report_text(ROWS, {"most": 3}))
    assert told["facts"] == {"most": 3}
    assert [TaskRow.from_json(values) for values in told["rows"]] == ROWS


def test_the_mean_of_costs() -> None:
    assert mean_cost([]) is None
    assert mean_cost([Cost(1.0, 10, 100), Cost(2.0, 20, 300)]) == Cost(1.5, 15, 200)
