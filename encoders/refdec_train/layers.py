"""Layers and blocks of chapter 4.2, trainable: the vocabulary in which all networks of this package are written.

In: float tensors [batch, channels, rows, columns].  Out: the same.  Names of members are those of the checkpoint's
tensors, so that a state dictionary is a checkpoint.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = [
    "CAB",
    "R1",
    "R2",
    "TAB",
    "TAM",
    "U2",
    "ResAU",
    "convolution",
    "cropped",
    "padded",
    "transposed",
]

ATTENTION_HEADS = 4
SMALL_START = 0.02
"""Standard deviation of the last weights of a gate when training begins: the block is nearly the identity."""


def convolution(
    inputs: int, outputs: int, kernel: int = 3, *, stride: int = 1, groups: int = 1, bias: bool = True
) -> nn.Conv2d:
    """(4.2.1) Kn(i->o, s, g, b): cross-correlation with zeros around the tensor."""
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias)


def transposed(inputs: int, outputs: int, kernel: int = 4) -> nn.ConvTranspose2d:
    """(4.2.2) Tn(i->o): twice the size, for kernels of 3 and of 4."""
    return nn.ConvTranspose2d(inputs, outputs, kernel, 2, 1, output_padding=4 - kernel)


def cropped(x: Tensor, size: tuple[int, int], depth: int) -> Tensor:
    """(4.2.10) crop(d): the rows and columns that a piece of `size` samples has at a depth."""
    rows, columns = (-(-side // (1 << depth)) for side in size)
    return x[..., :rows, :columns]


def padded(x: Tensor) -> Tensor:
    """(4.2.10) pad(d): the last row and column repeated where their number is odd."""
    return functional.pad(x, (0, x.shape[-1] % 2, 0, x.shape[-2] % 2), mode="replicate")


class U2(nn.Module):
    """(4.2.3) Up-sampler of 2 x 2: a row and a column of zeros, convolution, pixel shuffle."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, 4 * outputs, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.pixel_shuffle(self.conv(functional.pad(x, (0, 1, 0, 1))), 2)


class ResAU(nn.Module):
    """(4.2.5) x * (1 + K1(K3(ReLU6(x)))), the 3 x 3 in groups."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.conv = convolution(channels, channels, groups=groups, bias=False)
        self.conv2 = convolution(channels, channels, 1, bias=False)
        nn.init.normal_(self.conv2.weight, std=SMALL_START)

    def forward(self, x: Tensor) -> Tensor:
        return x * (1 + self.conv2(self.conv(functional.relu6(x))))


class R1(nn.Module):
    """(4.2.6) x + ReLU(K3(x))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = convolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + functional.relu(self.conv1(x))


class R2(nn.Module):
    """(4.2.6) x + K3(ReLU(K3(x)))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = convolution(channels, channels)
        self.conv2 = convolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(functional.relu(self.conv1(x)))


class CAB(nn.Module):
    """(4.2.7) Convolutional attention: a trunk, gated by a mask of half the resolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.residual_trunk = nn.Sequential(R2(channels), R2(channels))
        self.subscale = convolution(channels, channels, stride=2)
        self.residual_mask2 = nn.Sequential(R2(channels))
        self.residual_mask3 = nn.Sequential(R2(channels))
        self.upscale = transposed(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        mask = self.residual_mask3(self.residual_mask2(self.subscale(x)))
        return x + self.residual_trunk(x) * torch.sigmoid(self.upscale(mask))


class _ChannelNorm(nn.LayerNorm):
    """(4.2.8) LN: every position is normalised over its channels."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class _Prepared(nn.Module):
    """(4.2.8) Steps 1 of TAB: normalised, and projected to the three operands of the attention."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = _ChannelNorm(channels)
        self.conv1 = convolution(channels, 3 * channels, 1, bias=False)
        self.conv2 = convolution(3 * channels, 3 * channels, groups=3 * channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(self.norm1(x)))


class _Attention(nn.Module):
    """(4.2.8) Steps 2 to 5 of TAB: channels attend to channels, in four heads."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.temperature = nn.Parameter(torch.ones(ATTENTION_HEADS, 1, 1))
        self.project_out = convolution(channels, channels, 1, bias=False)

    def forward(self, operands: Tensor) -> Tensor:
        batch, _, rows, columns = operands.shape
        a, b, values = operands.reshape(batch, 3, ATTENTION_HEADS, -1, rows * columns).unbind(1)
        scores = functional.normalize(a, dim=-1) @ functional.normalize(b, dim=-1).transpose(-1, -2) * self.temperature
        return self.project_out((torch.softmax(scores, -1) @ values).reshape(batch, -1, rows, columns))


class _FeedForward(nn.Module):
    """(4.2.8) Step 6 of TAB: a gated layer."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = _ChannelNorm(channels)
        self.project_in = convolution(channels, 8 * channels, 1, bias=False)
        self.dwconv = convolution(8 * channels, 8 * channels, groups=8 * channels, bias=False)
        self.project_out = convolution(4 * channels, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        first, second = self.dwconv(self.project_in(self.norm1(x))).chunk(2, 1)
        return self.project_out(functional.elu(first) * second)


class TAB(nn.Module):
    """(4.2.8) Transformer block: attention over channels, then a gated feed-forward layer."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.prep_data = _Prepared(channels)
        self.attn = _Attention(channels)
        self.ffn = _FeedForward(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.prep_data(x))
        return x + self.ffn(x)


class TAM(nn.Module):
    """(4.2.8) Two transformer blocks, at half the resolution where `resample`; nothing goes around them."""

    def __init__(self, channels: int, *, resample: bool) -> None:
        super().__init__()
        self.ds_conv = convolution(channels, channels, stride=2) if resample else nn.Identity()
        self.TABs = nn.Sequential(TAB(channels), TAB(channels))
        self.us_conv = transposed(channels, channels, 3) if resample else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.us_conv(self.TABs(self.ds_conv(x)))
