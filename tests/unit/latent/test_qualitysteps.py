"""Quality map steps (3.5.2)."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.latent.errors import QualityStepOutOfRange
from refdec.latent.qualitysteps import quality_steps


def test_both_step_tables() -> None:
    steps = quality_steps(np.arange(-8, 9, dtype=np.int32).reshape(1, 17))
    assert steps.log.tolist() == [
        [-886, -775, -664, -554, -443, -332, -221, -111, 0, 111, 221, 332, 443, 554, 664, 775, 886]
    ]
    assert steps.linear_q4.tolist() == [[4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 23, 27, 32, 39, 46, 54, 64]]


def test_example_c_3_steps_of_the_map() -> None:
    qp = np.array([[0, 0, 6, 6], [-3, -3, 6, 6], [-3, -3, -3, -8]], np.int32)
    steps = quality_steps(qp)
    assert steps.linear_q4.tolist() == [[16, 16, 46, 46], [10, 10, 46, 46], [10, 10, 10, 4]]
    assert steps.window(slice(1, 3), slice(2, 4)).log.tolist() == [[664, 664], [-332, -886]]


@pytest.mark.parametrize("step", [-9, 9, 2**31 - 1, -(2**31)])
def test_steps_outside_the_range_are_refused(step: int) -> None:
    qp = np.zeros((3, 4), np.int32)
    qp[2, 1] = step
    with pytest.raises(QualityStepOutOfRange) as caught:
        quality_steps(qp)
    assert (caught.value.row, caught.value.column, caught.value.step) == (2, 1, step)
