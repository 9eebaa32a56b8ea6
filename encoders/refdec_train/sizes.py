"""Numbers that several networks share (4.1): channels of the latents, and what the size of a picture is."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["CHROMA_CHANNELS", "HYPER_STEP", "LATENT_STEP", "LUMA_CHANNELS", "Size"]

LUMA_CHANNELS, CHROMA_CHANNELS = 160, 96
LATENT_STEP, HYPER_STEP = 16, 64
"""Luma samples between two positions of the latent, and of the hyper latent."""
Size: TypeAlias = tuple[int, int]
"""Rows and columns, in luma samples."""
