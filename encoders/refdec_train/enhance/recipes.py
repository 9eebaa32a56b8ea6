"""What each head of `enhance` is trained for, and how.

In: nothing.  Out: `RECIPES`, by the name that the task knows a head by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from refdec_train.enhance.doubling import Doubling
from refdec_train.enhance.filling import Filling
from refdec_train.enhance.lessons import Correcting, EnhanceLesson
from refdec_train.enhance.spoiling import cast, dark, exposed, noisy

__all__ = ["RECIPES", "EnhanceRecipe"]


@dataclass(frozen=True, slots=True)
class EnhanceRecipe:
    """`lesson`: what is coded, and what is wanted; `crop`: side of the picture that a step sees, in samples."""

    lesson: EnhanceLesson
    help: str
    crop: int = 128
    steps: int = 6000
    batch: int = 4
    rate: float = 2e-3


RECIPES: Mapping[str, EnhanceRecipe] = MappingProxyType(
    {
        "denoise": EnhanceRecipe(Correcting(noisy), "noise of cameras and scanners taken away"),
        "lowlight": EnhanceRecipe(
            Correcting(dark), "pictures taken in the dark made bright, and their noise taken away", 160, 1200, 3
        ),
        "exposure": EnhanceRecipe(
            Correcting(exposed), "pictures exposed too long or too short made as they should be", 160, 1200, 3
        ),
        "colour": EnhanceRecipe(Correcting(cast), "the colour of the light taken away", 160, 3000, 3),
        "inpaint": EnhanceRecipe(Filling(), "holes filled with what lies around them", 160, 1500, 3),
        "superres": EnhanceRecipe(Doubling(), "twice the size, with the details of luma", 192, 1500),
    }
)
"""Crops are wider and fewer where the matter is with the whole picture: more of it is seen at a time."""
