"""Hyper decoder (4.3) forward, and luma context model (4.4) forward and back, in float32.

In: hyper latents float32 [C, hz, wz]; psi and what of the latent is known.  Out: psi [4C, h/2, w/2]; the mean of each
phase [160, h/2, w/2], and derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from refdec.plugins.api import Layer
from refdec_encoders.refine.layers import Doubling, FloatArray, Linear, relu

__all__ = ["PHASES", "ContextModel", "HyperDecoder", "merged", "split"]

PHASES = ((0, 0), (1, 1), (0, 1), (1, 0))
"""(4.4.1) Row and column offset of the phases, in their order."""
SIX = np.float32(6)
Size = tuple[int, int]
Maps = tuple[FloatArray, ...]
T = TypeVar("T", bound=np.generic)


def split(x: npt.NDArray[T]) -> list[npt.NDArray[T]]:
    """(4.4.1) Return the four phases of a map of even size, of any type."""
    return [np.ascontiguousarray(x[:, dy::2, dx::2]) for dy, dx in PHASES]


def merged(phases: Sequence[FloatArray]) -> FloatArray:
    """(4.4.2) Return the map of its four phases."""
    channels, h, w = phases[0].shape
    out = np.empty((channels, 2 * h, 2 * w), np.float32)
    for (dy, dx), part in zip(PHASES, phases, strict=True):
        out[:, dy::2, dx::2] = part
    return out


@dataclass(frozen=True, slots=True, eq=False)
class HyperDecoder:
    """(4.3) K1, T4, ReLU6, K3, ReLU6, K3."""

    conv1: Linear
    conv2: Doubling
    conv3: Linear
    conv4: Linear

    @classmethod
    def of(cls, layers: Mapping[str, Layer]) -> HyperDecoder:
        """Take the layers of a common checkpoint."""
        return cls(
            Linear.named(layers, "hyper_decoder.conv1"),
            Doubling.named(layers, "hyper_decoder.conv2"),
            Linear.named(layers, "hyper_decoder.conv3"),
            Linear.named(layers, "hyper_decoder.conv4"),
        )

    def __call__(self, z: FloatArray, size: Size) -> FloatArray:
        """Return psi of rows and columns `size`."""
        x = np.clip(self.conv2(self.conv1(z), size), np.float32(0), SIX)
        return self.conv4(np.clip(self.conv3(x), np.float32(0), SIX))


@dataclass(frozen=True, slots=True, eq=False)
class _Phase:
    """(4.4.2) The networks of one phase; `spread` is empty for phase 0."""

    spread: tuple[Linear, ...]
    fusion: tuple[Linear, Linear, Linear]

    @classmethod
    def of(cls, layers: Mapping[str, Layer], k: int) -> _Phase:
        name = f"context.MCM.{k}."
        first, second, third = (Linear.named(layers, f"{name}fusion_pred_net.conv{n}") for n in (1, 2, 3))
        spread: tuple[Linear, ...] = ()
        if k:
            channels = layers[f"{name}conv.0"].out_channels
            spread = Linear.named(layers, f"{name}conv.0"), Linear.named(layers, f"{name}conv.1", channels)
        return cls(spread, (first, second, third))

    def __call__(self, before: Sequence[FloatArray], psi: FloatArray) -> tuple[FloatArray, Maps]:
        joined = psi
        if self.spread:
            joined = np.concatenate((self.spread[1](self.spread[0](np.concatenate(before))), psi))
        a = relu(self.fusion[0](joined))
        b = relu(self.fusion[1](a))
        return self.fusion[2](b), (a, b)

    def pull(self, g: FloatArray, kept: Maps) -> tuple[FloatArray | None, FloatArray]:
        """Return the derivatives by the phases before, one after the other, and by psi."""
        a, b = kept
        g = self.fusion[0].pull(self.fusion[1].pull(self.fusion[2].pull(g) * (b > 0)) * (a > 0))
        if not self.spread:
            return None, g
        channels = self.spread[1].ahead.outputs
        return self.spread[0].pull(self.spread[1].pull(g[:channels])), g[channels:]


@dataclass(frozen=True, slots=True, eq=False)
class ContextModel:
    """(4.4.2) The means of four phases, each of psi and the phases before it."""

    phases: tuple[_Phase, _Phase, _Phase, _Phase]

    @classmethod
    def of(cls, layers: Mapping[str, Layer]) -> ContextModel:
        """Take the layers of luma's common checkpoint."""
        a, b, c, d = (_Phase.of(layers, k) for k in range(4))
        return cls((a, b, c, d))

    def mean(self, k: int, before: Sequence[FloatArray], psi: FloatArray) -> tuple[FloatArray, Maps]:
        """Return the mean of phase k, and what `pull` wants."""
        return self.phases[k](before, psi)

    def pull(self, k: int, g: FloatArray, kept: Maps) -> tuple[list[FloatArray], FloatArray]:
        """Return the derivatives by each phase before k, and by the psi of phase k."""
        earlier, psi = self.phases[k].pull(g, kept)
        return ([] if earlier is None else np.split(earlier, k)), psi
