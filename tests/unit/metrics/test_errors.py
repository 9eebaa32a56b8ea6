"""Every error of the metrics has an input that raises it, and explains itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refdec.errors import RefdecError
from refdec.metrics import bd_rate, psnr, psnr_luma
from refdec.metrics import errors as module
from refdec.metrics.msssim import ms_ssim

CAUSES: dict[type[RefdecError], Callable[[], object]] = {
    module.ShapesDiffer: lambda: psnr(np.zeros(3), np.zeros(4)),
    module.NotRgb: lambda: psnr_luma(np.zeros((2, 2)), np.zeros((2, 2))),
    module.PictureTooSmall: lambda: ms_ssim(np.zeros((9, 9)), np.zeros((9, 9))),
    module.CurveTooShort: lambda: bd_rate([], [], [], []),
    module.CurveUnusable: lambda: bd_rate([1, 2], [3, 3], [1, 2], [3, 4]),
    module.CurvesApart: lambda: bd_rate([1, 2], [3, 4], [1, 2], [5, 6]),
}
