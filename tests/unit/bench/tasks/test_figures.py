"""Rows of measurements go into a file and come back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from refdec.bench.tasks.errors import RowsOfOtherWeights, RowsUnreadable
from refdec.bench.tasks.figures import LATENTS, ORIGINAL, Cost, TaskRow, continued, mean_cost, read_rows, report_text

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


def test_rows_are_read_back_for_the_same_weights_alone(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    file.write_text(report_text(ROWS, {"weights": "abc"}))
    assert read_rows(file, "abc") == ROWS
    with pytest.raises(RowsOfOtherWeights) as other:
        read_rows(file, "abd")
    assert "abd" in other.value.explain() and "--resume" in other.value.explain()


@pytest.mark.parametrize("text", ["", "[]", '{"facts": {}, "rows": []}', '{"facts": {"weights": "a"}, "rows": [{}]}'])
def test_a_file_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tasks.json"
    file.write_text(text)
    with pytest.raises(RowsUnreadable) as problem:
        read_rows(file, "a")
    assert str(file) in problem.value.explain() and "--resume" in problem.value.explain()


def test_a_task_measured_anew_takes_the_place_of_its_old_rows() -> None:
    faces = replace(ROWS[0], task="faces")
    anew = [replace(ROWS[0], value=50.0), replace(ROWS[0], task="embed")]
    assert continued([*ROWS, faces], anew) == [anew[0], faces, anew[1]]
    assert continued([], ROWS) == continued(ROWS, []) == ROWS
