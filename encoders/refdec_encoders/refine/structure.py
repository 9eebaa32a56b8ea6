"""MS-SSIM of luma with its derivative, in float32; the definition is that of `refdec.metrics`.

In: planes on the 0..255 scale.  Out: 1 - MS-SSIM in the unit of a squared error, and its derivative by each sample.  A
plane that is too small for five scales has as many as fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec_encoders.refine.layers import FloatArray

__all__ = ["Structure"]

EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW, SPREAD = 11, 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
MIDDLE, TWO = np.float32(127.5), np.float32(2)
LEAST = 1e-3
"""Means of a scale are kept above this: the derivative of a power has no bound at 0."""


def _gaussian() -> FloatArray:
    away = np.arange(WINDOW) - WINDOW // 2
    weights = np.exp(-(away**2) / (2 * SPREAD**2))
    normalised: FloatArray = (weights / weights.sum()).astype(np.float32)
    return normalised


def _blurred(plane: FloatArray) -> FloatArray:
    """Return the windowed means, whole windows only: [h, w] -> [h - 10, w - 10]."""
    rows, columns = plane.shape[0] - WINDOW + 1, plane.shape[1] - WINDOW + 1
    weights = _gaussian()
    half = weights[0] * plane[:rows]
    for k in range(1, WINDOW):
        half += weights[k] * plane[k : k + rows]
    means: FloatArray = weights[0] * half[:, :columns]
    for k in range(1, WINDOW):
        means += weights[k] * half[:, k : k + columns]
    return means


def _spread(g: FloatArray) -> FloatArray:
    """Return the way back of `_blurred`: [h - 10, w - 10] -> [h, w]."""
    edge = WINDOW - 1
    return _blurred(np.pad(g, edge))


def _halved(plane: FloatArray) -> FloatArray:
    """Return the means of 2 x 2 samples; an odd last row or column is repeated."""
    even = np.pad(plane, ((0, plane.shape[0] % 2), (0, plane.shape[1] % 2)), mode="edge")
    means: FloatArray = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) * np.float32(0.25)
    return means


def _doubled(g: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return the way back of `_halved`, for a plane of `shape`."""
    even = np.repeat(np.repeat(g * np.float32(0.25), 2, axis=0), 2, axis=1)
    if shape[0] % 2:
        even[-2] += even[-1]
    if shape[1] % 2:
        even[:, -2] += even[:, -1]
    return even[: shape[0], : shape[1]]


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """One scale of the target: its plane less 127.5, windowed means and variances; `last` has luminance too."""

    plane: FloatArray
    mean: FloatArray
    variance: FloatArray
    last: bool

    @classmethod
    def of(cls, plane: FloatArray, *, last: bool) -> _Scale:
        mean = _blurred(plane)
        return cls(plane, mean, _blurred(plane * plane) - mean * mean, last)

    def term(self, made: FloatArray) -> tuple[float, FloatArray]:
        """Return the mean of the scale's factor, and its derivative by each sample of `made`."""
        mean = _blurred(made)
        variance = _blurred(made * made) - mean * mean
        covariance = _blurred(self.plane * made) - self.mean * mean
        below = self.variance + variance + np.float32(C2)
        structure: FloatArray = np.divide(TWO * covariance + np.float32(C2), below)
        share = np.float32(1 / mean.size)
        by_structure: FloatArray = np.full_like(mean, share)
        by_mean: FloatArray = np.zeros_like(mean)
        factor = structure
        if self.last:
            one, two = self.mean + MIDDLE, mean + MIDDLE
            under = one * one + two * two + np.float32(C1)
            luminance: FloatArray = np.divide(TWO * one * two + np.float32(C1), under)
            factor = luminance * structure
            by_mean = np.divide(by_structure * structure * TWO * (one - luminance * two), under)
            by_structure = by_structure * luminance
        by_covariance: FloatArray = np.divide(TWO * by_structure, below)
        by_variance: FloatArray = np.divide(-by_structure * structure, below)
        back = self.plane * _spread(by_covariance) + TWO * made * _spread(by_variance)
        back += _spread(by_mean - by_covariance * self.mean - TWO * by_variance * mean)
        return float(factor.mean()), back

    def weights(self) -> FloatArray:
        """Return what a squared error of each sample takes from the mean of the scale's factor, about."""
        return _spread(np.reciprocal((TWO * self.variance + np.float32(C2)) * np.float32(self.mean.size)))


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """1 - MS-SSIM against a target, times `scale`: then a squared error counts about 1 on average."""

    scales: tuple[_Scale, ...]
    exponents: tuple[float, ...]
    scale: float

    @classmethod
    def of(cls, target: FloatArray) -> Structure:
        """Take the luma plane [rows, columns] of the target, at least 11 x 11."""
        count = sum(min(target.shape) >= WINDOW << k for k in range(len(EXPONENTS)))
        exponents = tuple(e / sum(EXPONENTS[:count]) for e in EXPONENTS[:count])
        plane, scales = target - MIDDLE, list[_Scale]()
        for k in range(count):
            scales.append(_Scale.of(plane, last=k == count - 1))
            plane = _halved(plane)
        whole = sum(
            e * float(s.weights().sum()) / 4.0**k for k, (e, s) in enumerate(zip(exponents, scales, strict=True))
        )
        return cls(tuple(scales), exponents, target.size / whole)

    def __call__(self, made: FloatArray) -> tuple[float, FloatArray]:
        """Return the loss of a plane, and its derivative by each sample."""
        planes = [made - MIDDLE]
        for _ in self.scales[1:]:
            planes.append(_halved(planes[-1]))
        terms = [scale.term(plane) for scale, plane in zip(self.scales, planes, strict=True)]
        means = [max(mean, LEAST) for mean, _ in terms]
        value = float(np.prod([mean**e for mean, e in zip(means, self.exponents, strict=True)]))
        back = np.zeros_like(planes[-1])
        for k in reversed(range(len(terms))):
            if k < len(terms) - 1:
                back = _doubled(back, planes[k].shape)
            back = back - np.float32(self.scale * value * self.exponents[k] / means[k]) * terms[k][1]
        return self.scale * (1 - value), back

    def probe(self, rng: np.random.Generator) -> FloatArray:
        """Return a random plane v, whose E[v v^T] is near to half the second derivative of the loss."""
        v = np.zeros_like(self.scales[-1].plane)
        for k in reversed(range(len(self.scales))):
            scale = self.scales[k]
            if k < len(self.scales) - 1:
                v = _doubled(v, scale.plane.shape)
            signs = (2 * rng.integers(0, 2, scale.plane.shape, np.int8) - 1).astype(np.float32)
            v = v + signs * np.sqrt(np.float32(self.scale * self.exponents[k]) * scale.weights())
        return v
