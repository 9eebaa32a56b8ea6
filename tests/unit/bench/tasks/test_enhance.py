"""The benchmark of `enhance`: rows for every way to spoil, with the figures of each rival."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.bench.tasks import enhance
from refdec.bench.tasks.enhance import enhance_rows
from refdec.bench.tasks.figures import LATENTS, PIXELS
from refdec.bench.tasks.spoilt import WAYS_TO_SPOIL
from tests.encodable import photograph

from .support import ground


def test_each_way_to_spoil_has_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(photograph(161, 190)).save(tmp_path / "a.png")
    chosen = [("denoise", "noise 50"), ("nothing", "left out")]
    monkeypatch.setattr(
        enhance, "WAYS_TO_SPOIL", {case: WAYS_TO_SPOIL.get(case, WAYS_TO_SPOIL[chosen[0]]) for case in chosen}
    )
    rows = list(enhance_rows(ground((80,), 1), tmp_path))
    assert [(row.task, row.way) for row in rows] == [("enhance denoise, noise 50", way) for way in (LATENTS, PIXELS)]
    for row in rows:
        assert 10 < row.value < 45 and row.bpp > 0 and row.cost is not None
        assert 0 < row.also["SSIM, the task"] < 1
    assert rows[0].value > rows[0].also.get("PSNR, as decoded", rows[1].value), "noise is taken away"


def test_figures_are_of_the_places_that_count() -> None:
    good = photograph(60, 70)
    made, holes = good.copy(), np.zeros((60, 70), bool)
    made[10:20, 10:20] = 0
    holes[30:40, 30:40] = True
    assert enhance._figures(made, good, holes)[0] > 100 and enhance._figures(made, good, holes)[1] == 1
    assert enhance._figures(made, good, ~holes)[0] < 40 and enhance._figures(made, good, None)[1] < 1
