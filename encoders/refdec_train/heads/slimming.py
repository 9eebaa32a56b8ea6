"""The vector of a trained head made shorter: the entries that its last layer makes least of are left out.

In: a twin whose answer is a linear layer of a vector, examples.  Out: a twin without these entries, from the layers
that make them on.  For heads that would be a little larger than they may be; `readout` fits the last layer again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from torch import Tensor

from refdec.heads.head import HeadStep
from refdec_train.heads.design import Design
from refdec_train.heads.examples import Example
from refdec_train.heads.readout import vectors_of
from refdec_train.heads.twin import HeadTwin

__all__ = ["slimmed"]

ALIKE = {"relu", "relu6", "add", "mean", "mean2", "max2"}
"""Operations that make of each channel one channel."""
MOST_EXAMPLES = 1000


def _each_alone(step: HeadStep) -> bool:
    """Return whether a step is a convolution of each channel alone."""
    return step.operation == "convolution" and step.numbers.get("groups", 1) > 1


def _same_channels(design: Design, name: str) -> set[str]:
    """Return the maps that have the channels of one map."""
    found, before = {name}, 0
    while len(found) > before:
        before = len(found)
        for step in design.steps:
            if (step.operation in ALIKE or _each_alone(step)) and found & {*step.inputs, step.output}:
                found.update((*step.inputs, step.output))
    return found


def slimmed(twin: HeadTwin, readout: str, drop: int, examples: Sequence[Example[Any]]) -> HeadTwin:
    """Return the twin without `drop` entries of the vector that the layer `readout` reads."""
    design = twin.design
    (last,) = (step for step in design.steps if step.output == readout)
    vectors = vectors_of(twin, last.inputs[0], examples[:: max(1, len(examples) // MOST_EXAMPLES)])
    said = twin.layer_of(last).weight.detach().double().flatten(1).square().sum(dim=0) * vectors.var(dim=0)
    kept = said.argsort(descending=True)[: len(said) - drop].sort().values
    maps = _same_channels(design, last.inputs[0])
    steps, layers = list[HeadStep](), dict(design.layers)
    places: dict[str, tuple[bool, bool]] = {}
    for step in design.steps:
        alone, into, out = _each_alone(step), step.inputs[0] in maps, step.output in maps
        numbers: Mapping[str, int] = step.numbers
        if step.layers and (into or out):
            (name,) = step.layers
            shape = layers[name]
            places[name] = (out, into and not alone)
            layers[name] = replace(
                shape,
                outputs=len(kept) if out else shape.outputs,
                inputs=len(kept) if into and not alone else shape.inputs,
            )
            numbers = MappingProxyType({**numbers, "groups": len(kept)}) if alone else numbers
        steps.append(replace(step, numbers=numbers))
    made = HeadTwin(replace(design, steps=tuple(steps), layers=layers))
    for (name, old), new in zip(twin.named_layers(), (layer for _, layer in made.named_layers()), strict=True):
        out, into = places.get(name, (False, False))
        new.load_state_dict({key: _part(key, value, kept, out, into) for key, value in old.state_dict().items()})
    return made.eval()


def _part(key: str, value: Tensor, kept: Tensor, out: bool, into: bool) -> Tensor:
    """Return what is kept of a layer's tensor: of its outputs, of its inputs."""
    if key == "weight":
        value = value[kept] if out else value
        return value[:, kept] if into else value
    wanted = into if key == "spread" else out
    return value[kept] if wanted else value
