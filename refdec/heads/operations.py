"""The operations of heads, as one table: what each takes, what form its result has, how it is carried out.

In: maps int32 Q18 [h, w, C], prepared layers, numbers.  Out: a map int32 Q18.  `plan` walks the table to check a head,
`network` to run it, the head file to read and write it, and the documentation lists it: nothing is said twice.

A map has as many positions as the latent (level 0), twice as many in each direction for each level above, half as many
(rounded up) for each below; or it is a vector, one position.  Maps of one level may differ by a row or a column where
sizes were rounded up on the way: `add` and `concatenate` keep the top left part that all have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from refdec.arithmetic.fixed import ONE_Q18, Q, rshift, sat32, wide
from refdec.arithmetic.types import Int32Array
from refdec.weights.layers import Layer

__all__ = ["MOST_CHANNELS", "OPERATIONS", "Form", "Given", "Operation", "StepRefused"]

MOST_CHANNELS = 4096
MOST_SUM = 4320
"""Products of one sum: the bound of 6.2.3, below which no accumulator can wrap."""
LEVELS = range(-4, 6)
LATENT_CELL, FINEST_CELL_LEVEL = 16, 4
SIDES, DOUBLED_SIDES = (1, 3), (3, 4)
MULTIPLIERS = range(-(1 << 24), (1 << 24) + 1)
SIX_Q18 = 6 << 18


class StepRefused(ValueError):
    """A step does not fit what it is given; `plan` says which step."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of a map before there is one: its channels, and its level; None is a vector."""

    channels: int
    level: int | None = 0

    @property
    def places(self) -> int:
        """Return the most positions that it has for one of the latent."""
        return 1 if self.level is None else 4 ** max(self.level, 0)

    @property
    def cell(self) -> int | None:
        """Return the side in luma samples of the square that a position stands for.

        None for a vector, and for maps that are finer than luma samples.
        """
        if self.level is None or self.level > FINEST_CELL_LEVEL:
            return None
        return LATENT_CELL >> self.level if self.level > 0 else LATENT_CELL << -self.level

    def moved(self, levels: int) -> Form:
        """Return the form of a map of more (or fewer) positions."""
        if self.level is None:
            raise StepRefused("needs a map, and is given a vector")
        if self.level + levels not in LEVELS:
            raise StepRefused(f"leaves the levels {LEVELS.start} to {LEVELS.stop - 1}")
        return replace(self, level=self.level + levels)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What a step is given beside its maps: layers as they are stored, and its numbers, complete."""

    layers: tuple[Layer, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)


FormOf = Callable[[Sequence[Form], Given], Form]
Runner = Callable[[Sequence[Int32Array]], Int32Array]
Prepare = Callable[[Given, Sequence[Form], bool], Runner]


@dataclass(frozen=True, slots=True)
class Operation:
    """A line of the table.

    `inputs`: how many maps it reads.  `layers`: what its layers are called.  `numbers`: each with its values and its
    default (None: it must be given).  `form` raises StepRefused for maps that do not fit.  `prepare` returns the
    function that carries a step out, for layers, forms of the maps, and whether float64 products may be used.
    `everywhere`: each value of the result depends on all of a map.
    """

    help: str
    form: FormOf
    prepare: Prepare
    inputs: range = range(1, 2)
    layers: tuple[str, ...] = ()
    numbers: Mapping[str, tuple[Sequence[int], int | None]] = field(default_factory=dict)
    everywhere: bool = False

    def reach(self, given: Given) -> int:
        """Return how many positions of its map, beyond the one it belongs to, a value depends on in each direction.

        That is (k - 1) / 2 of each k x k, rounded down: T3 and T4 look at r - 1 to r + 1 (4.2.2).
        """
        return sum((max(layer.shape[2:]) - 1) // 2 for layer in given.layers)

    def products(self, given: Given, made: Form) -> int:
        """Return the most products for one position of the latent."""
        return made.places * sum(layer.mantissa.size for layer in given.layers)


def _same(forms: Sequence[Form], given: Given) -> Form:
    return forms[0]


def _convolved(form: Form, layer: Layer, groups: int) -> Form:
    """Return the form after a layer [o][i/g][ky][kx], stride 1.  Raises StepRefused."""
    shape = layer.shape
    if layer.transposed or len(shape) != 4 or shape[2] not in SIDES or shape[3] not in SIDES:
        raise StepRefused(f"has weights of the shape {list(shape)} instead of [out, in, 1 or 3, 1 or 3]")
    if shape[1] * groups != form.channels:
        raise StepRefused(f"takes {shape[1] * groups} channels, and is given {form.channels}")
    if shape[0] % groups:
        raise StepRefused(f"has {shape[0]} channels, which {groups} groups do not divide")
    if shape[1] * shape[2] * shape[3] > MOST_SUM:
        raise StepRefused(f"has sums of {shape[1] * shape[2] * shape[3]} products; the most are {MOST_SUM}")
    if form.level is None and shape[2:] != (1, 1):
        raise StepRefused("needs a map, and is given a vector")
    return replace(form, channels=shape[0])


def _convolution_form(forms: Sequence[Form], given: Given) -> Form:
    layer, stride = given.layers[0], given.numbers["stride"]
    form = _convolved(forms[0], layer, given.numbers["groups"])
    if stride > 1 and layer.shape[2:] != (3, 3):
        raise StepRefused("has stride 2, which only 3 x 3 have")
    return form if stride == 1 else form.moved(-1)


def _convolution(given: Given, forms: Sequence[Form], fast: bool) -> Runner:
    from refdec.networks.layers import Convolution  # loads Numba, which a check of a head does without

    stride, groups = given.numbers["stride"], given.numbers["groups"]
    layer = Convolution.of(given.layers[0], stride=stride, groups=groups, fast=fast)
    return lambda maps: layer(maps[0])


def _doubled_form(forms: Sequence[Form], given: Given) -> Form:
    layer, form = given.layers[0], forms[0]
    shape = layer.shape
    if not layer.transposed or len(shape) != 4 or shape[2] not in DOUBLED_SIDES or shape[2] != shape[3]:
        raise StepRefused(f"has weights of the shape {list(shape)} instead of [in, out, 3 or 4, the same], transposed")
    if shape[0] != form.channels:
        raise StepRefused(f"takes {shape[0]} channels, and is given {form.channels}")
    if shape[0] * shape[2] * shape[3] > MOST_SUM:
        raise StepRefused(f"has sums of {shape[0] * shape[2] * shape[3]} products; the most are {MOST_SUM}")
    return replace(form.moved(1), channels=shape[1])


def _doubled(given: Given, forms: Sequence[Form], fast: bool) -> Runner:
    from refdec.networks.layers import TransposedConvolution

    layer = TransposedConvolution.of(given.layers[0], fast=fast)
    return lambda maps: layer(maps[0])


def _resau_form(forms: Sequence[Form], given: Given) -> Form:
    grouped, point = given.layers
    groups = forms[0].channels // max(grouped.shape[1], 1) if len(grouped.shape) == 4 else 1
    form = _convolved(_convolved(forms[0], grouped, max(groups, 1)), point, 1)
    if form != forms[0]:
        raise StepRefused(f"makes {form.channels} channels of {forms[0].channels}; it must keep them")
    return form


def _resau(given: Given, forms: Sequence[Form], fast: bool) -> Runner:
    from refdec.networks.blocks import ResAU
    from refdec.networks.layers import Convolution

    grouped, point = given.layers
    groups = forms[0].channels // grouped.shape[1]
    block = ResAU(Convolution.of(grouped, groups=groups, fast=fast), Convolution.of(point, fast=fast))
    return lambda maps: block(maps[0])


def _on_each(function: Callable[[Int32Array], Int32Array]) -> Prepare:
    """Return what prepares an operation without layers on one map."""
    return lambda given, forms, fast: lambda maps: function(maps[0])


def _fit(maps: Sequence[Int32Array]) -> list[Int32Array]:
    """Return the top left part that all maps have."""
    height, width = min(x.shape[0] for x in maps), min(x.shape[1] for x in maps)
    return [x[:height, :width] for x in maps]


def _together(forms: Sequence[Form], given: Given) -> Form:
    if len({form.level for form in forms}) > 1:
        raise StepRefused("is given maps of different levels")
    return replace(forms[0], channels=sum(form.channels for form in forms))


def _sum_form(forms: Sequence[Form], given: Given) -> Form:
    if len(set(forms)) > 1:
        raise StepRefused("is given maps of different levels or channels")
    return forms[0]


def _added(maps: Sequence[Int32Array]) -> Int32Array:
    first, second = _fit(maps)
    return sat32(wide(first) + second)


def _gated(maps: Sequence[Int32Array]) -> Int32Array:
    x, gate = (wide(part) for part in _fit(maps))
    return sat32(rshift(x * (ONE_Q18 + gate), Q))


def _spread_form(forms: Sequence[Form], given: Given) -> Form:
    vector, like = forms
    if vector.level is not None or like.level is None:
        raise StepRefused("needs a vector, and then a map")
    return replace(like, channels=vector.channels)


def _spread(maps: Sequence[Int32Array]) -> Int32Array:
    vector, like = maps
    return np.ascontiguousarray(np.broadcast_to(vector, (*like.shape[:2], vector.shape[2])))


def _pool(largest: int) -> Prepare:
    def run(x: Int32Array) -> Int32Array:
        from refdec.heads.kernels import pooled

        out = np.empty((-(-x.shape[0] // 2), -(-x.shape[1] // 2), x.shape[2]), np.int32)
        pooled(np.require(x, requirements=["C", "W"]), largest, out)
        return out

    return _on_each(run)


def _global_mean(x: Int32Array) -> Int32Array:
    from refdec.heads.kernels import global_mean

    out = np.empty((1, 1, x.shape[2]), np.int32)
    global_mean(np.require(x, requirements=["C", "W"]), out)
    return out


def _mean_form(forms: Sequence[Form], given: Given) -> Form:
    if forms[0].level is None:
        raise StepRefused("needs a map, and is given a vector")
    return Form(forms[0].channels, None)


def _shuffle_form(forms: Sequence[Form], given: Given) -> Form:
    factor = given.numbers["factor"]
    if forms[0].channels % (factor * factor):
        raise StepRefused(f"needs a multiple of {factor * factor} channels, and is given {forms[0].channels}")
    return replace(forms[0].moved(factor.bit_length() - 1), channels=forms[0].channels // (factor * factor))


def _shuffle(given: Given, forms: Sequence[Form], fast: bool) -> Runner:
    n = given.numbers["factor"]

    def run(maps: Sequence[Int32Array]) -> Int32Array:
        height, width, channels = maps[0].shape
        split = maps[0].reshape(height, width, channels // (n * n), n, n)
        turned = split.transpose(0, 3, 1, 4, 2).reshape(n * height, n * width, -1)
        return np.ascontiguousarray(turned)

    return run


def _scale(given: Given, forms: Sequence[Form], fast: bool) -> Runner:
    multiplier, shift = given.numbers["multiplier"], given.numbers["shift"]
    return lambda maps: sat32(rshift(wide(maps[0]) * multiplier, shift))


def _softmax(x: Int32Array) -> Int32Array:
    from refdec.heads.kernels import softmax

    out = np.empty(x.shape, np.int32)
    softmax(np.require(x, requirements=["C", "W"]), out)
    return out


def _normalise(x: Int32Array) -> Int32Array:
    from refdec.heads.kernels import normalised

    out = np.empty(x.shape, np.int32)
    normalised(np.require(x, requirements=["C", "W"]), out)
    return out


def _logistic(x: Int32Array) -> Int32Array:
    from refdec.heads.kernels import logistic

    out = np.empty(x.shape, np.int32)
    logistic(np.require(x, requirements=["C", "W"]), out)
    return out


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "convolution": Operation(
            "weights [out, in / groups, 1 or 3, 1 or 3] with a bias, zero padding; stride 2 for 3 x 3",
            _convolution_form,
            _convolution,
            layers=("weight",),
            numbers={"stride": ((1, 2), 1), "groups": (range(1, MOST_CHANNELS + 1), 1)},
        ),
        "linear": Operation(
            "weights [out, in, 1, 1] with a bias, at each position or on a vector",
            lambda forms, given: _convolved(forms[0], given.layers[0], 1),
            lambda given, forms, fast: _convolution(Given(given.layers, {"stride": 1, "groups": 1}), forms, fast),
            layers=("weight",),
        ),
        "transposed": Operation(
            "weights [in, out, 3 or 4, the same] with a bias, transposed (4.2.2): twice as many positions",
            _doubled_form,
            _doubled,
            layers=("weight",),
        ),
        "resau": Operation(
            "x * (1 + K1(K3(ReLU6(x)))) of clause 4.2.5; the 3 x 3 in as many groups as its weights say",
            _resau_form,
            _resau,
            layers=("conv", "conv2"),
        ),
        "relu": Operation("max(x, 0)", _same, _on_each(lambda x: np.maximum(x, np.int32(0)))),
        "relu6": Operation("min(max(x, 0), 6)", _same, _on_each(lambda x: np.clip(x, np.int32(0), np.int32(SIX_Q18)))),
        "scale": Operation(
            "x * multiplier / 2^shift, rounded",
            _same,
            _scale,
            numbers={"multiplier": (MULTIPLIERS, None), "shift": (range(31), 0)},
        ),
        "add": Operation("the sum of two maps", _sum_form, lambda given, forms, fast: _added, inputs=range(2, 3)),
        "gate": Operation("x * (1 + y)", _sum_form, lambda given, forms, fast: _gated, inputs=range(2, 3)),
        "concatenate": Operation(
            "the channels of several maps side by side, first one first",
            _together,
            lambda given, forms, fast: lambda maps: np.concatenate(_fit(maps), axis=2),
            inputs=range(2, 17),
        ),
        "mean2": Operation("means of squares of 2 x 2", lambda forms, given: forms[0].moved(-1), _pool(0)),
        "max2": Operation("the largest of squares of 2 x 2", lambda forms, given: forms[0].moved(-1), _pool(1)),
        "mean": Operation("the mean over all positions: a vector", _mean_form, _on_each(_global_mean), everywhere=True),
        "spread": Operation(
            "a vector, and a map: that vector at each position of the map",
            _spread_form,
            lambda given, forms, fast: _spread,
            inputs=range(2, 3),
        ),
        "shuffle": Operation(
            "channels become positions: PS(factor) of clause 4.2.4",
            _shuffle_form,
            _shuffle,
            numbers={"factor": ((2, 4, 8, 16), None)},
        ),
        "nearest": Operation(
            "twice as many positions, each value repeated",
            lambda forms, given: forms[0].moved(1),
            _on_each(lambda x: np.repeat(np.repeat(x, 2, axis=0), 2, axis=1)),
        ),
        "softmax": Operation("exp(x) over the sum of exp over the channels", _same, _on_each(_softmax)),
        "logistic": Operation("1 / (1 + exp(-x))", _same, _on_each(_logistic)),
        "normalise": Operation("x over the root of the sum of x^2 over the channels", _same, _on_each(_normalise)),
    }
)
"""What a step may be."""
