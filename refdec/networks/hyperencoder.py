"""Hyper encoder of both components (4.6.1, 6.7): from the latent to the hyper latent, on the encoder's side.

In: latent y int32 Q18 [C, h, w].  Out: z int32 Q18 before rounding, or z_hat int8 [C, cd(h,4), cd(w,4)].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from refdec import tables
from refdec.arithmetic.fixed import ONE_Q18, rhe
from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.clauses import clause
from refdec.networks.layers import Convolution
from refdec.networks.movement import absolute, leaky_relu, pad_to_even, to_map, to_planes
from refdec.networks.source import LayerSource
from refdec.weights.pack import Checkpoint

__all__ = ["HyperEncoder", "rounded_hyper_latent"]


@clause("3.B.1")
@clause("6.7")
def rounded_hyper_latent(z: Int32Array) -> Int8Array:
    """(6.7, 3.B.1) Return z_hat int8 of z Q18: the nearest integer, ties to even, within -31..31."""
    low, high = tables.model_constants()["common"]["z_hat_range"]
    return np.clip(rhe(z, ONE_Q18), low, high).astype(np.int8)


@clause("4.6.1")
@dataclass(frozen=True, slots=True, eq=False)
class HyperEncoder:
    """(4.6.1) Five 3x3 convolutions on |y|, the third and fifth with stride 2.

    `halo` (before, after): [a, b) of z reads [4a - 7, 4b + 4) of y; cut there at multiples of 4, y gives the same z.
    """

    halo: ClassVar[tuple[int, int]] = (2, 1)
    conv1: Convolution
    conv2: Convolution
    conv3: Convolution
    conv4: Convolution
    conv5: Convolution

    @classmethod
    def of(cls, checkpoint: Checkpoint, *, fast: bool = True) -> HyperEncoder:
        """Build from a common checkpoint of either component."""
        source = LayerSource(checkpoint, "hyper_encoder.", fast)
        strides = (1, 1, 2, 1, 2)
        return cls(*(source.convolution(f"conv{n}", stride=s) for n, s in enumerate(strides, 1)))

    def unrounded(self, y: Int32Array) -> Int32Array:
        """Return z in Q18 [C, cd(h,4), cd(w,4)] for y [C, h, w]; pad(d) is a padding to even size."""
        x = self.conv2(leaky_relu(self.conv1(to_map(absolute(y)))))
        x = leaky_relu(self.conv3(pad_to_even(x)))
        return to_planes(self.conv5(pad_to_even(self.conv4(x))))

    def __call__(self, y: Int32Array) -> Int8Array:
        """Return z_hat int8 for y [C, h, w]."""
        return rounded_hyper_latent(self.unrounded(y))
