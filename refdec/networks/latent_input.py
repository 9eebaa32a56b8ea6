"""What a synthesis network does with its latent first (4.5): its size is checked, chroma combines both components.

In: latent int32 Q18 [160, h16, w16] for luma, [256, ...] for chroma (luma's 160 channels first).
"""

from __future__ import annotations

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.networks.errors import LatentSizeMismatch
from refdec.networks.layers import Convolution
from refdec.networks.movement import concatenate, depth_size

__all__ = ["combined", "require_latent"]

LUMA_CHANNELS = 160
LATENT_DEPTH = 4
"""A latent position stands for 2^4 luma samples in each direction."""


def require_latent(latent: Int32Array, height: int, width: int) -> None:
    """Raise LatentSizeMismatch unless the latent has cd(height, 16) x cd(width, 16) positions."""
    expected = depth_size(height, width, LATENT_DEPTH)
    if latent.shape[1:] != expected:
        raise LatentSizeMismatch("The latent", expected, latent.shape[1:])


@clause("4.5.2")
def combined(combine: Convolution, latent: Int32Array) -> Int32Array:
    """(4.5.2, step 1) Return 48 channels from both latents, then chroma's own 96."""
    return concatenate([combine(latent), latent[:, :, LUMA_CHANNELS:]])
