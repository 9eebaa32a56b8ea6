"""Figures of the benchmark of `events`: the area under the curve, hits and false alarms; and a whole small run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.bench.tasks import events
from refdec.bench.tasks.events import area_under_curve, event_rows, hits_and_alarms, places_of
from refdec.bench.tasks.figures import LATENTS, MIXED, ORIGINAL, PIXELS
from refdec.bench.tasks.fixed_camera import Frame, Pasted, Recording
from tests.encodable import photograph

from .support import ground


def test_the_area_under_the_curve() -> None:
    positive = np.array([True, True, False, False])
    assert area_under_curve(np.array([4.0, 3.0, 2.0, 1.0]), positive) == 1
    assert area_under_curve(np.array([1.0, 2.0, 3.0, 4.0]), positive) == 0
    assert area_under_curve(np.array([4.0, 2.0, 3.0, 1.0]), positive) == 0.75
    assert area_under_curve(np.ones(4), positive) == 0.5, "equal scores count half"


def test_places_that_are_touched_a_little_do_not_count() -> None:
    changed = np.zeros((32, 48), bool)
    changed[:16, :16] = True
    changed[16:20, 20:22] = True
    positive, counts = places_of(changed)
    assert positive.tolist() == [[True, False, False], [False, False, False]]
    assert counts.tolist() == [[True, True, True], [True, False, True]]


def test_hits_and_false_alarms() -> None:
    thing = Pasted(np.zeros((32, 32, 3)), np.ones((32, 32)), 1, 4, (16.0, 16.0), (0.0, 0.0))
    scene = np.zeros((96, 96, 3), np.uint8)
    changed = np.zeros((96, 96), bool)
    changed[16:48, 16:48] = True
    frames = [Frame(scene, changed if 1 <= number < 4 else np.zeros_like(changed)) for number in range(5)]
    made = Recording(scene, (thing,), 1, 5)
    right, wrong = [(1, 1, 16, 16, 32, 32), (2, 1, 16, 16, 32, 32)], [(3, 2, 64, 64, 16, 16)]
    assert hits_and_alarms(made, frames, right) == (1, 0)
    assert hits_and_alarms(made, frames, right[:1]) == (0, 0), "in less than half of its frames"
    assert hits_and_alarms(made, frames, [*right, *wrong]) == (1, 1)
    assert hits_and_alarms(made, frames, wrong) == (0, 1)


def test_a_recording_is_measured_every_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "FRAME", (112, 144))
    monkeypatch.setattr("refdec.bench.tasks.fixed_camera.LARGEST", 40)
    for name, seed in (("a", 1), ("b", 2)):
        Image.fromarray(photograph(120, 150, seed=seed)[:: 1 - 2 * (seed == 2)] // 2 + 60).save(
            tmp_path / f"{name}.png"
        )
    rows = list(event_rows(ground((60,), 1), tmp_path))
    assert [(row.way, row.quality) for row in rows] == [
        (LATENTS, 60), (PIXELS, 60), (LATENTS, MIXED), (PIXELS, MIXED), (ORIGINAL, None),
    ]  # fmt: skip
    assert all(50 < row.value <= 100 and row.count == 30 for row in rows)
    first, second = rows[0].cost, rows[1].cost
    assert first is not None and second is not None and 0 < first.products < second.products
    assert set(rows[0].also) == {"things found [%]", "false alarms a hundred frames"} and not rows[1].also
