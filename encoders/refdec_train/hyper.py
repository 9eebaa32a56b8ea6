"""Hyper networks, trainable: encoder (4.6.1), decoder (4.3), and the scale decoder with its integers in the loop (3.3).

In and out: [batch, C, rows, columns], C = 160 or 96; z at a quarter of the latent's resolution.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from refdec_train.layers import convolution, padded, transposed
from refdec_train.rounding import floored

__all__ = ["SCALE_INDEX_MAX", "Z_MAX", "HyperDecoder", "HyperEncoder", "HyperScaleDecoder"]

Z_MAX = 31
SCALE_INDEX_MAX = 31 * 128 - 1
ACTIVATION_MAX = 127
SMALL_START = 1e-3


class HyperEncoder(nn.Module):
    """(4.6.1) From |y| to z, before it is rounded and clamped."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = convolution(channels, channels)
        self.conv2 = convolution(channels, channels)
        self.conv3 = convolution(channels, channels, stride=2)
        self.conv4 = convolution(channels, channels)
        self.conv5 = convolution(channels, channels, stride=2)

    def forward(self, latent: Tensor) -> Tensor:
        x = padded(self.conv2(functional.leaky_relu(self.conv1(latent.abs()))))
        x = padded(self.conv4(functional.leaky_relu(self.conv3(x))))
        return self.conv5(x)


class HyperDecoder(nn.Module):
    """(4.3) From z_hat to psi, four groups of C channels at half the latent's resolution, `rows` x `columns`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = convolution(channels, channels, 1, bias=False)
        self.conv2 = transposed(channels, channels)
        self.conv3 = convolution(channels, channels)
        self.conv4 = convolution(channels, 4 * channels)
        nn.init.normal_(self.conv4.weight, std=SMALL_START)
        if self.conv4.bias is not None:
            nn.init.zeros_(self.conv4.bias)

    def forward(self, z_hat: Tensor, rows: int, columns: int) -> Tensor:
        x = functional.relu6(self.conv2(self.conv1(z_hat))[..., :rows, :columns])
        return self.conv4(functional.relu6(self.conv3(x)))


class HyperScaleDecoder(nn.Module):
    """(3.3) From z_hat to scale indices 0..3967 at the latent's resolution.

    Activations are floored, and clamped to 0..127, as the integer network does it.  Weights are trained in the units
    of the floats; `export` makes integers and shifts of them.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = convolution(channels, channels, 1)
        self.depthwise = convolution(channels, channels)
        self.pointwise = convolution(channels, 16 * channels, 1)
        nn.init.normal_(self.pointwise.weight, std=0.02)
        if self.pointwise.bias is not None:
            nn.init.constant_(self.pointwise.bias, 16.0)

    def forward(self, z_hat: Tensor, rows: int, columns: int) -> Tensor:
        x = _activation(self.conv1(z_hat) + 2.0)
        x = _activation(self.depthwise(x / 8.0))
        indices = floored(functional.pixel_shuffle(self.pointwise(x / 16.0), 4) * 128.0)
        return indices.abs().clamp(0, SCALE_INDEX_MAX)[..., :rows, :columns]


def _activation(x: Tensor) -> Tensor:
    """(3.3) An activation of the integer network: eighths, floored, 7 bits without a sign."""
    return floored(x * 8.0).clamp(0, ACTIVATION_MAX)
