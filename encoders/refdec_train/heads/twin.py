"""The trainable twin of a head: it walks the same list of steps that refdec walks, in floats, on batches.

In: a `Design`, and latents of a batch, padded to one size, with a mask of what is there.  Out: the maps of the design's
outputs; and weights for `head_of`, the batch normalisation within them.

`OPERATIONS` of refdec says what a step may be, `TWINS` here how each is done on tensors; a test compares them.
Pictures of a batch have different sizes: every map is 0 outside of its picture, after every step, which is the zero
padding of the integer network; so a picture gives the same in any batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional

from refdec.heads.head import HeadStep
from refdec.heads.making import Weights
from refdec_train.heads.design import Design, LayerShape

__all__ = ["LUMA_CHANNELS", "TWINS", "HeadTwin", "TwinMap"]

LUMA_CHANNELS, CHANNELS = 160, 256
VARIANCE_FLOOR = 1e-5
KEPT_STATISTICS = 0.95
"""Share of the running mean and variance that stays in a step."""


@dataclass(frozen=True, slots=True)
class TwinMap:
    """A map of a batch [n, C, h, w], and where there is picture: [n, 1, h, w] of 0 and 1; None for vectors."""

    values: Tensor
    mask: Tensor | None

    def masked(self) -> TwinMap:
        """Return the map with zeros outside of the pictures."""
        return self if self.mask is None else TwinMap(self.values * self.mask, self.mask)


class TwinLayer(nn.Module):
    """A layer: a weight, and a bias or a normalisation; `spread`: what its inputs are divided by, [inputs] or None."""

    spread: Tensor
    mean: Tensor
    variance: Tensor

    def __init__(self, shape: LayerShape, inputs: int) -> None:
        super().__init__()
        self.normalised, self.doubling = shape.normalised, shape.doubling
        channels = (shape.inputs, shape.outputs) if shape.doubling else (shape.outputs, shape.inputs)
        deviation = shape.start * (2 / (shape.inputs * shape.side**2)) ** 0.5
        self.weight = nn.Parameter(torch.randn(*channels, shape.side, shape.side) * deviation)
        self.bias = nn.Parameter(torch.full((shape.outputs,), shape.bias))
        self.gain = nn.Parameter(torch.ones(shape.outputs), requires_grad=shape.normalised)
        self.register_buffer("spread", torch.ones(shape.inputs))
        self.register_buffer("mean", torch.zeros(shape.outputs))
        self.register_buffer("variance", torch.ones(shape.outputs))

    def forward(self, source: TwinMap, stride: int, groups: int, mask: Tensor | None) -> TwinMap:
        if not self.normalised:
            made = self._convolved(source.values, *self.folded(), stride, groups)
        elif self.training:
            bare = self._convolved(source.values, self._weight(), None, stride, groups)
            return TwinMap(self._normal(bare, mask), mask)
        else:
            made = self._convolved(source.values, *self.folded(), stride, groups)
        return TwinMap(made, mask).masked()

    def _normal(self, bare: Tensor, mask: Tensor | None) -> Tensor:
        """Return a map whose channels have the learnt mean and variance over what is there, 0 elsewhere."""
        if mask is None:
            return self._batch_normal(bare)
        inside = mask.flatten().nonzero().flatten()
        rows = bare.permute(0, 2, 3, 1).reshape(-1, bare.shape[1])
        normal = _Placed.apply(self._batch_normal(_Taken.apply(rows, inside)), inside, len(rows))
        return normal.view(bare.shape[0], *bare.shape[2:], bare.shape[1]).permute(0, 3, 1, 2)

    def _batch_normal(self, values: Tensor) -> Tensor:
        running, kept = (self.mean, self.variance), 1 - KEPT_STATISTICS
        return functional.batch_norm(values, *running, self.gain, self.bias, True, kept, VARIANCE_FLOOR)

    def _weight(self) -> Tensor:
        """Return the weight, for inputs that are not divided."""
        return self.weight / self._along(self.spread, inputs=True)

    def _along(self, values: Tensor, *, inputs: bool) -> Tensor:
        """Return a value for each input, or output, in a shape that goes with the weight."""
        return values.view((1, -1, 1, 1) if inputs != self.doubling else (-1, 1, 1, 1))

    def _convolved(self, x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, groups: int) -> Tensor:
        side = weight.shape[-1]
        if self.doubling:
            return functional.conv_transpose2d(x, weight, bias, stride=2, padding=1, output_padding=4 - side)
        return functional.conv2d(x, weight, bias, stride, side // 2, groups=groups)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return weight and bias of a layer that does all of it."""
        if not self.normalised:
            return self._weight(), self.bias
        scale = self.gain * (self.variance + VARIANCE_FLOOR).rsqrt()
        return self._weight() * self._along(scale, inputs=False), self.bias - self.mean * scale


class _Taken(Function):
    """Some rows of a matrix; that no row is taken twice makes its gradient a copy."""

    @staticmethod
    def forward(context: Any, rows: Tensor, which: Tensor) -> Tensor:
        context.which, context.count = which, len(rows)
        return rows.index_select(0, which)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _spread_out(gradient, context.which, context.count), None


