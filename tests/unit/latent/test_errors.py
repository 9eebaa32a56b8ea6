"""Every error class of the latent package, each with an input that raises it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from refdec.errors import RefdecError
from refdec.latent import errors
from refdec.latent.qualitysteps import quality_steps
from refdec.latent.sigma import base_index, scaler_q10
from refdec.latent.variance import VarianceScaling, model_table

S0 = np.zeros((2, 8, 8), np.int32)
GAIN = np.zeros(2, np.int32)

RAISES: dict[str, list[Callable[[], object]]] = {
    "QualityStepOutOfRange": [lambda: quality_steps(np.full((1, 1), 9, np.int32))],
    "GainBeyondTable": [
        lambda: scaler_q10(np.array([0, 4000], np.int32), 97),
        lambda: scaler_q10(np.array([-(2**31)], np.int32), -1),
    ],
    "ModelUnknown": [lambda: model_table(4), lambda: VarianceScaling.of(False, None, -1, 2)],
    "LatentMismatch": [
        lambda: base_index(S0, GAIN[:1], 0, None),
        lambda: base_index(S0, GAIN, 0, quality_steps(np.zeros((8, 9), np.int32))),
        lambda: VarianceScaling.of(True, np.zeros(3, np.bool_), 0, 2),
    ],
}


@pytest.mark.parametrize("name", errors.__all__)
def test_each_error_is_raised_and_explains_itself(name: str) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, RefdecError) and kind.code.startswith("RD03") and kind.clause
    for trigger in RAISES[name]:
        with pytest.raises(kind) as caught:
            trigger()
        assert caught.value.explain().splitlines()[0] and kind.code in str(caught.value)


def test_codes_are_unique() -> None:
    codes = [getattr(errors, name).code for name in errors.__all__]
    assert len(set(codes)) == len(codes)
