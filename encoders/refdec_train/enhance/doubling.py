"""The lesson of `superres`: the details of luma at twice the size, from what BOP's last layer reads.

In: good pictures.  Out: cases: pictures of half the size, coded; the head adds details to the cubic enlargement of the
decoded picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from refdec.heads.head import FEATURES, HeadStep
from refdec.heads.making import Weights
from refdec_train.codec import Codec
from refdec_train.enhance.coding import coded, decibels, drawn_displacements, picture_of
from refdec_train.enhance.lessons import SMALLEST_USUAL, Case
from refdec_train.enhance.networks import GROUP, Enhancer, layer_weights
from refdec_train.layers import ResAU, convolution
from refdec_train.synthesis import BopLuma

__all__ = ["Doubler", "Doubling", "enlarged"]

FEATURE_CHANNELS, WIDTH = 96, 48
FACTOR = 8
"""Features stand for 4 x 4 samples, which become 8 x 8."""
STRENGTH = 16.0
"""Codes that an output of 1 of the last layer is: details are small."""
CUBIC = (-9, 111, 29, -3)
"""Keys's cubic with a = -1/2 at a quarter of a sample, in 1/128: weights of the samples -1, 0, 1 and 2."""


def enlarged(x: Tensor) -> Tensor:
    """Return twice the rows and columns, by a cubic; the outermost samples are repeated."""
    batch, channels, rows, columns = x.shape
    taps = torch.tensor(CUBIC, dtype=x.dtype) / sum(CUBIC)
    behind = torch.cat((taps.new_zeros(1), taps))
    pair = torch.stack((behind.flip(0), behind))  # a quarter before, a quarter behind
    x = functional.pad(x.reshape(-1, 1, rows, columns), (2, 2, 2, 2), mode="replicate")
    x = functional.conv2d(x, pair.view(2, 1, 5, 1))
    x = functional.conv2d(x.reshape(-1, 1, *x.shape[2:]), pair.view(2, 1, 1, 5))
    x = x.view(batch, channels, 2, 2, rows, columns).permute(0, 1, 4, 2, 5, 3)
    return x.reshape(batch, channels, 2 * rows, 2 * columns)


class Doubler(Enhancer):
    """Features [batch, 96, 4h, 4w] to details of luma [batch, 1, 32h, 32w], in codes."""

    usual: Tensor

    def __init__(self, usual: Tensor) -> None:
        super().__init__()
        self.register_buffer("usual", usual)
        self.first, self.act = convolution(FEATURE_CHANNELS, WIDTH), ResAU(WIDTH, WIDTH // GROUP)
        self.last = convolution(WIDTH, FACTOR * FACTOR)
        nn.init.zeros_(self.last.weight)
        assert self.last.bias is not None
        nn.init.zeros_(self.last.bias)

    def forward(self, features: Tensor) -> Tensor:
        x = self.act(functional.relu(self.first(features / self.usual.view(1, -1, 1, 1))))
        return functional.pixel_shuffle(self.last(x), FACTOR) * STRENGTH

    def head(self) -> tuple[list[HeadStep], Mapping[str, Weights], tuple[str, ...]]:
        """Return steps, weights, and the output `luma.details`."""
        steps = [
            HeadStep("convolution", (FEATURES,), "a", ("first",)),
            HeadStep("relu", ("a",), "b"),
            HeadStep("resau", ("b",), "c", ("act.conv", "act.conv2")),
            HeadStep("convolution", ("c",), "d", ("last",)),
            HeadStep("shuffle", ("d",), "luma.details", (), {"factor": FACTOR}),
        ]
        last, bias = layer_weights(self.last)
        assert bias is not None
        weights = {
            "first": layer_weights(self.first, self.usual),
            "act.conv": layer_weights(self.act.conv),
            "act.conv2": layer_weights(self.act.conv2),
            "last": (last * STRENGTH, bias * STRENGTH),
        }
        return steps, weights, ("luma.details",)


def _features(codec: Codec, case: Case) -> Tensor:
    """Return what the last layer of BOP's luma reads."""
    network = codec.syntheses["bop"]["luma"]  # type: ignore[index]
    assert isinstance(network, BopLuma)
    with torch.no_grad():
        x = network.iact2(network.conv2_t(network.first_stage(case.coded.luma)))
        return network.iact3(network.conv3(x))


@dataclass(frozen=True, slots=True)
class Doubling:
    """Pictures of half the size are coded; those of the whole size are what is wanted."""

    of_features: ClassVar[bool] = True

    def case(self, codec: Codec, good: Tensor, draw: np.random.Generator) -> Case:
        """Return pictures made small and coded; `plain`: decoded and enlarged."""
        rates = drawn_displacements(draw, len(good))
        small = functional.interpolate(good, scale_factor=0.5, mode="bicubic", antialias=True).clamp(0, 255).round()
        whole = coded(codec, small, rates)
        return Case(good, whole, enlarged(picture_of(codec, whole.luma, whole.chroma, whole.size)))

    def network(self, codec: Codec, case: Case) -> Doubler:
        """Return a network that adds nothing yet."""
        return Doubler(_features(codec, case).std((0, 2, 3)).clamp_min(SMALLEST_USUAL))

    def quality(self, codec: Codec, case: Case, network: Enhancer) -> Tensor:
        """Return the PSNR with details: what is added to luma is added to R, G and B."""
        assert case.plain is not None
        return decibels(case.plain + network(_features(codec, case)), case.good)

    def without(self, codec: Codec, case: Case) -> Tensor:
        """Return the PSNR of the enlargement."""
        assert case.plain is not None
        return decibels(case.plain, case.good)
