"""Luma and chroma synthesis SOP and BOP (4.5) in float32, forward and back.

In: latents float32 [160 or 256, h, w] and the size of the piece in luma samples.  Out: planes on the 0..255 scale, not
clamped, [1 or 2, rows, columns], with what the way back wants; and the derivative by the latents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from refdec.plugins.api import Layer
from refdec_encoders.refine.layers import Doubling, FloatArray, Linear, ResAU, relu, shuffled, sized, unshuffled

__all__ = ["ChromaSynthesis", "LumaSynthesis"]

LUMA_CHANNELS = 160
MIDDLE = np.float32(127.5)
Size = tuple[int, int]
Maps = tuple[FloatArray, ...]


def _depth(size: Size, depth: int) -> Size:
    """(4.2.10) Return rows and columns of a piece at a depth."""
    return -(-size[0] >> depth), -(-size[1] >> depth)


def _planes(x: FloatArray, factor: int, size: Size) -> FloatArray:
    """(4.5) Return planes on the 0..255 scale of the last layer's map."""
    return sized(shuffled(x, factor), size) + MIDDLE


def _from_planes(g: FloatArray, factor: int, size: Size) -> FloatArray:
    """Return the derivative by the last layer's map, which has rows and columns `size`."""
    return unshuffled(sized(g, (factor * size[0], factor * size[1])), factor)


@dataclass(frozen=True, slots=True, eq=False)
class _Tail:
    """(4.5) What both components end with: up-sampler, ResAU, K3, ResAU, K1, shuffle."""

    up: Doubling
    act2: ResAU
    conv3: Linear
    act3: ResAU
    conv4: Linear

    @classmethod
    def of(cls, layers: Mapping[str, Layer]) -> _Tail:
        return cls(
            Doubling.named(layers, "conv2_t"),
            ResAU.named(layers, "iact2"),
            Linear.named(layers, "conv3"),
            ResAU.named(layers, "iact3"),
            Linear.named(layers, "conv4"),
        )

    def __call__(self, x: FloatArray, inner: Size, factor: int, size: Size) -> tuple[FloatArray, Maps]:
        x4 = self.up(x, inner)
        x5, gate2 = self.act2(x4)
        x6 = self.conv3(x5)
        x7, gate3 = self.act3(x6)
        return _planes(self.conv4(x7), factor, size), (x4, gate2, x6, gate3)

    def pull(self, g: FloatArray, kept: Maps, factor: int, size: Size) -> FloatArray:
        x4, gate2, x6, gate3 = kept
        g = self.conv4.pull(_from_planes(g, factor, (x6.shape[1], x6.shape[2])))
        g = self.act2.pull(x4, gate2, self.conv3.pull(self.act3.pull(x6, gate3, g)))
        return self.up.pull(g, size)


@dataclass(frozen=True, slots=True, eq=False)
class LumaSynthesis:
    """(4.5.1) SOP or BOP luma, by what its checkpoint holds."""

    block: Linear
    up: Doubling
    act1: ResAU
    tail: _Tail

    @classmethod
    def of(cls, layers: Mapping[str, Layer]) -> LumaSynthesis:
        """Take the layers of `decoder_Y`."""
        return cls(
            Linear.named(layers, "first_stage.0.0.conv1"),
            Doubling.named(layers, "first_stage.1"),
            ResAU.named(layers, "first_stage.2"),
            _Tail.of(layers),
        )

    def __call__(self, latent: FloatArray, size: Size) -> tuple[FloatArray, Maps]:
        """Return the plane [1, rows, columns] of a latent [160, h, w], and what `pull` wants."""
        inner = self.block(latent)
        x2 = self.up(latent + relu(inner), (2 * latent.shape[1], 2 * latent.shape[2]))
        x3, gate1 = self.act1(x2)
        plane, kept = self.tail(sized(x3, _depth(size, 3)), _depth(size, 2), 4, size)
        return plane, (inner, x2, gate1, *kept)

    def pull(self, g: FloatArray, kept: Maps, size: Size) -> FloatArray:
        """Return the derivative by the latent."""
        inner, x2, gate1, *rest = kept
        g = self.tail.pull(g, tuple(rest), 4, _depth(size, 3))
        g = self.act1.pull(x2, gate1, sized(g, (x2.shape[1], x2.shape[2])))
        g = self.up.pull(g, (inner.shape[1], inner.shape[2]))
        return g + self.block.pull(g * (inner > 0))


@dataclass(frozen=True, slots=True, eq=False)
class ChromaSynthesis:
    """(4.5.2) SOP or BOP chroma, of the latents of both components."""

    combine: Linear
    tail: _Tail

    @classmethod
    def of(cls, layers: Mapping[str, Layer]) -> ChromaSynthesis:
        """Take the layers of `decoder_UV`."""
        return cls(Linear.named(layers, "first_stage.conv1"), _Tail.of(layers))

    def __call__(self, both: FloatArray, size: Size) -> tuple[FloatArray, Maps]:
        """Return the planes [2, rows, columns] of latents [256, h, w], luma's first, and what `pull` wants."""
        x = np.concatenate((self.combine(both), both[LUMA_CHANNELS:]))
        return self.tail(x, _depth(size, 3), 8, size)

    def pull(self, g: FloatArray, kept: Maps, size: Size) -> FloatArray:
        """Return the derivative by both latents."""
        g = self.tail.pull(g, kept, 8, _depth(size, 4))
        split = self.combine.ahead.outputs
        through = self.combine.pull(g[:split])
        through[LUMA_CHANNELS:] += g[split:]
        return through
