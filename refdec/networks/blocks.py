"""The building blocks that every network uses (4.2.5, 4.2.6): ResAU, R1, R2.

In and out: maps int32 Q18 [h, w, C].  All roundings are those of 6.3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.networks.layers import After, Convolution
from refdec.networks.source import LayerSource

__all__ = ["R1", "R2", "ResAU"]


@clause("4.2.5")
@dataclass(frozen=True, slots=True, eq=False)
class ResAU:
    """(4.2.5) x * (1 + K1(K3(ReLU6(x)))), the 3x3 in groups; the product takes the un-clipped x."""

    conv: Convolution
    conv2: Convolution

    @classmethod
    def of(cls, source: LayerSource) -> ResAU:
        """Take conv and conv2 below the source's prefix."""
        channels = source.layer("conv").out_channels
        return cls(source.convolution("conv", channels=channels), source.convolution("conv2"))

    def __call__(self, x: Int32Array) -> Int32Array:
        """Return the activated map."""
        return self.conv2(self.conv(x, relu6=True), after=After.GATE, other=x)


@clause("4.2.6")
@dataclass(frozen=True, slots=True, eq=False)
class R1:
    """(4.2.6) x + ReLU(K3(x))."""

    conv1: Convolution

    @classmethod
    def of(cls, source: LayerSource) -> R1:
        """Take conv1 below the source's prefix."""
        return cls(source.convolution("conv1"))

    def __call__(self, x: Int32Array) -> Int32Array:
        """Return the block's map."""
        return self.conv1(x, after=After.ADD_RELU, other=x)


@clause("4.2.6")
@dataclass(frozen=True, slots=True, eq=False)
class R2:
    """(4.2.6) x + K3(ReLU(K3(x)))."""

    conv1: Convolution
    conv2: Convolution

    @classmethod
    def of(cls, source: LayerSource) -> R2:
        """Take conv1 and conv2 below the source's prefix."""
        return cls(source.convolution("conv1"), source.convolution("conv2"))

    def __call__(self, x: Int32Array) -> Int32Array:
        """Return the block's map."""
        return self.conv2(self.conv1(x, after=After.RELU), after=After.ADD, other=x)