class _Placed(Function):
    """The other way round: a matrix of `count` rows, 0 but for those that are given."""

    @staticmethod
    def forward(context: Any, rows: Tensor, which: Tensor, count: int) -> Tensor:
        context.which = which
        return _spread_out(rows, which, count)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return gradient.index_select(0, context.which), None, None


def _spread_out(rows: Tensor, which: Tensor, count: int) -> Tensor:
    return rows.new_zeros(count, rows.shape[1]).index_copy_(0, which, rows)


Layers = Sequence[TwinLayer]
Twin = Callable[[Sequence[TwinMap], Layers, Mapping[str, int]], TwinMap]


def _convolution(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    stride, mask = numbers.get("stride", 1), maps[0].mask
    coarse = mask if mask is None or stride == 1 else mask[:, :, ::stride, ::stride]
    made: TwinMap = layers[0](maps[0], stride, numbers.get("groups", 1), coarse)
    return made


def _doubled(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    made: TwinMap = layers[0](maps[0], 1, 1, _enlarged(maps[0].mask, 2))
    return made


def _resau(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    x, (grouped, point) = maps[0], layers
    groups = x.values.shape[1] // grouped.weight.shape[1]
    inner = grouped(TwinMap(functional.relu6(x.values), x.mask), 1, groups, x.mask)
    return TwinMap(x.values * (1 + point(inner, 1, 1, x.mask).values), x.mask)


def _each(function: Callable[[Tensor], Tensor]) -> Twin:
    """Return what does one function at every place, which may leave 0 no 0."""
    return lambda maps, layers, numbers: TwinMap(function(maps[0].values), maps[0].mask).masked()


def _kept(function: Callable[[Tensor], Tensor]) -> Twin:
    """Return what does one function at every place that leaves 0 as it is."""
    return lambda maps, layers, numbers: TwinMap(function(maps[0].values), maps[0].mask)


def _fitted(maps: Sequence[TwinMap]) -> tuple[list[Tensor], Tensor | None]:
    """Return the top left part that all maps have, and where all have picture."""
    height, width = (min(x.values.shape[axis] for x in maps) for axis in (2, 3))
    mask = maps[0].mask
    if all(each.mask is mask for each in maps):
        return [each.values for each in maps], mask
    mask = None
    for each in maps:
        if each.mask is not None:
            part = each.mask[:, :, :height, :width]
            mask = part if mask is None else mask * part
    return [each.values[:, :, :height, :width] for each in maps], mask


def _add(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    (first, second), mask = _fitted(maps)
    made = TwinMap(first + second, mask)
    return made if maps[0].mask is maps[1].mask else made.masked()


def _gate(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    (x, gate), mask = _fitted(maps)
    return TwinMap(x * (1 + gate), mask).masked()


def _spread(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    vector, like = maps
    return TwinMap(vector.values.expand(-1, -1, *like.values.shape[2:]), like.mask).masked()


def _concatenate(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    values, mask = _fitted(maps)
    made = TwinMap(torch.cat(values, dim=1), mask)
    return made if all(each.mask is mask for each in maps) else made.masked()


def _even(values: Tensor, fill: float = 0.0) -> Tensor:
    """Return a map with a row and a column more where their number is odd."""
    return functional.pad(values, (0, values.shape[-1] % 2, 0, values.shape[-2] % 2), value=fill)


def _mean2(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    x, mask = maps[0].values, maps[0].mask
    assert mask is not None
    count = functional.avg_pool2d(_even(mask), 2)
    total = functional.avg_pool2d(_even(x), 2)
    return TwinMap(total / count.clamp_min(0.25), (count > 0).to(x.dtype)).masked()


def _max2(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    x, mask = maps[0].values, maps[0].mask
    assert mask is not None
    lowest = torch.finfo(x.dtype).min
    made = functional.max_pool2d(_even(x.masked_fill(mask == 0, lowest), lowest), 2)
    coarse = mask[:, :, ::2, ::2]
    return TwinMap(made.masked_fill(coarse == 0, 0.0), coarse)


def _mean(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    mask = maps[0].mask
    assert mask is not None
    total = maps[0].values.sum(dim=(2, 3), keepdim=True)
    return TwinMap(total / mask.sum(dim=(2, 3), keepdim=True).clamp_min(1.0), None)


def _enlarged(mask: Tensor | None, factor: int) -> Tensor | None:
    return None if mask is None else mask.repeat_interleave(factor, 2).repeat_interleave(factor, 3)


def _shuffle(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    factor = numbers["factor"]
    return TwinMap(functional.pixel_shuffle(maps[0].values, factor), _enlarged(maps[0].mask, factor))


def _nearest(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    larger = maps[0].values.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return TwinMap(larger, _enlarged(maps[0].mask, 2))


def _scale(maps: Sequence[TwinMap], layers: Layers, numbers: Mapping[str, int]) -> TwinMap:
    return TwinMap(maps[0].values * (numbers["multiplier"] / 2 ** numbers.get("shift", 0)), maps[0].mask)


TWINS: Mapping[str, Twin] = MappingProxyType(
    {
        "convolution": _convolution,
        "linear": _convolution,
        "transposed": _doubled,
        "resau": _resau,
        "relu": _kept(functional.relu),
        "relu6": _kept(functional.relu6),
        "scale": _scale,
        "add": _add,
        "gate": _gate,
        "spread": _spread,
        "concatenate": _concatenate,
        "mean2": _mean2,
        "max2": _max2,
        "mean": _mean,
        "shuffle": _shuffle,
        "nearest": _nearest,
        "softmax": _each(lambda x: functional.softmax(x, dim=1)),
        "logistic": _each(torch.sigmoid),
        "normalise": _each(lambda x: functional.normalize(x, dim=1)),
    }
)
"""How each operation of `refdec.heads.operations` is done on tensors."""

KEEPS_CHANNELS = {"mean2", "max2", "mean", "nearest"}
"""Operations after which channels are still those of the latents, of the same size."""


def _sources(design: Design) -> dict[str, list[int]]:
    """Return for each map that is made of latents alone which of the 256 channels it holds."""
    found = {"luma": list(range(LUMA_CHANNELS)), "chroma": list(range(LUMA_CHANNELS, CHANNELS))}
    for step in design.steps:
        known = all(name in found for name in step.inputs)
        if known and (step.operation == "concatenate" or step.operation in KEEPS_CHANNELS):
            found[step.output] = [channel for name in step.inputs for channel in found[name]]
    return found


class HeadTwin(nn.Module):
    """A design with weights.

    `spread`: the usual size of each of the 256 channels, which differ a hundredfold; layers that read latents divide by
    it (and the exported ones have that in their weights), so that all channels are learnt from alike.
    """

    def __init__(self, design: Design, spread: Tensor | None = None) -> None:
        super().__init__()
        self.design = design
        made = {name: TwinLayer(shape, shape.inputs) for name, shape in design.layers.items()}
        self.layers = nn.ModuleDict({_key(name): layer for name, layer in made.items()})
        sources = _sources(design)
        firsts = [step for step in design.steps if step.layers and step.inputs[0] in sources]
        self._reading = [(step.layers[0], sources[step.inputs[0]]) for step in firsts]
        if spread is not None:
            for name, channels in self._reading:
                if len(channels) == len(made[name].spread):
                    made[name].spread.copy_(spread[channels])

    def _layers(self, step: HeadStep) -> list[TwinLayer]:
        return [self._layer(name) for name in step.layers]

    def _layer(self, name: str) -> TwinLayer:
        layer = self.layers[_key(name)]
        assert isinstance(layer, TwinLayer)
        return layer

    def first_layers(self) -> list[TwinLayer]:
        """Return the layers that read latents."""
        return [self._layer(name) for name, _ in self._reading]

    def read_channels(self) -> list[list[int]]:
        """Return for each of `first_layers` which of the 256 channels it reads, in their order."""
        return [channels for _, channels in self._reading]

    def named_layers(self) -> list[tuple[str, TwinLayer]]:
        """Return all layers with their names in the design, in its order."""
        return [(name, self._layer(name)) for name in self.design.layers]

    def layer_of(self, step: HeadStep) -> TwinLayer:
        """Return the layer of a step that has one."""
        return self._layer(step.layers[0])

    def adopt(self, other: HeadTwin) -> None:
        """Take over the layers of another twin that have the same names and shapes: a trunk, for instance."""
        for name, layer in self.layers.items():
            if name in other.layers and other.layers[name].weight.shape == layer.weight.shape:
                layer.load_state_dict(other.layers[name].state_dict())

    def _walked(self, steps: Sequence[HeadStep], latents: Tensor, mask: Tensor) -> dict[str, TwinMap]:
        """Return all maps that some steps make, for latents [n, 256, h, w] that are 0 outside of the mask."""
        luma, chroma = latents[:, :LUMA_CHANNELS], latents[:, LUMA_CHANNELS:]
        held = {"luma": TwinMap(luma, mask), "chroma": TwinMap(chroma, mask)}
        for step in steps:
            maps = [held[name] for name in step.inputs]
            held[step.output] = TWINS[step.operation](maps, self._layers(step), step.numbers)
        return held

    def forward(self, latents: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Return outputs and maps aside by name, for latents [n, 256, h, w] that are 0 outside of the mask."""
        held = self._walked(self.design.steps, latents, mask)
        return {name: held[name].values for name in (*self.design.outputs, *self.design.aside)}

    def map_of(self, name: str, latents: Tensor, mask: Tensor) -> Tensor:
        """Return any one map, by its name."""
        return self._walked(replace(self.design, outputs=(name,)).exported(), latents, mask)[name].values

    def weights(self) -> dict[str, Weights]:
        """Return weight and bias of each layer, as `head_of` takes them: those of the exported steps."""
        found: dict[str, Weights] = {}
        for step in self.design.exported():
            for name in step.layers:
                weight, bias = self._layer(name).folded()
                found[name] = (_array(weight), _array(bias))
        return found


def _key(name: str) -> str:
    """Return a name that PyTorch takes for a part of a module."""
    return name.replace(".", "-")


def _array(values: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return values.detach().cpu().double().numpy()
