"""Analysis networks (4.6), trainable: the light ones of this project's weights, and those of the reference software.

In: planes on the codec's scale, (x - 127.5) / 128: luma [batch, 1, H, W]; chroma as each class says.  Out: latents y
[batch, 160 or 96, ceil(H/16), ceil(W/16)].
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from refdec_train.layers import CAB, R1, TAM, ResAU, convolution, padded
from refdec_train.sizes import CHROMA_CHANNELS, LUMA_CHANNELS

__all__ = ["LightChroma", "LightLuma", "ReferenceChroma", "ReferenceLuma"]


class LightLuma(nn.Module):
    """(4.6) Light luma analysis of PU(4) of Y: about 8 thousand products a pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = convolution(16, 96)
        self.act1 = ResAU(96, 6)
        self.conv2 = convolution(96, 128, stride=2)
        self.act2 = ResAU(128, 8)
        self.res2 = R1(128)
        self.conv3 = convolution(128, LUMA_CHANNELS, stride=2)
        self.act3 = ResAU(LUMA_CHANNELS, 10)
        self.conv4 = convolution(LUMA_CHANNELS, LUMA_CHANNELS, 1)

    def forward(self, luma: Tensor) -> Tensor:
        x = self.act1(self.conv1(functional.pixel_unshuffle(luma, 4)))
        x = self.res2(self.act2(self.conv2(x)))
        return self.conv4(self.act3(self.conv3(x)))


class LightChroma(nn.Module):
    """(4.6) Light chroma analysis of PU(4) of Y, U and V at full resolution: about 2 thousand products a pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = convolution(48, 96, stride=2)
        self.act1 = ResAU(96, 6)
        self.conv2 = convolution(96, 128, stride=2)
        self.act2 = ResAU(128, 8)
        self.conv3 = convolution(128, CHROMA_CHANNELS, 1)

    def forward(self, planes: Tensor) -> Tensor:
        x = self.act1(self.conv1(functional.pixel_unshuffle(planes, 4)))
        return self.conv3(self.act2(self.conv2(x)))


class _Reference(nn.Module):
    """(4.6) What luma and chroma of the reference analyses share: three halvings, attention in those of HOP."""

    def __init__(self, inputs: int, *, high: bool, resample: bool) -> None:
        super().__init__()
        self.conv1 = convolution(inputs, 128, stride=2)
        self.act1 = ResAU(128, 4)
        self.TAM = TAM(128, resample=resample) if high else nn.Identity()
        self.conv2 = convolution(128, 128, stride=2)
        self.act2 = ResAU(128, 4)
        self.cab = CAB(128) if high else nn.Identity()
        self.conv3 = convolution(128, 128, stride=2)
        self.act3 = ResAU(128, 4)

    def halved(self, planes: Tensor) -> Tensor:
        """Return steps 1 to 3."""
        x = self.act1(self.conv1(padded(planes)))
        x = self.act2(self.conv2(self.TAM(padded(x))))
        return self.act3(self.conv3(self.cab(padded(x))))


class ReferenceLuma(_Reference):
    """(4.6) Luma analysis of BOP, of HOP where `high`."""

    def __init__(self, *, high: bool = False) -> None:
        super().__init__(1, high=high, resample=True)
        self.conv4 = convolution(128, LUMA_CHANNELS, stride=2)
        self.conv5 = convolution(LUMA_CHANNELS, LUMA_CHANNELS, 1, bias=False)

    def forward(self, luma: Tensor) -> Tensor:
        return self.conv5(self.conv4(padded(self.halved(luma))))


class ReferenceChroma(_Reference):
    """(4.6) Chroma analysis of BOP, of HOP where `high`: 12 planes at half the resolution (4.6.2)."""

    def __init__(self, *, high: bool = False) -> None:
        super().__init__(12, high=high, resample=False)
        self.conv5 = convolution(128, CHROMA_CHANNELS, 1, bias=False)

    def forward(self, planes: Tensor) -> Tensor:
        return self.conv5(self.halved(planes))
