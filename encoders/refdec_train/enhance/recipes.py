"""What each head of `enhance` is trained for, and how.

In: nothing.  Out: `RECIPES`, by the name that the task knows a head by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from refdec_train.enhance.spoiling import Spoil, dark, noisy

__all__ = ["RECIPES", "EnhanceRecipe"]


@dataclass(frozen=True, slots=True)
class EnhanceRecipe:
    """`spoil` makes the picture that is coded; `crop`: side of the picture that a step sees, in samples."""

    spoil: Spoil
    help: str
    crop: int = 128
    steps: int = 6000
    batch: int = 4
    rate: float = 2e-3


RECIPES: Mapping[str, EnhanceRecipe] = MappingProxyType(
    {
        "denoise": EnhanceRecipe(noisy, "noise of cameras and scanners taken away"),
        "lowlight": EnhanceRecipe(dark, "pictures taken in the dark made bright, and their noise taken away"),
    }
)
