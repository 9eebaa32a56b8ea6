"""R'G'B' 0..255 to Y'CbCr (6.7) and to the codec's scale, and back (5.10), in floats.

In and out: [batch, 3 or 1 or 2, H, W].
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["from_codec", "to_codec", "to_rgb", "to_ycbcr"]

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722
CB_RANGE, CR_RANGE, MIDDLE = 1.8556, 1.5748, 127.5


def to_ycbcr(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """(6.7) Luma [batch, 1, H, W] and chroma [batch, 2, H, W] of ITU-R BT.709."""
    red, green, blue = rgb.chunk(3, 1)
    luma = RED * red + GREEN * green + BLUE * blue
    return luma, torch.cat(((blue - luma) / CB_RANGE + MIDDLE, (red - luma) / CR_RANGE + MIDDLE), 1)


def to_rgb(luma: Tensor, chroma: Tensor) -> Tensor:
    """(5.10) R, G, B of luma and chroma, neither clamped nor rounded."""
    cb, cr = (chroma - MIDDLE).chunk(2, 1)
    red, blue = luma + CR_RANGE * cr, luma + CB_RANGE * cb
    return torch.cat((red, (luma - RED * red - BLUE * blue) / GREEN, blue), 1)


def to_codec(plane: Tensor) -> Tensor:
    """(4.6) The scale of the networks."""
    return (plane - MIDDLE) / 128


def from_codec(plane: Tensor) -> Tensor:
    """(4.5) The scale 0..255 of what a network gives."""
    return plane * 128 + MIDDLE
