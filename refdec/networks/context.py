"""Luma context model and chroma mean (4.4): from residual and psi to the latent y_hat.

In: residual int32 Q18 [C, h, w] and psi int32 Q18 [4C, cd(h,2), cd(w,2)] of one piece.  Out: y_hat int32 Q18 [C, h, w].
An encoder runs the same loop with its own step in place of "add the residual" (`ContextModel.run`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from refdec.arithmetic.fixed import sat32, wide
from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.networks.errors import LatentSizeMismatch
from refdec.networks.layers import After, Convolution
from refdec.networks.movement import concatenate, to_map, to_planes
from refdec.networks.source import LayerSource
from refdec.weights.pack import Checkpoint

__all__ = ["PHASES", "ContextModel", "PhaseStep", "chroma_latent", "chroma_mean"]

PHASES = ((0, 0), (1, 1), (0, 1), (1, 0))
"""(4.4.1) Row and column offset (dy, dx) of the phases, in their order."""

PhaseStep: TypeAlias = Callable[[int, Int32Array], Int32Array]
"""Given the phase k and its mean mu_k [C, h2, w2], return y_hat_k of the same shape."""


@clause("4.4.2")
@dataclass(frozen=True, slots=True, eq=False)
class _PhaseMean:
    """(4.4.2) The networks of one phase; `spread` (conv.0, conv.1) is empty for phase 0."""

    spread: tuple[Convolution, ...]
    fusion: tuple[Convolution, Convolution, Convolution]

    @classmethod
    def of(cls, source: LayerSource, k: int) -> _PhaseMean:
        conv1, conv2, conv3 = (source.convolution(f"fusion_pred_net.conv{n}") for n in (1, 2, 3))
        if k == 0:
            return cls((), (conv1, conv2, conv3))
        first = source.convolution("conv.0")
        second = source.convolution("conv.1", channels=first.stencil.out_channels)
        return cls((first, second), (conv1, conv2, conv3))

    def __call__(self, earlier: list[Int32Array], psi: Int32Array) -> Int32Array:
        """Return mu_k for the maps y_0 .. y_(k-1) and the map psi_k."""
        q = psi
        if self.spread:
            p = concatenate(earlier)
            for layer in self.spread:
                p = layer(p)
            q = concatenate([p, psi])
        q = self.fusion[0](q, after=After.RELU)
        return self.fusion[2](self.fusion[1](q, after=After.RELU))


@clause("4.4.1")
@clause("4.4")
@dataclass(frozen=True, slots=True, eq=False)
class ContextModel:
    """(4.4) The four phases of the luma latent, each predicted from the earlier ones and from psi."""

    phases: tuple[_PhaseMean, _PhaseMean, _PhaseMean, _PhaseMean]

    @classmethod
    def of(cls, checkpoint: Checkpoint, *, fast: bool = True) -> ContextModel:
        """Build from the common checkpoint of luma."""
        source = LayerSource(checkpoint, "context.MCM.", fast)
        a, b, c, d = (_PhaseMean.of(source.below(str(k)), k) for k in range(4))
        return cls((a, b, c, d))

    @clause("4.4.2")
    def __call__(self, residual: Int32Array, psi: Int32Array) -> Int32Array:
        """(4.4.2, 6.3.2) Return y_hat: per phase y_k = sat32(r_k + mu_k).

        Raises LatentSizeMismatch if psi does not have half the size of the residual.
        """
        _, height, width = residual.shape
        even = np.pad(residual, ((0, 0), (0, height & 1), (0, width & 1)))

        def add(k: int, mean: Int32Array) -> Int32Array:
            dy, dx = PHASES[k]
            return sat32(wide(even[:, dy::2, dx::2]) + mean)

        return self.run(psi, height, width, add)

    @clause("4.4.4")
    def run(self, psi: Int32Array, height: int, width: int, step: PhaseStep) -> Int32Array:
        """(4.4.4) Run the phases in order and return y_hat [C, height, width].

        `step(k, mu_k)` gives y_hat_k; both are int32 Q18 [C, cd(height,2), cd(width,2)], and where the size is odd the
        last row (of phases 1, 3) and the last column (of phases 1, 2) are padding that is dropped at the end.
        """
        _require_half(psi, height, width)
        channels = psi.shape[0] // 4
        rows, columns = psi.shape[1:]
        frame = np.empty((channels, 2 * rows, 2 * columns), dtype=np.int32)
        done: list[Int32Array] = []
        for k, (dy, dx) in enumerate(PHASES):
            mean = self.phases[k](done, to_map(psi[k * channels : (k + 1) * channels]))
            y = step(k, to_planes(mean))
            frame[:, dy::2, dx::2] = y
            done.append(to_map(y))
        return np.ascontiguousarray(frame[:, :height, :width])


@clause("4.4.3")
def chroma_mean(psi: Int32Array, height: int, width: int) -> Int32Array:
    """(4.4.3) Return mu [C, height, width]: group k of psi at the position of phase k."""
    _require_half(psi, height, width)
    channels = psi.shape[0] // 4
    frame = np.empty((channels, 2 * psi.shape[1], 2 * psi.shape[2]), dtype=np.int32)
    for k, (dy, dx) in enumerate(PHASES):
        frame[:, dy::2, dx::2] = psi[k * channels : (k + 1) * channels]
    return np.ascontiguousarray(frame[:, :height, :width])


@clause("4.4.3")
def chroma_latent(residual: Int32Array, psi: Int32Array) -> Int32Array:
    """(4.4.3, 6.3.2) Return y_hat = sat32(r + mu) for residual [C, h, w]; raises LatentSizeMismatch."""
    return sat32(wide(residual) + chroma_mean(psi, *residual.shape[1:]))


def _require_half(psi: Int32Array, height: int, width: int) -> None:
    expected = (-(-height // 2), -(-width // 2))
    if psi.shape[1:] != expected:
        raise LatentSizeMismatch("psi", expected, psi.shape[1:])
