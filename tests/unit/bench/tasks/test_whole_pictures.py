"""Figures of the benchmarks of `classify` and `embed`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.bench.tasks.data_sets import Sample
from refdec.bench.tasks.whole_pictures import CLASSIFY, EMBED, mean_average_precision

from .support import ground


def sample(name: str) -> Sample[str]:
    return Sample(Path(f"{name}.png"), name)


def test_how_often_the_right_class_is_the_first() -> None:
    assert CLASSIFY.value([("a", sample("a")), ("b", sample("a")), ("b", sample("b")), ("c", sample("c"))]) == 75


def test_how_well_pictures_of_a_class_find_each_other() -> None:
    east, north = np.array([1.0, 0.1]), np.array([0.1, 1.0])
    apart = [(east, sample("a")), (east * 2, sample("a")), (north, sample("b")), (north * 3, sample("b"))]
    assert mean_average_precision(apart) == pytest.approx(100)
    mixed = [(east, sample("a")), (north, sample("a")), (east * 2, sample("b")), (north * 2, sample("b"))]
    assert mean_average_precision(mixed) < 50


def test_without_teachers_nobody_answers_on_pixels(tmp_path: Path) -> None:
    given = ground((50,), 1)
    assert CLASSIFY.pixels(given, tmp_path) is None and EMBED.pixels(given, tmp_path) is None
