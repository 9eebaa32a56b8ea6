"""What is lost between two pictures, and its derivative: luma or RGB squared errors, or MS-SSIM of luma.

In: planes Y, U, V float32 on the 0..255 scale, chroma in the coded format.  Out: a loss in the unit of a squared luma
error, its derivative by each plane, and planes to probe its second derivative with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from refdec_encoders.refine.layers import FloatArray
from refdec_encoders.refine.structure import Structure

__all__ = ["METRICS", "Metric", "Planes", "metric_of"]

Planes: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]

METRICS = ("psnr-y", "psnr-rgb", "ms-ssim")
CHROMA_WEIGHT = 0.2
"""What a squared error of U or V counts beside luma's, where luma alone is measured: pictures are looked at."""
STRUCTURE_SQUARED = 0.3
"""What a squared error of luma counts beside structure: MS-SSIM alone lets brightness drift, and gains nothing."""
RGB_OF_YUV = np.array([[1, 0, 1.5748], [1, -0.187324, -0.468124], [1, 1.8556, 0]])
"""(5.10) R, G, B by Y, U, V."""


class Metric(Protocol):
    """A loss of decoded planes, near to a quadratic form of their errors."""

    def __call__(self, made: Planes) -> tuple[float, Planes]:
        """Return the loss and its derivative by each sample."""
        ...

    def probe(self, rng: np.random.Generator) -> Planes:
        """Return random planes v of mean 0, whose E[v v^T] is near to half the second derivative of the loss."""
        ...


def metric_of(name: str, target: Planes) -> Metric:
    """Return a metric of METRICS, by which planes are compared with `target`."""
    if name == "ms-ssim":
        return _Structural(target, Structure.of(target[0]))
    if name == "psnr-y":
        return _Squared(target, np.diag((1.0, CHROMA_WEIGHT, CHROMA_WEIGHT)))
    form = RGB_OF_YUV.T @ RGB_OF_YUV / 3
    return _Squared(target, form if target[0].shape == target[1].shape else np.diag(np.diag(form)))


@dataclass(frozen=True, slots=True, eq=False)
class _Squared:
    """A sum over all samples of a quadratic form of the errors of Y, U, V; subsampled chroma stands for more."""

    target: Planes
    form: np.ndarray

    def __call__(self, made: Planes) -> tuple[float, Planes]:
        errors = [plane - wanted for plane, wanted in zip(made, self.target, strict=True)]
        halves = [self._applied(row, errors) for row in range(3)]
        loss = sum(float(np.vdot(error, half)) for error, half in zip(errors, halves, strict=True))
        y, u, v = (2 * half for half in halves)
        return loss, (y, u, v)

    def _applied(self, row: int, errors: list[FloatArray]) -> FloatArray:
        """Return a row of the form times the errors."""
        area = self.target[0].size / self.target[row].size
        total = np.zeros_like(errors[row])
        for weight, error in zip(self.form[row], errors, strict=True):
            if weight:
                total += np.float32(weight * area) * error
        return total

    def probe(self, rng: np.random.Generator) -> Planes:
        signs = [_signs(rng, plane.shape) for plane in self.target]
        root = np.linalg.cholesky(self.form)
        y, u, v = (self._rooted(root[row], row, signs) for row in range(3))
        return y, u, v

    def _rooted(self, weights: np.ndarray, row: int, signs: list[FloatArray]) -> FloatArray:
        area = self.target[0].size / self.target[row].size
        total = np.zeros_like(signs[row])
        for weight, sign in zip(weights, signs, strict=True):
            if weight:
                total += np.float32(weight * area**0.5) * sign
        return total


@dataclass(frozen=True, slots=True, eq=False)
class _Structural:
    """1 - MS-SSIM of luma, scaled to a squared error, with a little of that; chroma by squared errors."""

    target: Planes
    structure: Structure

    def __call__(self, made: Planes) -> tuple[float, Planes]:
        loss, by_luma = self.structure(made[0])
        more, by_planes = self._beside()(made)
        return loss + more, (by_luma + by_planes[0], by_planes[1], by_planes[2])

    def _beside(self) -> _Squared:
        return _Squared(self.target, np.diag((STRUCTURE_SQUARED, CHROMA_WEIGHT, CHROMA_WEIGHT)))

    def probe(self, rng: np.random.Generator) -> Planes:
        y, u, v = self._beside().probe(rng)
        return y + self.structure.probe(rng), u, v


def _signs(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Return +1 and -1 at random."""
    return (2 * rng.integers(0, 2, shape, np.int8) - 1).astype(np.float32)
