"""Layers of chapter 4.2 in float32, forward and back: what a gradient search walks through.

In: maps float32 [C, h, w], on the scale of the networks (a latent's or a plane's unit is 1, not 2^-18).  Out: the same;
`pull` gives the derivative of a loss by the input for that by the output.  Weights are the pack's integers divided by
their powers of two; derivatives by weights are nobody's concern here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.plugins.api import BoolArray, Layer, matrix_product

__all__ = ["Doubling", "FloatArray", "Linear", "ResAU", "relu", "shuffled", "sized", "unshuffled"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Size = tuple[int, int]
BAND_VALUES = 1 << 19
"""Gathered samples of a band of rows: 2 MB, which stay in the cache until the product has read them."""
TAPS_4 = ((0, 0, 1), (0, -1, 3), (1, 1, 0), (1, 0, 2))
TAPS_3 = ((0, 0, 1), (1, 0, 2), (1, 1, 0))
"""(phase, offset, tap) of one direction of a transposed convolution: 2r + phase = 2(r + offset) - 1 + tap (4.2.2)."""
SIX = np.float32(6)


def _weights(layer: Layer) -> tuple[FloatArray, FloatArray | None]:
    """(6.2.4) Return the weights of a layer as stored, and its bias [O], None where it has none."""
    scale = np.ldexp(1.0, -layer.exponent.astype(np.int32))
    shape = (1, -1, 1, 1) if layer.transposed else (-1, 1, 1, 1)
    weight = (layer.wide() * scale.reshape(shape)).astype(np.float32)
    bias = (layer.bias * scale * 2.0**-18).astype(np.float32) if layer.has_bias else None
    return weight, bias


def relu(x: FloatArray) -> FloatArray:
    """Return max(x, 0)."""
    return np.maximum(x, np.float32(0))


def sized(x: FloatArray, size: Size) -> FloatArray:
    """Return a map cut at the bottom and right, or filled up there with zeros, to rows and columns."""
    x = x[:, : size[0], : size[1]]
    more = size[0] - x.shape[1], size[1] - x.shape[2]
    return np.pad(x, ((0, 0), (0, more[0]), (0, more[1]))) if any(more) else x


def shuffled(x: FloatArray, factor: int) -> FloatArray:
    """(4.2.4) Return [C, f h, f w] of [C f f, h, w]."""
    channels, h, w = x.shape
    split = x.reshape(channels // factor**2, factor, factor, h, w)
    return np.ascontiguousarray(split.transpose(0, 3, 1, 4, 2)).reshape(-1, factor * h, factor * w)


def unshuffled(x: FloatArray, factor: int) -> FloatArray:
    """(4.2.4) Return [C f f, h, w] of [C, f h, f w]: the way back of `shuffled`."""
    channels, h, w = x.shape
    split = x.reshape(channels, h // factor, factor, w // factor, factor)
    return np.ascontiguousarray(split.transpose(0, 2, 4, 1, 3)).reshape(-1, h // factor, w // factor)


def _correlated(x: FloatArray, weights: FloatArray, groups: int, bias: FloatArray | None) -> FloatArray:
    """Return the map [O, h, w] of a 1 x 1 or 3 x 3 cross-correlation with zeros around; weights [g, O/g, C/g * n * n].

    Bands of rows are gathered and multiplied one after the other.
    """
    channels, h, w = x.shape
    outputs = weights.shape[0] * weights.shape[1]
    taps = weights.shape[2] * groups // channels
    out = np.empty((groups, outputs // groups, h * w), np.float32)
    if taps == 1:
        matrix_product(weights, np.ascontiguousarray(x).reshape(groups, -1, h * w), out)
    else:
        framed = np.zeros((channels, h + 2, w + 2), np.float32)
        framed[:, 1:-1, 1:-1] = x
        band = max(1, min(h, BAND_VALUES // (channels * 9 * w)))
        gathered = np.empty((channels, 9, band, w), np.float32)
        for top in range(0, h, band):
            rows = min(band, h - top)
            part = gathered if rows == band else np.empty((channels, 9, rows, w), np.float32)
            for k in range(9):
                part[:, k] = framed[:, top + k // 3 : top + k // 3 + rows, k % 3 : k % 3 + w]
            matrix_product(weights, part.reshape(groups, -1, rows * w), out[:, :, top * w : (top + rows) * w])
    made = out.reshape(outputs, h, w)
    if bias is not None:
        made += bias[:, None, None]
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """(4.2.1) K1 and K3 of stride 1, in groups: weights [g, O/g, C/g * n * n] and those of the way back."""

    ahead: FloatArray
    back: FloatArray
    groups: int
    bias: FloatArray | None

    @classmethod
    def of(cls, weight: FloatArray, bias: FloatArray | None, groups: int = 1) -> Linear:
        """Take weights [O, C/g, n, n]."""
        outputs, inputs, side, _ = weight.shape
        split = weight.reshape(groups, outputs // groups, inputs, side, side)
        turned = split[..., ::-1, ::-1].transpose(0, 2, 1, 3, 4)
        return cls(
            np.ascontiguousarray(split.reshape(groups, outputs // groups, -1)),
            np.ascontiguousarray(turned.reshape(groups, inputs, -1)),
            groups,
            bias,
        )

    @classmethod
    def named(cls, layers: Mapping[str, Layer], name: str, channels: int | None = None) -> Linear:
        """Take a layer by its name; `channels`: of its input, where that is not what its weights say (groups)."""
        weight, bias = _weights(layers[name])
        return cls.of(weight, bias, 1 if channels is None else channels // weight.shape[1])

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return the layer's map."""
        return _correlated(x, self.ahead, self.groups, self.bias)

    def pull(self, g: FloatArray) -> FloatArray:
        """Return the derivative by the input."""
        return _correlated(g, self.back, self.groups, None)


