"""Scale path and latents (chapter 3, 6.3.3, 6.3.4): sigma indices, mask, residual, LSBS, and their encoder side."""

from __future__ import annotations

from refdec.latent.coding import CodingMaps, coding_maps
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.lsbs import lsbs
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.sigma import SigmaMaps, levels, scale_maps, scaler_q10
from refdec.latent.skip import cube_grid, skip_mask
from refdec.latent.variance import VarianceScaling, expand_blocks

__all__ = [
    "CodingMaps",
    "QualitySteps",
    "SigmaMaps",
    "VarianceScaling",
    "coding_maps",
    "cube_grid",
    "expand_blocks",
    "levels",
    "lsbs",
    "quality_steps",
    "residual_from_symbols",
    "scale_maps",
    "scaler_q10",
    "skip_mask",
]
