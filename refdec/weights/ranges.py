"""Which displacements of which model an encoder takes, for rising rates: what a pack may say about its models.

In: what was measured when the pack was made.  Out: values that a pack carries; decoders take no notice.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MODEL_IDS", "SYNTAX", "ModelRange"]

MODEL_IDS = range(4)
SYNTAX = (-2048, 2047)
"""The lowest and the highest displacement that a picture header can hold (1.6.3)."""


@dataclass(frozen=True, slots=True)
class ModelRange:
    """A model and displacements of its luma, from the lowest to the highest, inclusive."""

    model_id: int
    low: int
    high: int