@dataclass(frozen=True, slots=True, eq=False)
class Doubling:
    """(4.2.2, 4.2.3) T3, T4 and U2 as one 3 x 3 convolution to four phases, which are shuffled."""

    phases: Linear

    @classmethod
    def named(cls, layers: Mapping[str, Layer], name: str) -> Doubling:
        """Take a transposed convolution `name`, or an up-sampler `name`.conv."""
        if name in layers:
            stored, bias = _weights(layers[name])
            inputs, outputs, side, _ = stored.shape
            weight = np.zeros((outputs, 2, 2, inputs, 3, 3), np.float32)
            taps = TAPS_4 if side == 4 else TAPS_3
            for dy, oy, ky in taps:
                for dx, ox, kx in taps:
                    weight[:, dy, dx, :, 1 + oy, 1 + ox] = stored[:, :, ky, kx].T
        else:
            stored, bias = _weights(layers[f"{name}.conv"])
            outputs, inputs = stored.shape[0] // 4, stored.shape[1]
            weight = np.zeros((outputs, 2, 2, inputs, 3, 3), np.float32)
            weight[..., 1:, 1:] = stored.reshape(outputs, 2, 2, inputs, 2, 2)
        spread = None if bias is None else np.repeat(bias, 4)
        return cls(Linear.of(weight.reshape(4 * outputs, inputs, 3, 3), spread))

    def __call__(self, x: FloatArray, size: Size) -> FloatArray:
        """Return the map of twice the size, cut to rows and columns."""
        return sized(shuffled(self.phases(x), 2), size)

    def pull(self, g: FloatArray, size: Size) -> FloatArray:
        """Return the derivative by the input, which has rows and columns `size`."""
        return self.phases.pull(unshuffled(sized(g, (2 * size[0], 2 * size[1])), 2))


@dataclass(frozen=True, slots=True, eq=False)
class ResAU:
    """(4.2.5) x * (1 + K1(K3(ReLU6(x)))), the 3 x 3 in groups."""

    conv: Linear
    conv2: Linear

    @classmethod
    def named(cls, layers: Mapping[str, Layer], name: str) -> ResAU:
        """Take `name`.conv and `name`.conv2."""
        channels = layers[f"{name}.conv"].out_channels
        return cls(Linear.named(layers, f"{name}.conv", channels), Linear.named(layers, f"{name}.conv2"))

    def __call__(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the activated map, and the gate 1 + K1(K3(ReLU6(x))), which `pull` wants again."""
        gate = self.conv2(self.conv(np.clip(x, np.float32(0), SIX)))
        gate += np.float32(1)
        return x * gate, gate

    def pull(self, x: FloatArray, gate: FloatArray, g: FloatArray) -> FloatArray:
        """Return the derivative by x."""
        through = self.conv.pull(self.conv2.pull(g * x))
        inside: BoolArray = (x > 0) & (x < SIX)
        through *= inside
        through += g * gate
        return through
