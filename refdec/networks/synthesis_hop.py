"""Synthesis networks HOP (4.5.1, 4.5.2): the large ones, with attention over the whole tile.

In: latent int32 Q18 [160 or 256, h16, w16] and the size of the tile in luma samples.  Out: planes int32 Q18 [1 or 2,
h, w]. A tile cannot be cut further: its extents are normative (6.3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.networks.attention import CAB, TAM
from refdec.networks.blocks import R2, ResAU
from refdec.networks.latent_input import combined, require_latent
from refdec.networks.layers import Convolution, TransposedConvolution
from refdec.networks.movement import crop, depth_size, output_planes, to_map
from refdec.networks.source import LayerSource
from refdec.tiling.geometry import Rect

__all__ = ["HopChroma", "HopLuma"]


@clause("4.5.1")
@dataclass(frozen=True, slots=True, eq=False)
class HopLuma:
    """(4.5.1) Luma, HOP."""

    block: R2
    first_up: TransposedConvolution
    first_act: ResAU
    conv2_t: TransposedConvolution
    cab: CAB
    iact2: ResAU
    conv3_t: Convolution
    tam: TAM
    iact3: ResAU
    conv4_t: TransposedConvolution

    @classmethod
    def of(cls, source: LayerSource) -> HopLuma:
        """Build from the checkpoint `VM_hop/decoder_Y`."""
        return cls(
            R2.of(source.below("first_stage.0.0")),
            source.transposed("first_stage.1"),
            ResAU.of(source.below("first_stage.2")),
            source.transposed("conv2_t"),
            CAB.of(source.below("CAB")),
            ResAU.of(source.below("iact2")),
            source.shuffled("conv3_t"),
            TAM.of(source.below("TAM"), resample=True),
            ResAU.of(source.below("iact3")),
            source.transposed("conv4_t"),
        )

    @property
    def halo(self) -> tuple[int, int] | None:
        """Return None: every sample depends on the whole tile."""
        return None

    def __call__(self, latent: Int32Array, height: int, width: int, keep: Rect | None = None) -> Int32Array:
        """Return the plane [1, height, width] Q18, or the samples `keep` of it; raises LatentSizeMismatch."""
        require_latent(latent, height, width)
        x = self.first_act(self.first_up(self.block(to_map(latent))))
        x = self.cab(self.conv2_t(crop(x, depth_size(height, width, 3))))
        x = self.conv3_t(self.iact2(crop(x, depth_size(height, width, 2))))
        x = self.iact3(self.tam(x, size=depth_size(height, width, 1)))
        planes = output_planes(self.conv4_t(x, size=(height, width)), 1, height, width)
        return planes if keep is None else planes[:, keep.rows, keep.columns]


@clause("4.5.2")
@dataclass(frozen=True, slots=True, eq=False)
class HopChroma:
    """(4.5.2) Chroma, HOP, on the latents of both components."""

    combine: Convolution
    conv2_t: TransposedConvolution
    cab: CAB
    iact2: ResAU
    conv3_t: Convolution
    tam: TAM
    iact3: ResAU
    conv4_t: TransposedConvolution

    @classmethod
    def of(cls, source: LayerSource) -> HopChroma:
        """Build from the checkpoint `VM_hop/decoder_UV`."""
        return cls(
            source.convolution("first_stage.conv1"),
            source.transposed("conv2_t"),
            CAB.of(source.below("CAB")),
            ResAU.of(source.below("iact2")),
            source.shuffled("conv3_t"),
            TAM.of(source.below("TAM"), resample=False),
            ResAU.of(source.below("iact3")),
            source.transposed("conv4_t"),
        )

    @property
    def halo(self) -> tuple[int, int] | None:
        """Return None: every sample depends on the whole tile."""
        return None

    def __call__(self, latent: Int32Array, height: int, width: int, keep: Rect | None = None) -> Int32Array:
        """Return the planes U and V [2, height, width] Q18, or the samples `keep`; raises LatentSizeMismatch."""
        require_latent(latent, height, width)
        x = self.cab(self.conv2_t(combined(self.combine, to_map(latent))))
        x = self.conv3_t(self.iact2(crop(x, depth_size(height, width, 3))))
        x = self.iact3(crop(self.tam(x), depth_size(height, width, 2)))
        planes = output_planes(self.conv4_t(x), 2, height, width)
        return planes if keep is None else planes[:, keep.rows, keep.columns]
