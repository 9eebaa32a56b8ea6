"""Hyper decoder of both components (4.3): from the hyper latent to psi, what means are formed from.

In: z_hat int8 [C, hz, wz], size of the picture piece in component samples.  Out: psi int32 Q18 [4C, cd(h, 2^(k+1)),
...].
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.clauses import clause
from refdec.networks.errors import LatentSizeMismatch
from refdec.networks.layers import Convolution, TransposedConvolution
from refdec.networks.movement import depth_size, from_hyper_latent, to_planes
from refdec.networks.source import LayerSource
from refdec.weights.pack import Checkpoint

__all__ = ["LUMA_CHANNELS", "HyperDecoder"]

LUMA_CHANNELS = 160
"""Latent channels of luma (4.2.9); chroma has 96."""


@clause("4.3")
@dataclass(frozen=True, slots=True, eq=False)
class HyperDecoder:
    """(4.3) K1, T4, crop(k+1), ReLU6, K3, ReLU6, K3; k = 4 for luma, 3 for chroma."""

    depth: int
    conv1: Convolution
    conv2: TransposedConvolution
    conv3: Convolution
    conv4: Convolution

    @classmethod
    def of(cls, checkpoint: Checkpoint, *, fast: bool = True) -> HyperDecoder:
        """Build from a common checkpoint of either component."""
        source = LayerSource(checkpoint, "hyper_decoder.", fast)
        conv1 = source.convolution("conv1")
        depth = 5 if conv1.stencil.in_channels == LUMA_CHANNELS else 4
        return cls(depth, conv1, source.transposed("conv2"), source.convolution("conv3"), source.convolution("conv4"))

    def __call__(self, z_hat: Int8Array, height: int, width: int) -> Int32Array:
        """Return psi for a piece of height x width component samples.

        Raises LatentSizeMismatch unless z_hat has cd(n, 2^(k+2)) rows and columns.
        """
        expected = depth_size(height, width, self.depth + 1)
        if z_hat.shape[1:] != expected:
            raise LatentSizeMismatch("z_hat", expected, z_hat.shape[1:])
        x = self.conv1(from_hyper_latent(z_hat))
        x = self.conv2(x, size=depth_size(height, width, self.depth))
        x = self.conv3(x, relu6=True)
        return to_planes(self.conv4(x, relu6=True))
