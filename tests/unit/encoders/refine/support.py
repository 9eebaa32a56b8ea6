"""Directional derivatives against difference quotients, and a small picture at an operating point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
from refdec_encoders.refine.layers import FloatArray
from refdec_encoders.refine.networks import Networks
from refdec_encoders.refine.pieces import PictureParts

from refdec.plugins.api import CodingSettings, OperatingPoint, SourcePicture, TargetLatents
from refdec.plugins.core import Core
from tests.encodable import bundled, photograph

__all__ = ["SETTINGS", "networks", "quotient", "random_map", "require_derivative", "setting"]

SETTINGS = CodingSettings()


def random_map(*shape: int, seed: int = 0, scale: float = 1.0) -> FloatArray:
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype(np.float32)


def quotient(
    of: Callable[[FloatArray], FloatArray], x: FloatArray, way: FloatArray, size: float = 1e-2
) -> npt.NDArray[np.float64]:
    """Return the derivative of a function at x along a way, by a difference quotient."""
    step = np.float32(size)
    difference: npt.NDArray[np.float64] = of(x + step * way).astype(np.float64) - of(x - step * way)
    return difference / (2 * size)


def require_derivative(
    of: Callable[[FloatArray], FloatArray], x: FloatArray, weight: FloatArray, pull: FloatArray
) -> None:
    """Compare J^T weight with difference quotients along itself and along a random way.

    Of float32 sums and of networks with corners a few percent of what a way of that length may give are expected.
    """
    assert pull.shape == x.shape
    length = float(np.sqrt(np.square(pull, dtype=np.float64).sum()))
    for way in (pull / np.float32(length / np.sqrt(x.size)), random_map(*x.shape, seed=77)):
        expected = float((quotient(of, x, way, 2e-4) * weight).sum())
        found = float((pull.astype(np.float64) * way).sum())
        assert abs(found - expected) < 0.02 * abs(expected) + 0.04 * length, (found, expected, length)


@cache
def networks(transform: str = "BOP") -> Networks:
    return Networks.of(Core(bundled()), 1, (transform,))


def setting(
    rows: int = 96, columns: int = 112, *, metric: str = "psnr-y", settings: CodingSettings = SETTINGS
) -> tuple[Core, SourcePicture, TargetLatents, PictureParts]:
    """Return a core, a picture, its targets, and its parts at displacement -200."""
    core, picture = Core(bundled()), SourcePicture.from_rgb(photograph(rows, columns, seed=4))
    made = core.analyse(picture, 1, settings)
    targets = replace(made, hyper=core.hyper_latents(made, 1))
    coded = core.quantise(picture, targets, OperatingPoint(1, -200, 100), settings)
    return core, picture, targets, PictureParts.of(core, coded, networks(), metric)
