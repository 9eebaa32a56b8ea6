"""Quality map: from its steps to what they do to sigma and to the residual (3.5.2).

In: the decoded map, int32 [h, w] (its coding is 2.8).  Out: log offsets and linear factors, int32 [h, w]; one map
serves both components.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec import tables
from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.latent.errors import QualityStepOutOfRange

__all__ = ["NO_MAP_Q4", "QualitySteps", "quality_steps"]

NO_MAP_Q4 = np.full((1, 1), 16, np.int32)
"""QLIN where there is no quality map (6.3.3)."""


@clause("3.5.2")
@dataclass(frozen=True, slots=True, eq=False)
class QualitySteps:
    """(3.5.2) QLOG, unit 1/128 sigma level, and QLIN, unit 1/16, of every latent position."""

    log: Int32Array
    linear_q4: Int32Array

    def window(self, rows: slice, columns: slice = slice(None)) -> QualitySteps:
        """Return the steps of a window of the latent."""
        return QualitySteps(self.log[rows, columns], self.linear_q4[rows, columns])


@clause("3.5.2")
def quality_steps(quality_map: Int32Array) -> QualitySteps:
    """(3.5.2) Look up QLOG and QLIN of a map of -8..8; raises QualityStepOutOfRange."""
    common = tables.model_constants()["common"]
    low, high = common["qmap_range"]
    wrong = np.argwhere((quality_map < low) | (quality_map > high))
    if wrong.size:
        row, column = (int(n) for n in wrong[0])
        raise QualityStepOutOfRange(row, column, int(quality_map[row, column]))
    index = quality_map.astype(np.intp) - low
    return QualitySteps(
        np.array(common["qmap_log_offset"], np.int32)[index], np.array(common["qmap_scale_16"], np.int32)[index]
    )
