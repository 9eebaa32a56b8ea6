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
TAPS_2 = ((0, 0, 0), (0, 1, 1), (1, 0, 0), (1, 1, 1))
"""The same of an up-sampler, whose phases have weights of their own (4.2.3)."""
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


Reading = tuple[int, int, int]
"""What a product gathers: the first of some channels, and the row and column, relative to the output's, to read."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stencil:
    """A cross-correlation with zeros around: weights [g, O/g, K] on what is gathered, bias [O] or None.

    `readings`, each of `width` channels, follow each other in K; those of a group follow those of the group before.
    """

    weights: FloatArray
    readings: tuple[Reading, ...]
    width: int
    bias: FloatArray | None

    @property
    def outputs(self) -> int:
        """Channels that come out."""
        return int(self.weights.shape[0] * self.weights.shape[1])

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return the map [O, h, w] of x [C, h, w]: bands of rows are gathered and multiplied, one after the other."""
        channels, h, w = x.shape
        groups = self.weights.shape[0]
        out = np.empty((groups, self.outputs // groups, h * w), np.float32)
        if all(reading[1:] == (0, 0) for reading in self.readings):
            matrix_product(self.weights, np.ascontiguousarray(x).reshape(groups, -1, h * w), out)
        else:
            framed = np.zeros((channels, h + 2, w + 2), np.float32)
            framed[:, 1:-1, 1:-1] = x
            band = max(1, min(h, BAND_VALUES // (len(self.readings) * self.width * w)))
            gathered = np.empty((len(self.readings), self.width, band, w), np.float32)
            for top in range(0, h, band):
                rows = min(band, h - top)
                part = gathered if rows == band else np.empty((*gathered.shape[:2], rows, w), np.float32)
                for place, (first, oy, ox) in zip(part, self.readings, strict=True):
                    y = top + 1 + oy
                    place[...] = framed[first : first + self.width, y : y + rows, 1 + ox : 1 + ox + w]
                matrix_product(self.weights, part.reshape(groups, -1, rows * w), out[:, :, top * w : (top + rows) * w])
        made = out.reshape(self.outputs, h, w)
        if self.bias is not None:
            made += self.bias[:, None, None]
        return made


def _of_taps(weight: FloatArray, groups: int, bias: FloatArray | None) -> _Stencil:
    """Return the stencil of weights [g, O/g, C/g, n, n], n = 1 or 3."""
    _, outputs, inputs, side, _ = weight.shape
    reach = side // 2
    places = [(oy, ox) for oy in range(-reach, reach + 1) for ox in range(-reach, reach + 1)]
    readings = tuple((g * inputs, *place) for g in range(groups) for place in places)
    flat = weight.transpose(0, 1, 3, 4, 2).reshape(groups, outputs, -1)
    return _Stencil(np.ascontiguousarray(flat), readings, inputs, bias)


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """(4.2.1) K1 and K3 of stride 1, in groups: ahead, and back."""

    ahead: _Stencil
    back: _Stencil

    @classmethod
    def of(cls, weight: FloatArray, bias: FloatArray | None, groups: int = 1) -> Linear:
        """Take weights [O, C/g, n, n]."""
        split = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
        turned = split[..., ::-1, ::-1].transpose(0, 2, 1, 3, 4)
        return cls(_of_taps(split, groups, bias), _of_taps(turned, groups, None))

    @classmethod
    def named(cls, layers: Mapping[str, Layer], name: str, channels: int | None = None) -> Linear:
        """Take a layer by its name; `channels`: of its input, where that is not what its weights say (groups)."""
        weight, bias = _weights(layers[name])
        return cls.of(weight, bias, 1 if channels is None else channels // weight.shape[1])

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return the layer's map."""
        return self.ahead(x)

    def pull(self, g: FloatArray) -> FloatArray:
        """Return the derivative by the input."""
        return self.back(g)


@dataclass(frozen=True, slots=True, eq=False)
class Doubling:
    """(4.2.2, 4.2.3) T3, T4 and U2: four phases of the output, each a small convolution; and all four back."""

    phases: tuple[_Stencil, ...]
    back: _Stencil

    @classmethod
    def named(cls, layers: Mapping[str, Layer], name: str) -> Doubling:
        """Take a transposed convolution `name`, or an up-sampler `name`.conv."""
        if name in layers:
            stored, bias = _weights(layers[name])
            taps = TAPS_4 if stored.shape[2] == 4 else TAPS_3
            weight = np.stack([stored.transpose(1, 0, 2, 3)] * 4)
        else:
            stored, bias = _weights(layers[f"{name}.conv"])
            taps = TAPS_2
            weight = stored.reshape(stored.shape[0] // 4, 4, *stored.shape[1:]).transpose(1, 0, 2, 3, 4)
        ahead, back, readings = list[_Stencil](), list[FloatArray](), list[Reading]()
        outputs, inputs = weight.shape[1:3]
        for phase, part in enumerate(weight):
            dy, dx = divmod(phase, 2)
            used = [(oy, ox, part[:, :, ky, kx]) for y, oy, ky in taps if y == dy for x, ox, kx in taps if x == dx]
            flat = np.concatenate([values for *_, values in used], axis=1)
            places = tuple((0, oy, ox) for oy, ox, _ in used)
            ahead.append(_Stencil(np.ascontiguousarray(flat)[None], places, inputs, bias))
            back += [values.T for *_, values in used]
            readings += [(phase * outputs, -oy, -ox) for oy, ox, _ in used]
        joint = np.ascontiguousarray(np.concatenate(back, axis=1))[None]
        return cls(tuple(ahead), _Stencil(joint, tuple(readings), outputs, None))

    def __call__(self, x: FloatArray, size: Size) -> FloatArray:
        """Return the map of twice the size, cut to rows and columns."""
        out = np.empty((self.phases[0].outputs, 2 * x.shape[1], 2 * x.shape[2]), np.float32)
        for phase, stencil in enumerate(self.phases):
            out[:, phase // 2 :: 2, phase % 2 :: 2] = stencil(x)
        return sized(out, size)

    def pull(self, g: FloatArray, size: Size) -> FloatArray:
        """Return the derivative by the input, which has rows and columns `size`."""
        whole = sized(g, (2 * size[0], 2 * size[1]))
        return self.back(np.concatenate([whole[:, phase // 2 :: 2, phase % 2 :: 2] for phase in range(4)]))


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
