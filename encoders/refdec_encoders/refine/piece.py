"""A piece of a picture under its hyper latents: what targets cost there in bits and errors, and their slope (4.7).

In: targets of luma and chroma float32 [C, h, w].  Out: the expected cost if every symbol were rounded up or down at
random, so that on average it is the target's; and its derivative.

The expectation is what makes a search over whole numbers smooth without hiding them: rates go straight from one symbol
to the next, errors as the square of the mean plus the variance of the rounding at its curvature.  Along one symbol that
is the straight line between the costs of both roundings, so its minima are whole numbers.  A weight below 1 takes the
variance lightly, while targets still have far to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.plugins.api import BoolArray, Int32Array
from refdec_encoders.refine.distortion import Metric, Planes
from refdec_encoders.refine.layers import FloatArray
from refdec_encoders.refine.networks import Networks
from refdec_encoders.refine.prediction import merged, split

__all__ = ["Coefficients", "Pair", "Piece"]

Pair = tuple[FloatArray, FloatArray]
Size = tuple[int, int]
LUMA_CHANNELS = 160
WHITE = np.float32(255)


@dataclass(frozen=True, slots=True, eq=False)
class Coefficients:
    """What is known of coefficients [C, h, w]: quantiser's step, level of the distribution, whether they are coded."""

    step: FloatArray
    level: Int32Array
    coded: BoolArray

    def phases(self) -> list[Coefficients]:
        """(4.4.1) Return the four phases; what an odd size lacks is not coded."""
        steps, levels = split(_even(self.step, 1)), split(_even(self.level, 0))
        return [Coefficients(*part) for part in zip(steps, levels, split(_even(self.coded, 0)), strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class _Relaxed:
    """Coefficients between two symbols: bits, their slope, the share of the way to the larger symbol."""

    known: Coefficients
    bits: float
    by_bits: FloatArray
    share: FloatArray

    def slope(self, pull: FloatArray, price: np.float32, variance: FloatArray) -> FloatArray:
        """Return the derivative by the symbol for that by the latent; `variance`: what one of 1 costs, [C, 1, 1]."""
        known = self.known
        slope: FloatArray = pull * known.step + price * self.by_bits + variance * (1 - 2 * self.share)
        return np.where(known.coded, slope, np.float32(0))


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A piece of a picture, of `size` luma samples; chroma is smaller by `factors` (rows, columns).

    `psi`: of luma, four phases [160, h/2, w/2]; `chroma_mean`: [96, h, w].  Where it was cut out of a picture: `frozen`
    are samples [H, W] that count as if they had no error, `free` is 1 where targets may move [h, w]; None: all of it.
    """

    networks: Networks
    size: Size
    factors: Size
    luma: list[Coefficients]
    chroma: Coefficients
    psi: list[FloatArray]
    chroma_mean: FloatArray
    target: Planes
    metric: Metric
    frozen: BoolArray | None = None
    free: FloatArray | None = None

    @property
    def steps(self) -> Pair:
        """The quantisers' steps of luma and chroma."""
        return self._joined([part.step for part in self.luma]), self.chroma.step

    def curvature(self, latents: Pair) -> Pair:
        """Return what a squared error of one step adds to the loss, by channel, [C, 1, 1]: an estimate by a probe."""
        pulls = self._pulled(self.metric.probe(np.random.default_rng(1)), *self._made(latents)[1:])
        luma, chroma = (
            ((pull * step) ** 2).mean(axis=(1, 2), keepdims=True) for pull, step in zip(pulls, self.steps, strict=True)
        )
        return luma, chroma

    def measured(self, latents: Pair) -> tuple[float, float]:
        """Return the loss of latents as they are, and the squared error of luma."""
        planes = self._made(latents)[0]
        luma = np.clip(planes[0], np.float32(0), WHITE) - self.target[0]
        if self.frozen is not None:
            luma[self.frozen] = 0
        return self._loss(planes)[0], float(np.square(luma).sum(dtype=np.float64))

    def slope(self, targets: Pair, variance: Pair, price: float) -> tuple[float, Pair]:
        """Return the expected loss + price * bits of targets, and its derivative by them in steps.

        `variance`: what a variance of rounding of 1 costs, by channel.
        """
        cost = np.float32(price)
        before: list[FloatArray] = []
        tapes, relaxed = [], []
        for k, wanted in enumerate(split(_even(targets[0], 0))):
            mean, tape = self.networks.context.mean(k, before, self.psi[k])
            latent, part = self._relaxed(self.luma[k], wanted, mean)
            before.append(latent)
            tapes.append(tape)
            relaxed.append(part)
        chroma, chroma_part = self._relaxed(self.chroma, targets[1], self.chroma_mean)
        planes, *kept = self._made((self._joined(before), chroma))
        loss, by_planes = self._loss(planes)
        by_luma, by_chroma = self._pulled(by_planes, *kept)
        pulls = split(_even(by_luma, 0))
        slopes = list(pulls)
        for k in reversed(range(4)):
            slopes[k] = relaxed[k].slope(pulls[k], cost, variance[0])
            earlier, _ = self.networks.context.pull(k, pulls[k] - np.divide(slopes[k], self.luma[k].step), tapes[k])
            for j, more in enumerate(earlier):
                pulls[j] = pulls[j] + more
        bits = chroma_part.bits + sum(part.bits for part in relaxed)
        luma_slope, chroma_slope = self._joined(slopes), chroma_part.slope(by_chroma, cost, variance[1])
        if self.free is not None:
            luma_slope, chroma_slope = luma_slope * self.free, chroma_slope * self.free
        return loss + price * bits, (luma_slope, chroma_slope)

    def _joined(self, phases: list[FloatArray]) -> FloatArray:
        """Return the map of four phases, without what pads it."""
        _, rows, columns = self.chroma.step.shape
        return np.ascontiguousarray(merged(phases)[:, :rows, :columns])

    def _relaxed(self, known: Coefficients, wanted: FloatArray, mean: FloatArray) -> tuple[FloatArray, _Relaxed]:
        """Return the expected latent, and what its symbols cost."""
        symbol = (wanted - mean) / known.step
        whole = np.floor(symbol)
        share = symbol - whole
        bits, by_bits = self.networks.costs.between(whole, share, known.level)
        total = float(np.where(known.coded, bits, np.float32(0)).sum(dtype=np.float64))
        return np.where(known.coded, wanted, mean), _Relaxed(known, total, by_bits, share)

    def _made(self, latents: Pair) -> tuple[Planes, tuple[FloatArray, ...], tuple[FloatArray, ...]]:
        """(4.5) Return the planes of latents, and what the ways back through luma and chroma want."""
        luma, kept_luma = self.networks.luma(latents[0], self.size)
        chroma, kept_chroma = self.networks.chroma(np.concatenate(latents), self.size)
        u, v = chroma[:, :: self.factors[0], :: self.factors[1]]
        return (luma[0], u, v), kept_luma, kept_chroma

    def _loss(self, made: Planes) -> tuple[float, Planes]:
        """Return the loss of planes and its derivative; what is frozen has none."""
        if self.frozen is None:
            return self.metric(made)
        holes = [self.frozen] + [self.frozen[:: self.factors[0], :: self.factors[1]]] * 2
        y, u, v = (np.where(hole, t, m) for hole, t, m in zip(holes, self.target, made, strict=True))
        loss, slopes = self.metric((y, u, v))
        y, u, v = (np.where(hole, np.float32(0), g) for hole, g in zip(holes, slopes, strict=True))
        return loss, (y, u, v)

    def _pulled(
        self, by_planes: Planes, kept_luma: tuple[FloatArray, ...], kept_chroma: tuple[FloatArray, ...]
    ) -> Pair:
        """Return the derivative by latents for that by planes."""
        luma = self.networks.luma.pull(by_planes[0][None], kept_luma, self.size)
        both = np.zeros((2, *self.size), np.float32)
        for plane, slope in zip(both, by_planes[1:], strict=True):
            plane[:: self.factors[0], :: self.factors[1]] = slope
        joint = self.networks.chroma.pull(both, kept_chroma, self.size)
        return luma + joint[:LUMA_CHANNELS], joint[LUMA_CHANNELS:]


def _even(values: npt.NDArray[Any], padding: float) -> npt.NDArray[Any]:
    """Return a map with even rows and columns."""
    return np.pad(values, ((0, 0), (0, values.shape[1] & 1), (0, values.shape[2] & 1)), constant_values=padding)
