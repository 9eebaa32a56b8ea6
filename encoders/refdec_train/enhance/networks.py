"""The network of `enhance`: it corrects latents.

In: latents y [batch, 160, h, w] and uv [batch, 96, h, w].  Out: the same corrected.  It is written down twice, as
layers that are trained and as the steps that refdec walks; a test compares them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from refdec.heads.head import HeadStep
from refdec.heads.making import Weights
from refdec_train.layers import ResAU, convolution
from refdec_train.sizes import CHROMA_CHANNELS, LUMA_CHANNELS

__all__ = ["GROUP", "Corrector", "Enhancer", "layer_weights"]

CHANNELS = LUMA_CHANNELS + CHROMA_CHANNELS
GROUP = 16
"""Channels in a group of a ResAU, as in the codec's networks."""
PARTS = (("luma", slice(0, LUMA_CHANNELS)), ("chroma", slice(LUMA_CHANNELS, CHANNELS)))


def _array(tensor: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return tensor.detach().cpu().double().numpy()


def layer_weights(layer: nn.Conv2d, inputs: Tensor | None = None) -> Weights:
    """Return weight and bias; `inputs` [n]: what each input is divided by before."""
    weight = layer.weight if inputs is None else layer.weight / inputs.view(1, -1, 1, 1)
    return _array(weight), None if layer.bias is None else _array(layer.bias)


class Enhancer(nn.Module):
    """A network that is trained, and can be written as a head."""

    @abstractmethod
    def head(self) -> tuple[list[HeadStep], Mapping[str, Weights], tuple[str, ...]]:
        """Return its steps, the weights of their layers, and the names of its outputs."""


class _Blocks(nn.Module):
    """Blocks x + ResAU(ReLU(K3(x)))."""

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(convolution(channels, channels) for _ in range(count))
        self.acts = nn.ModuleList(ResAU(channels, channels // GROUP) for _ in range(count))

    def forward(self, x: Tensor) -> Tensor:
        for conv, act in zip(self.convs, self.acts, strict=True):
            x = x + act(functional.relu(conv(x)))
        return x

    def head(self, source: str) -> tuple[list[HeadStep], dict[str, Weights], str]:
        """Return the steps from a map on, their weights, and the map that they end with."""
        steps: list[HeadStep] = []
        weights: dict[str, Weights] = {}
        for number, (conv, act) in enumerate(zip(self.convs, self.acts, strict=True)):
            assert isinstance(conv, nn.Conv2d) and isinstance(act, ResAU)
            a, b, c, made = (f"block{number}.{part}" for part in ("a", "b", "c", "sum"))
            layers = tuple(f"block{number}.{part}" for part in ("conv", "act.conv", "act.conv2"))
            steps += [
                HeadStep("convolution", (source,), a, layers[:1]),
                HeadStep("relu", (a,), b),
                HeadStep("resau", (b,), c, layers[1:]),
                HeadStep("add", (source, c), made),
            ]
            weights |= dict(
                zip(layers, (layer_weights(conv), layer_weights(act.conv), layer_weights(act.conv2)), strict=True)
            )
            source = made
        return steps, weights, source


def _signs(both: Tensor) -> Tensor:
    return torch.cat((functional.relu(both), functional.relu(-both)), 1)


class Corrector(Enhancer):
    """Latents to latents: y * (1 + a) + b, where a and b follow from those around, and from all on average.

    Each block looks at two more positions in each direction: 9 x 9 with two.

    `usual`: the usual size of each of the 256 channels, which differ a hundredfold: all are learnt from alike.
    """

    usual: Tensor

    def __init__(self, usual: Tensor, width: int = 64, blocks: int = 2) -> None:
        super().__init__()
        self.register_buffer("usual", usual)
        self.first = convolution(2 * CHANNELS, width, 1)
        self.blocks = _Blocks(width, blocks)
        self.mean1, self.mean2 = convolution(width, width, 1), convolution(width, width, 1)
        self.gate, self.shift = convolution(width, CHANNELS, 1), convolution(width, CHANNELS, 1)
        for layer in (self.mean2, self.gate, self.shift):  # training begins with latents as they are
            nn.init.zeros_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, luma: Tensor, chroma: Tensor) -> tuple[Tensor, Tensor]:
        usual = self.usual.view(1, -1, 1, 1)
        both = torch.cat((luma, chroma), 1) / usual
        x = functional.relu(self.first(_signs(both)))
        x = x + self.mean2(functional.relu(self.mean1(x.mean((2, 3), keepdim=True))))
        x = self.blocks(x)
        made = (both * (1 + self.gate(x)) + self.shift(x)) * usual
        return made[:, :LUMA_CHANNELS], made[:, LUMA_CHANNELS:]

    def head(self) -> tuple[list[HeadStep], Mapping[str, Weights], tuple[str, ...]]:
        """Return steps, weights and outputs `luma.new`, `chroma.new`."""
        blocks, weights, last = self.blocks.head("mixed")
        steps = [
            HeadStep("concatenate", ("luma", "chroma"), "both"),
            HeadStep("scale", ("both",), "turned", (), {"multiplier": -1, "shift": 0}),
            HeadStep("relu", ("both",), "above"),
            HeadStep("relu", ("turned",), "below"),
            HeadStep("concatenate", ("above", "below"), "signs"),
            HeadStep("linear", ("signs",), "x", ("first",)),
            HeadStep("relu", ("x",), "few"),
            HeadStep("mean", ("few",), "average"),
            HeadStep("linear", ("average",), "m1", ("mean1",)),
            HeadStep("relu", ("m1",), "m2"),
            HeadStep("linear", ("m2",), "m3", ("mean2",)),
            HeadStep("spread", ("m3", "few"), "everywhere"),
            HeadStep("add", ("few", "everywhere"), "mixed"),
            *blocks,
        ]
        weights["first"] = layer_weights(self.first, torch.cat((self.usual, self.usual)))
        weights |= {"mean1": layer_weights(self.mean1), "mean2": layer_weights(self.mean2)}
        gate, gate_bias = (_array(part) for part in (self.gate.weight, self.gate.bias) if part is not None)
        usual = _array(self.usual)
        shift, shift_bias = (_array(part) for part in (self.shift.weight, self.shift.bias) if part is not None)
        for name, own in PARTS:
            steps += [
                HeadStep("linear", (last,), f"{name}.a", (f"{name}.gate",)),
                HeadStep("gate", (name, f"{name}.a"), f"{name}.gated"),
                HeadStep("linear", (last,), f"{name}.b", (f"{name}.shift",)),
                HeadStep("add", (f"{name}.gated", f"{name}.b"), f"{name}.new"),
            ]
            scale = usual[own]
            weights[f"{name}.gate"] = gate[own], gate_bias[own]
            weights[f"{name}.shift"] = shift[own] * scale[:, None, None, None], shift_bias[own] * scale
        return steps, weights, tuple(f"{name}.new" for name, _ in PARTS)
