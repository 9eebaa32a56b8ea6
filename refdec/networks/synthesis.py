"""Synthesis networks SOP and BOP, and the door to all three (4.5): from latents to sample planes.

In: latent int32 Q18 [160, h16, w16] for luma, [256, ...] for chroma (luma's 160 channels first), and the size of the
picture piece in luma samples.  Out: planes int32 Q18 [1 or 2, h, w] at full luma resolution, 0..255 * 2^18.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.networks.blocks import R1, ResAU
from refdec.networks.cuts import below, cut_map, kept_planes, reach, size_above
from refdec.networks.latent_input import combined, require_latent
from refdec.networks.layers import Convolution, TransposedConvolution, UpSampler2
from refdec.networks.movement import depth_size, to_map
from refdec.networks.source import LayerSource
from refdec.tiling.geometry import Rect
from refdec.weights.pack import Checkpoint

__all__ = [
    "SynthesisChroma",
    "SynthesisLuma",
    "SynthesisNetwork",
    "load_synthesis",
]


class SynthesisNetwork(Protocol):
    """A synthesis network of one component.

    `halo`: rows and columns of latent (before, after) that a sample depends on beyond its own position; None where it
    depends on the whole tile.
    """

    @property
    def halo(self) -> tuple[int, int] | None:
        """Return the halo in latent samples."""

    def __call__(self, latent: Int32Array, height: int, width: int, keep: Rect | None = None) -> Int32Array:
        """Return planes [n, height, width] Q18, or the samples `keep` of them alone; raises LatentSizeMismatch."""


UpSampler = TransposedConvolution | UpSampler2


def _up_sampler(source: LayerSource, transform: Synthesis, name: str) -> UpSampler:
    return source.up_sampler(name) if transform is Synthesis.SOP else source.transposed(name)


def _halo(transform: Synthesis) -> tuple[int, int]:
    """Return the halo of 6.6: U2 of SOP looks forward only."""
    return (3, 4) if transform is Synthesis.SOP else (3, 3)


@clause("4.5.1")
@dataclass(frozen=True, slots=True, eq=False)
class SynthesisLuma:
    """(4.5.1) Luma, SOP or BOP; they differ in channels and in how they double the size."""

    halo: tuple[int, int] | None
    block: R1
    first_up: UpSampler
    first_act: ResAU
    conv2_t: UpSampler
    iact2: ResAU
    conv3: Convolution
    iact3: ResAU
    conv4: Convolution

    @classmethod
    def of(cls, source: LayerSource, transform: Synthesis) -> SynthesisLuma:
        """Build from the checkpoint `decoder_Y` of the transform."""
        return cls(
            _halo(transform),
            R1.of(source.below("first_stage.0.0")),
            _up_sampler(source, transform, "first_stage.1"),
            ResAU.of(source.below("first_stage.2")),
            _up_sampler(source, transform, "conv2_t"),
            ResAU.of(source.below("iact2")),
            source.convolution("conv3"),
            ResAU.of(source.below("iact3")),
            source.convolution("conv4"),
        )

    def __call__(self, latent: Int32Array, height: int, width: int, keep: Rect | None = None) -> Int32Array:
        """Return the plane [1, height, width] Q18, or the samples `keep` of it."""
        require_latent(latent, height, width)
        keep = keep or Rect(0, 0, width, height)
        x = self.first_act(self.first_up(self.block(to_map(latent))))
        last = reach(keep, 2, depth_size(height, width, 2))
        before = below(last, depth_size(height, width, 3))
        x = self.conv2_t(cut_map(x, before), size=size_above(before, last))
        x = self.iact2(cut_map(x, last, (2 * before.y, 2 * before.x)))
        return kept_planes(self.conv4(self.iact3(self.conv3(x))), last, 4, keep)


@clause("4.5.2")
@dataclass(frozen=True, slots=True, eq=False)
class SynthesisChroma:
    """(4.5.2) Chroma, SOP or BOP, on the latents of both components."""

    halo: tuple[int, int] | None
    combine: Convolution
    conv2_t: UpSampler
    iact2: ResAU
    conv3: Convolution
    iact3: ResAU
    conv4: Convolution

    @classmethod
    def of(cls, source: LayerSource, transform: Synthesis) -> SynthesisChroma:
        """Build from the checkpoint `decoder_UV` of the transform."""
        return cls(
            _halo(transform),
            source.convolution("first_stage.conv1"),
            _up_sampler(source, transform, "conv2_t"),
            ResAU.of(source.below("iact2")),
            source.convolution("conv3"),
            ResAU.of(source.below("iact3")),
            source.convolution("conv4"),
        )

    def __call__(self, latent: Int32Array, height: int, width: int, keep: Rect | None = None) -> Int32Array:
        """Return the planes U and V [2, height, width] Q18, or the samples `keep` of them."""
        require_latent(latent, height, width)
        keep = keep or Rect(0, 0, width, height)
        last = reach(keep, 3, depth_size(height, width, 3))
        x = combined(self.combine, to_map(latent))
        x = self.conv2_t(x, size=depth_size(height, width, 3))
        x = self.iact2(cut_map(x, last))
        return kept_planes(self.conv4(self.iact3(self.conv3(x))), last, 8, keep)


@clause("4.5.3")
def load_synthesis(
    transform: Synthesis, checkpoint: Checkpoint, component: int, *, fast: bool = True
) -> SynthesisNetwork:
    """(4.5.3) Build the synthesis network of a component (0 luma, 1 chroma) from its decoder checkpoint.

    `fast=False` keeps to the integer loops.  Raises NoSuchNetwork if the checkpoint is of another network.
    """
    source = LayerSource(checkpoint, fast=fast)
    if transform is Synthesis.HOP:
        from refdec.networks import synthesis_hop

        return synthesis_hop.HopLuma.of(source) if component == 0 else synthesis_hop.HopChroma.of(source)
    return SynthesisLuma.of(source, transform) if component == 0 else SynthesisChroma.of(source, transform)
