"""Dumps: every stage of a decode as an array, under its name (6.5 item 4).

In: stages as the decoder finishes them (this is an observer).  Out: a dictionary for `numpy.savez`.  Q18 integers are
stored as float64 on the natural scale (n / 2^18, exact), so that they compare directly with a float decoder's tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refdec.arithmetic.types import IntArray
from refdec.trace.names import BESIDE, STAGES, stage_array

__all__ = ["Dump"]

KNOWN = frozenset((*STAGES, *BESIDE))


class Dump:
    """An observer that keeps copies of the intermediates; pass it as `observe`."""

    def __init__(self) -> None:
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}

    def __call__(self, stage: str, array: IntArray) -> None:
        """Keep one stage."""
        if stage.partition(".")[0] in KNOWN:
            scaled = stage_array(stage, array)
            self._arrays[stage] = array.copy() if scaled is array else scaled

    @property
    def arrays(self) -> Mapping[str, np.ndarray[Any, Any]]:
        """Return the intermediates by their names."""
        return dict(self._arrays)
