"""Quality of pictures and of codecs; floats belong here, and nothing here decodes.

In: sample codes of two pictures, or rates and qualities of two codecs.  Out: plain floats.

`sse` sums squared errors, `psnr` makes decibels of them, `msssim` is MS-SSIM, `edgessim` SSIM at strong edges;
`luma` makes luma of RGB codes first (5.14.1 step 1).  `bdrate` compares two curves of rate and quality (Bjontegaard).
`errors` has one class a reason why a metric cannot be computed.
"""

from __future__ import annotations

from refdec.metrics.bdrate import bd_rate
from refdec.metrics.edgessim import edge_ssim_luma
from refdec.metrics.msssim import ms_ssim_luma
from refdec.metrics.psnr import psnr, psnr_luma, psnr_rgb

__all__ = [
    "bd_rate",
    "edge_ssim_luma",
    "ms_ssim_luma",
    "psnr",
    "psnr_luma",
    "psnr_rgb",
]
