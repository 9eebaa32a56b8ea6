"""The pure multiply bound: how long the matrix products of a decode take when nothing else is done.

In: a function that decodes.  Out: its products, done again on arrays of the same shapes, timed alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.networks import exact_blas
from refdec.networks.blas_threads import single_threaded_blas

__all__ = ["multiply_seconds", "products_of"]

Shapes = tuple[tuple[int, ...], tuple[int, ...]]
FloatArray = npt.NDArray[np.float64]


class _Listening:
    """NumPy, with an ear at `matmul`."""

    def __init__(self, heard: Counter[Shapes]) -> None:
        self._heard = heard

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def matmul(self, a: FloatArray, b: FloatArray, **options: Any) -> Any:
        """Note the shapes, then multiply."""
        self._heard[a.shape, b.shape] += 1
        return np.matmul(a, b, **options)


@contextmanager
def _listening() -> Iterator[Counter[Shapes]]:
    heard: Counter[Shapes] = Counter()
    module: Any = exact_blas
    module.np = _Listening(heard)
    try:
        yield heard
    finally:
        module.np = np


def products_of(run: Callable[[], object]) -> Counter[Shapes]:
    """Return the shapes of all matrix products of a run, with their counts."""
    with _listening() as heard:
        run()
    return heard


def multiply_seconds(shapes: Counter[Shapes]) -> float:
    """Return CPU seconds for these products alone, one thread."""
    total = 0.0
    with single_threaded_blas():
        for (first, second), count in shapes.items():
            a, b = np.full(first, 3.0), np.full(second, 5.0)
            out = np.matmul(a, b)
            start = time.process_time()
            for _ in range(count):
                np.matmul(a, b, out=out)
            total += time.process_time() - start
    return total
