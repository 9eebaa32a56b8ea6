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
from refdec.networks.blas_threads import product

__all__ = ["multiply_seconds", "products_of"]

Shapes = tuple[tuple[int, ...], tuple[int, ...]]
FloatArray = npt.NDArray[np.float64]


@contextmanager
def _listening() -> Iterator[Counter[Shapes]]:
    """Note the shapes of all products that layers ask for."""
    heard: Counter[Shapes] = Counter()

    def noted(a: FloatArray, b: FloatArray, out: FloatArray | None = None) -> FloatArray:
        heard[a.shape, b.shape] += 1
        return product(a, b, out)

    module: Any = exact_blas
    module.product = noted
    try:
        yield heard
    finally:
        module.product = product


def products_of(run: Callable[[], object]) -> Counter[Shapes]:
    """Return the shapes of all matrix products of a run, with their counts."""
    with _listening() as heard:
        run()
    return heard


def multiply_seconds(shapes: Counter[Shapes]) -> float:
    """Return CPU seconds for these products alone, one thread."""
    total = 0.0
    for (first, second), count in shapes.items():
        a, b = np.full(first, 3.0), np.full(second, 5.0)
        out = product(a, b)
        start = time.process_time()
        for _ in range(count):
            product(a, b, out)
        total += time.process_time() - start
    return total
