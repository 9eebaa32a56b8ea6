"""Every error class of the latent package, each with an input that raises it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refdec.errors import RefdecError
from refdec.latent import errors
from refdec.latent.qualitysteps import quality_steps
from refdec.latent.sigma import base_index, scaler_q10
from refdec.latent.variance import VarianceScaling, model_table

S0 = np.zeros((2, 8, 8), np.int32)
GAIN = np.zeros(2, np.int32)

CAUSES: dict[type[RefdecError], list[Callable[[], object]]] = {
    errors.QualityStepOutOfRange: [lambda: quality_steps(np.full((1, 1), 9, np.int32))],
    errors.GainBeyondTable: [
        lambda: scaler_q10(np.array([0, 4000], np.int32), 97),
        lambda: scaler_q10(np.array([-(2**31)], np.int32), -1),
    ],
    errors.ModelUnknown: [lambda: model_table(4), lambda: VarianceScaling.of(False, None, -1, 2)],
    errors.LatentMismatch: [
        lambda: base_index(S0, GAIN[:1], 0, None),
        lambda: base_index(S0, GAIN, 0, quality_steps(np.zeros((8, 9), np.int32))),
        lambda: VarianceScaling.of(True, np.zeros(3, np.bool_), 0, 2),
    ],
}
