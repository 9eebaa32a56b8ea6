"""The pure multiply bound: how long the matrix products of a decode take when nothing else is done.

In: a function that decodes.  Out: its products, done again on arrays of the same sizes, timed alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from refdec.arithmetic.types import BoolArray, Int64Array
from refdec.networks.exact_forms import ExactProducts, Sizes, Work
from refdec.networks.exact_sums import DirectProducts, TapProducts
from refdec.networks.exact_tiles import FastProducts, WideProducts
from refdec.networks.panel_kernels import multiply
from refdec.networks.vector_code import LANES

__all__ = ["multiply_seconds", "products_of"]

FORMS: tuple[Any, ...] = (WideProducts, FastProducts, DirectProducts, TapProducts)


@contextmanager
def _listening() -> Iterator[Counter[Sizes]]:
    """Note the sizes of all products that layers ask for."""
    heard: Counter[Sizes] = Counter()
    own = [form.write for form in FORMS]

    def noted(form: Any) -> Callable[[ExactProducts, Work, Int64Array], BoolArray]:
        write = form.write

        def noting(self: ExactProducts, work: Work, blocks: Int64Array) -> BoolArray:
            done: BoolArray = write(self, work, blocks)
            for block in blocks[done]:
                sizes, count = self.products(block)
                heard[sizes] += count
            return done

        return noting

    for form in FORMS:
        form.write = noted(form)
    try:
        yield heard
    finally:
        for form, write in zip(FORMS, own, strict=True):
            form.write = write


def products_of(run: Callable[[], object]) -> Counter[Sizes]:
    """Return the sizes of all matrix products of a run, with their counts."""
    with _listening() as heard:
        run()
    return heard


def multiply_seconds(sizes: Counter[Sizes]) -> float:
    """Return CPU seconds for these products alone, one thread."""
    total = 0.0
    for (rows, depth), count in sizes.items():
        a, b, c = np.full(rows * depth, 3.0), np.full((1 + depth) * LANES, 5.0), np.empty(rows * LANES)
        multiply(a, 0, depth, rows, b, 0, depth, c, 0, LANES)
        start = time.process_time()
        for _ in range(count):
            multiply(a, 0, depth, rows, b, 0, depth, c, 0, LANES)
        total += time.process_time() - start
    return total
