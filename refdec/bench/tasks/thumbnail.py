"""The benchmark of `thumbnail`: how near to the original, made small, at an eighth of the size.

In: any pictures.  Out: PSNR against area averages of the original; beside it the decoded picture, averaged.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bench.tasks.data_sets import plain_pictures
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.per_picture import Answers, By, OnPixels, PictureTask
from refdec.metrics import psnr_rgb
from refdec.picture.reduced import area_averages

__all__ = ["THUMBNAIL"]

SCALE = 8


def _from_latents(ground: Ground) -> By[UInt8Array]:
    return By("linear head", lambda data: ground.answer("thumbnail", data).picture())


def _from_pixels(ground: Ground, folder: Path) -> OnPixels[UInt8Array]:
    return OnPixels("area averages", lambda rgb: area_averages(rgb, SCALE))


def _value(answers: Answers[UInt8Array, None]) -> float:
    """Return the mean PSNR in dB."""
    return float(np.mean([psnr_rgb(area_averages(sample.rgb(), SCALE), small) for small, sample in answers]))


THUMBNAIL = PictureTask("thumbnail", "PSNR [dB]", plain_pictures, _from_latents, _value, _from_pixels, originals=False)
