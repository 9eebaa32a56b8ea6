"""Values that flow between the decoder's stages; each is built once and never changed.

Pairs are (luma, chroma); latents are [C, h, w], one position per 16 x 16 luma samples.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array
from refdec.latent.qualitysteps import QualitySteps
from refdec.latent.sigma import SigmaMaps

__all__ = ["ComponentSymbols", "Latents", "Symbols", "unobserved"]

Pair = tuple[Int32Array, Int32Array]


@dataclass(frozen=True, slots=True, eq=False)
class ComponentSymbols:
    """What entropy decoding gives for one component.

    `z_hat` int8 [C,hz,wz]; `sigma` the scale indices [C,h,w]; `coded` the mask; `symbols` int16, 0 where not coded.
    """

    z_hat: Int8Array
    sigma: SigmaMaps
    coded: BoolArray
    symbols: Int16Array


@dataclass(frozen=True, slots=True, eq=False)
class Symbols:
    """Both components, and the quality map [h,w] with its steps that serve both (None where the tool is off).

    `absent_regions` lists (component, region_idx) of regions that the codestream lacks; their symbols are 0 (1.4.4).
    """

    components: tuple[ComponentSymbols, ComponentSymbols]
    quality_map: Int32Array | None
    quality_steps: QualitySteps | None
    absent_regions: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """Dequantised residual, latent before and after LSBS, of both components, int32 Q18 [C,h,w]."""

    residual: Pair
    before_lsbs: Pair
    latent: Pair


def unobserved(_stage: str, _array: object) -> None:
    """Take a stage and do nothing."""
