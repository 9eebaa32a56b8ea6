"""Architectures of heads, written once: the steps that refdec runs, and the shapes of their layers.

In: calls of a `Sketch`, one a step.  Out: a `Design`, which `twin` trains in floats and `exporting` turns into a head.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from refdec.heads.head import INPUTS, HeadStep

__all__ = ["Design", "LayerShape", "Sketch"]


GATE = ("conv", "conv2")
"""The layers of `resau`."""


@dataclass(frozen=True, slots=True)
class LayerShape:
    """A layer's weights [outputs, inputs / groups, side, side].

    `normalised`: while it is trained its outputs are brought to mean 0 and variance 1 over a batch, then to a learnt
    scale and bias (batch normalisation); the exported layer has that in its weights.  `start`: the standard deviation
    of its first weights is so many times the usual one.  `doubling`: of a transposed convolution, whose weights are
    [inputs, outputs, side, side].  `bias`: the first bias.
    """

    outputs: int
    inputs: int
    side: int = 1
    normalised: bool = False
    start: float = 1.0
    doubling: bool = False
    bias: float = 0.0


@dataclass(frozen=True, slots=True)
class Design:
    """A head without numbers: its steps, the shapes of its layers, the maps that are its answer.

    `aside`: maps that only the training looks at (scores before a softmax, what a teacher is compared with); steps that
    lead to nothing but them are not exported.
    """

    steps: tuple[HeadStep, ...]
    layers: Mapping[str, LayerShape]
    outputs: tuple[str, ...]
    aside: tuple[str, ...] = ()

    def exported(self) -> tuple[HeadStep, ...]:
        """Return the steps that lead to an output, in their order."""
        needed, kept = set(self.outputs), list[HeadStep]()
        for step in reversed(self.steps):
            if step.output in needed:
                needed.update(step.inputs)
                kept.append(step)
        return tuple(reversed(kept))


class Sketch:
    """Draws a design step by step: each method adds a step and returns the name of the map that it makes.

    It keeps count of channels, so that a layer is told what it makes and not what it reads.
    """

    def __init__(self) -> None:
        self._steps: list[HeadStep] = []
        self._layers: dict[str, LayerShape] = {}
        self._channels = dict(INPUTS)

    def channels(self, name: str) -> int:
        """Return how many channels a map has."""
        return self._channels[name]

    def gate(self, source: str, *, groups: int = 1, name: str = "") -> str:
        """Add the operation `resau`, which begins nearly as the identity."""
        channels, layers = self._channels[source], [f"{name or f'm{len(self._steps) + 1}'}.{part}" for part in GATE]
        self._layers[layers[0]] = LayerShape(channels, channels // groups, 3)
        self._layers[layers[1]] = LayerShape(channels, channels, start=0.1)
        return self.step("resau", source, layers=layers, name=name)

    def step(
        self,
        operation: str,
        *inputs: str,
        channels: int | None = None,
        layers: Sequence[str] = (),
        name: str = "",
        **numbers: int,
    ) -> str:
        """Add any step; `channels` of what it makes, without it those of its first input."""
        output = name or f"m{len(self._steps) + 1}"
        self._steps.append(HeadStep(operation, inputs, output, tuple(layers), numbers))
        self._channels[output] = self._channels[inputs[0]] if channels is None else channels
        return output

    def both(self) -> str:
        """Join luma and chroma: 256 channels."""
        return self.joined("luma", "chroma")

    def joined(self, *inputs: str) -> str:
        """Put channels of maps side by side."""
        return self.step("concatenate", *inputs, channels=sum(self._channels[name] for name in inputs))

    def convolution(
        self,
        source: str,
        outputs: int,
        *,
        side: int = 3,
        stride: int = 1,
        groups: int = 1,
        normalised: bool = True,
        start: float = 1.0,
        bias: float = 0.0,
        name: str = "",
    ) -> str:
        """Add a convolution; with `side` 1 and without groups it is the operation `linear`."""
        layer = f"{name or f'm{len(self._steps) + 1}'}.weight"
        self._layers[layer] = LayerShape(outputs, self._channels[source] // groups, side, normalised, start, bias=bias)
        if side == 1 and groups == 1:
            return self.step("linear", source, channels=outputs, layers=[layer], name=name)
        return self.step(
            "convolution", source, channels=outputs, layers=[layer], name=name, stride=stride, groups=groups
        )

    def doubled(self, source: str, outputs: int, *, side: int = 4, normalised: bool = False, name: str = "") -> str:
        """Add a transposed convolution: twice as many positions."""
        layer = f"{name or f'm{len(self._steps) + 1}'}.weight"
        self._layers[layer] = LayerShape(outputs, self._channels[source], side, normalised, doubling=True)
        return self.step("transposed", source, channels=outputs, layers=[layer], name=name)

    def linear(
        self,
        source: str,
        outputs: int,
        *,
        normalised: bool = False,
        start: float = 1.0,
        bias: float = 0.0,
        name: str = "",
    ) -> str:
        """Add a linear map of the channels, at each position or of a vector."""
        return self.convolution(source, outputs, side=1, normalised=normalised, start=start, bias=bias, name=name)

    def relu(self, source: str) -> str:
        """Add max(x, 0)."""
        return self.step("relu", source)

    def unit(self, source: str, outputs: int, *, side: int = 3, stride: int = 1, groups: int = 1) -> str:
        """Add the usual three: a convolution, normalised, and max(x, 0)."""
        return self.relu(self.convolution(source, outputs, side=side, stride=stride, groups=groups))

    def residual(self, source: str, width: int = 0) -> str:
        """Add x + K1(max(K3(x), 0)), the 3 x 3 of `width` channels (0: as many as x), then max(x, 0)."""
        channels = self._channels[source]
        inner = self.unit(source, width or channels)
        back = self.convolution(inner, channels, side=1, start=0.3)
        return self.relu(self.step("add", source, back))

    def separable(self, source: str) -> str:
        """Add x + max(K1(D3(x)), 0), then max(x, 0); D3 a 3 x 3 of each channel alone: few weights, few products."""
        channels = self._channels[source]
        around = self.convolution(source, channels, groups=channels)
        inner = self.relu(self.convolution(around, channels, side=1, start=0.5))
        return self.relu(self.step("add", source, inner))

    def design(self, *outputs: str, aside: Sequence[str] = ()) -> Design:
        """Return what was drawn, with these maps as the answer; `aside` are for the training."""
        return Design(tuple(self._steps), dict(self._layers), outputs, tuple(aside))
