"""Synthesis networks of chapter 4.5, trainable: SOP, BOP and HOP, luma and chroma.

In: latents y_hat [batch, 160 or 256, h, w], and the size of the picture in luma samples.  Out: planes on the scale
of the codec, (x - 127.5) / 128: [batch, 1 or 2, rows, columns].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from refdec_train.layers import CAB, R1, R2, TAM, U2, ResAU, convolution, cropped, transposed
from refdec_train.sizes import CHROMA_CHANNELS, LUMA_CHANNELS, Size

__all__ = [
    "BOP",
    "SYNTHESES",
    "BopChroma",
    "BopLuma",
    "HopChroma",
    "HopLuma",
    "SopChroma",
    "SopLuma",
    "synthesis_pair",
    "transform_of",
    "transforms_in",
]

COMBINED = CHROMA_CHANNELS // 2
JOINT = CHROMA_CHANNELS + COMBINED


class Combine(nn.Module):
    """(4.5.2) Step 1 of chroma: 48 channels of both components, beside the 96 of chroma."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = convolution(LUMA_CHANNELS + CHROMA_CHANNELS, COMBINED)

    def forward(self, both: Tensor) -> Tensor:
        return torch.cat((self.conv1(both), both[:, -CHROMA_CHANNELS:]), 1)


class SopLuma(nn.Module):
    """(4.5.1) SOP luma."""

    def __init__(self) -> None:
        super().__init__()
        self.first_stage = nn.Sequential(nn.Sequential(R1(LUMA_CHANNELS)), U2(LUMA_CHANNELS, 64), ResAU(64, 4))
        self.conv2_t: nn.Module = U2(64, 32)
        self.iact2 = ResAU(32, 2)
        self.conv3 = convolution(32, 32)
        self.iact3 = ResAU(32, 2)
        self.conv4 = convolution(32, 16, 1, bias=False)

    def forward(self, latent: Tensor, size: Size) -> Tensor:
        x = cropped(self.first_stage(latent), size, 3)
        x = self.iact2(cropped(self.conv2_t(x), size, 2))
        x = self.conv4(self.iact3(self.conv3(x)))
        return cropped(functional.pixel_shuffle(x, 4), size, 0)


class BopLuma(SopLuma):
    """(4.5.1) BOP luma: the steps of SOP, with wider layers and transposed convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first_stage = nn.Sequential(nn.Sequential(R1(LUMA_CHANNELS)), transposed(LUMA_CHANNELS, 64), ResAU(64, 4))
        self.conv2_t = transposed(64, 64)
        self.iact2 = ResAU(64, 4)
        self.conv3 = convolution(64, 96)
        self.iact3 = ResAU(96, 6)
        self.conv4 = convolution(96, 16, 1, bias=False)


class HopLuma(nn.Module):
    """(4.5.1) HOP luma."""

    def __init__(self) -> None:
        super().__init__()
        self.first_stage = nn.Sequential(
            nn.Sequential(R2(LUMA_CHANNELS)), transposed(LUMA_CHANNELS, 128, 3), ResAU(128, 4)
        )
        self.conv2_t = transposed(128, 128, 3)
        self.CAB = CAB(128)
        self.iact2 = ResAU(128, 4)
        self.conv3_t = convolution(128, 512, 1)
        self.TAM = TAM(128, resample=True)
        self.iact3 = ResAU(128, 4)
        self.conv4_t = transposed(128, 1, 3)

    def forward(self, latent: Tensor, size: Size) -> Tensor:
        x = cropped(self.first_stage(latent), size, 3)
        x = self.iact2(cropped(self.CAB(self.conv2_t(x)), size, 2))
        x = self.TAM(functional.pixel_shuffle(self.conv3_t(x), 2))
        return cropped(self.conv4_t(self.iact3(cropped(x, size, 1))), size, 0)


class SopChroma(nn.Module):
    """(4.5.2) SOP chroma: of luma's and chroma's latents together."""

    def __init__(self) -> None:
        super().__init__()
        self.first_stage = Combine()
        self.conv2_t: nn.Module = U2(JOINT, 32)
        self.iact2 = ResAU(32, 2)
        self.conv3 = convolution(32, 32)
        self.iact3 = ResAU(32, 2)
        self.conv4 = convolution(32, 128, 1, bias=False)

    def forward(self, both: Tensor, size: Size) -> Tensor:
        x = self.iact2(cropped(self.conv2_t(self.first_stage(both)), size, 3))
        x = self.conv4(self.iact3(self.conv3(x)))
        return cropped(functional.pixel_shuffle(x, 8), size, 0)


class BopChroma(SopChroma):
    """(4.5.2) BOP chroma."""

    def __init__(self) -> None:
        super().__init__()
        self.conv2_t = transposed(JOINT, 64)
        self.iact2 = ResAU(64, 4)
        self.conv3 = convolution(64, 128)
        self.iact3 = ResAU(128, 8)
        self.conv4 = convolution(128, 128, 1, bias=False)


class HopChroma(nn.Module):
    """(4.5.2) HOP chroma."""

    def __init__(self) -> None:
        super().__init__()
        self.first_stage = Combine()
        self.conv2_t = transposed(JOINT, 64, 3)
        self.CAB = CAB(64)
        self.iact2 = ResAU(64, 4)
        self.conv3_t = convolution(64, 256, 1)
        self.TAM = TAM(64, resample=False)
        self.iact3 = ResAU(64, 4)
        self.conv4_t = transposed(64, 8, 3)

    def forward(self, both: Tensor, size: Size) -> Tensor:
        x = self.CAB(self.conv2_t(self.first_stage(both)))
        x = self.iact2(cropped(x, size, 3))
        x = self.TAM(functional.pixel_shuffle(self.conv3_t(x), 2))
        x = self.conv4_t(self.iact3(cropped(x, size, 2)))
        return cropped(functional.pixel_shuffle(x, 2), size, 0)


Pair: TypeAlias = tuple[Callable[[], nn.Module], Callable[[], nn.Module]]
SYNTHESES: Mapping[str, Pair] = {
    "sop": (SopLuma, SopChroma),
    "bop": (BopLuma, BopChroma),
    "hop": (HopLuma, HopChroma),
}
"""Luma and chroma of each synthesis transform."""
BOP = "bop"
"""The synthesis that the codec is trained with; the others come after it."""


def synthesis_pair(transform: str) -> tuple[nn.Module, nn.Module]:
    """Return new networks of a transform, luma and chroma."""
    luma, chroma = SYNTHESES[transform]
    return luma(), chroma()


def transform_of(name: str) -> str | None:
    """Return the synthesis that a tensor of a codec is of, by its name; None for those of no known one."""
    first, _, rest = name.partition(".")
    transform = rest.partition(".")[0]
    return transform if first == "syntheses" and transform in SYNTHESES else None


def transforms_in(names: Iterable[str]) -> tuple[str, ...]:
    """Return the syntheses that tensors of these names are of, BOP first."""
    found = {transform_of(name) for name in names}
    return tuple(sorted((name for name in SYNTHESES if name in found), key=lambda name: name != BOP))
