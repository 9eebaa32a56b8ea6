"""Quality of pictures and codecs: errors, PSNR, MS-SSIM and BD-rate (floats belong here; nothing here decodes).

In: sample codes of two pictures, or rates and qualities of two codecs.  Out: plain floats.
"""

from __future__ import annotations

from refdec.metrics.bdrate import bd_rate
from refdec.metrics.luma import luma_of_rgb
from refdec.metrics.msssim import ms_ssim, ms_ssim_luma
from refdec.metrics.psnr import psnr, psnr_luma, psnr_rgb
from refdec.metrics.sse import mean_squared_error, sum_squared_error

__all__ = [
    "bd_rate",
    "luma_of_rgb",
    "mean_squared_error",
    "ms_ssim",
    "ms_ssim_luma",
    "psnr",
    "psnr_luma",
    "psnr_rgb",
    "sum_squared_error",
]
