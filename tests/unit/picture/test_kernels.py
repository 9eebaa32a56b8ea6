"""Compiled loops and the Python that they are compiled from give the same integers, at the extremes too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refdec.picture import kernels
from refdec.picture.filters import kernels as filter_kernels

LOW, HIGH = -(2**31), 2**31 - 1


def plane(seed: int, height: int = 7, width: int = 9) -> Any:
    values = np.random.default_rng(seed).integers(LOW, HIGH, (height, width), dtype=np.int32, endpoint=True)
    values[0, :4] = LOW, HIGH, 0, -1
    return values


def vector(*values: int) -> Any:
    return np.array(values, np.int64)


def int32(*shape: int) -> Any:
    return np.zeros(shape, np.int32)


RECTANGLE = vector(1, 5, 2, 6)
CASES: list[tuple[Any, str, Callable[[], tuple[Any, ...]]]] = [
    (
        kernels,
        "resample_rows",
        lambda: (plane(1), np.array([[0, 6], [3, 3]]), np.array([[-7, 40], [2**29, 3]]), 5, int32(2, 9)),
    ),
    (
        kernels,
        "resample_columns",
        lambda: (plane(1), np.array([[0, 8], [3, 3]]), np.array([[-7, 40], [2**29, 3]]), 5, int32(7, 2)),
    ),
    (kernels, "rgb_from_ycc", lambda: (plane(1), plane(2), plane(3), int32(7, 9), int32(7, 9), int32(7, 9))),
    (
        kernels,
        "weighted_sum",
        lambda: (plane(1), plane(2), plane(3), vector(2**28, -(2**29), 7), 2**30 - 1, 2**30, int32(7, 9)),
    ),
    (
        kernels,
        "custom_colour",
        lambda: (*(np.abs(plane(s) >> 5) for s in (1, 2, 3)), vector(255, 0, 77), 200, 1023, int32(7, 9)),
    ),
    (kernels, "codes_of_plane", lambda: (plane(1) >> 4, 1023, np.zeros((7, 9), np.uint16))),
    (
        filter_kernels,
        "efe_linear_rectangle",
        lambda: (
            int32(6, 8),
            plane(1, 9, 11),
            plane(2, 9, 11),
            85896724,
            np.array([[0, 0, -65535], [3, 3, 98303], [1, 1, 2048]]),
            np.array([[2, 0, 98303]]),
            RECTANGLE,
        ),
    ),
    (
        filter_kernels,
        "efe_nonlinear_tile",
        lambda: (int32(7, 9), plane(1), plane(2), np.arange(-4, 4) * 20000, np.arange(8) * 2**26, RECTANGLE),
    ),
    (
        filter_kernels,
        "switch_plane",
        lambda: (int32(7, 9), plane(1), plane(2), np.arange(12, dtype=np.uint8).reshape(3, 4) % 3, 3),
    ),
    (
        filter_kernels,
        "lef_plane",
        lambda: (int32(7, 9), plane(1), np.array([[100, 116], [103, 110]]), np.arange(7) // 4, np.arange(9) // 5),
    ),
    (
        filter_kernels,
        "haar_analysis",
        lambda: (int32(2, 2, 20), 3, plane(1, 8, 8), np.where(plane(2, 16, 16) > 0, 1, -1).astype(np.int64)),
    ),
    (
        filter_kernels,
        "add_correction",
        lambda: (
            plane(1, 8, 8),
            plane(3, 4, 16).reshape(2, 2, 16),
            np.where(plane(2, 16, 16) > 0, 1, -1).astype(np.int64),
        ),
    ),
    (filter_kernels, "add_saturated", lambda: (plane(1, 4, 6).reshape(2, 2, 6), plane(2, 4, 6).reshape(2, 2, 6))),
]


@pytest.mark.parametrize(("module", "name", "arguments"), CASES, ids=[name for _, name, _ in CASES])
def test_compiled_equals_python(module: Any, name: str, arguments: Callable[[], tuple[Any, ...]]) -> None:
    compiled = getattr(module, name)
    if not hasattr(compiled, "py_func"):
        pytest.skip("the JIT is off: there is only the Python form")
    ours, theirs = arguments(), arguments()
    with np.errstate(over="raise"):
        compiled(*ours)
        compiled.py_func(*theirs)
    changed = False
    for one, other, before in zip(ours, theirs, arguments(), strict=True):
        assert np.array_equal(one, other)
        changed |= not np.array_equal(one, before)
    assert changed


def test_every_kernel_is_compared() -> None:
    named = {(module.__name__, name) for module, name, _ in CASES}
    assert named == {(module.__name__, name) for module in (kernels, filter_kernels) for name in module.__all__}
