"""Every error of the metrics has an input that raises it, and explains itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from refdec.errors import RefdecError
from refdec.metrics import bd_rate, ms_ssim, psnr, psnr_luma
from refdec.metrics import errors as module

RAISERS: dict[str, Callable[[], object]] = {
    "ShapesDiffer": lambda: psnr(np.zeros(3), np.zeros(4)),
    "NotRgb": lambda: psnr_luma(np.zeros((2, 2)), np.zeros((2, 2))),
    "PictureTooSmall": lambda: ms_ssim(np.zeros((9, 9)), np.zeros((9, 9))),
    "CurveTooShort": lambda: bd_rate([], [], [], []),
    "CurveUnusable": lambda: bd_rate([1, 2], [3, 3], [1, 2], [3, 4]),
    "CurvesApart": lambda: bd_rate([1, 2], [3, 4], [1, 2], [5, 6]),
}
CLASSES = [getattr(module, name) for name in module.__all__]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_error_is_raised_by_something(kind: type[RefdecError]) -> None:
    with pytest.raises(kind) as caught:
        RAISERS[kind.__name__]()
    assert type(caught.value) is kind
    assert caught.value.explain().splitlines()[0].endswith(".")
    assert kind.code in str(caught.value)


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in CLASSES]
    assert len(codes) == len(set(codes))
    assert all(code.startswith("RD12") for code in codes)
