"""Networks that others trained: what is missing is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.bench.tasks.errors import TeacherUnusable
from refdec.bench.tasks.teachers import embedding, unit


def test_vectors_have_the_length_one() -> None:
    assert unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0.0, 0.0]]


def test_a_teacher_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TeacherUnusable) as problem:
        embedding(tmp_path)
    assert "--teachers" in problem.value.explain()
