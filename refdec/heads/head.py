"""A head as a value: what it says about itself, its steps, and its integer weights.

In: facts, steps and layers, from `making` or a head file.  Out: `Head`, frozen; whether it can be walked is for `plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from refdec.weights.layers import Layer

__all__ = ["FEATURES", "INPUTS", "LUMA_DECODER", "Fact", "Head", "HeadFacts", "HeadStep"]

INPUTS: Mapping[str, int] = MappingProxyType({"luma": 160, "chroma": 96})
"""Maps that every head begins with, and their channels: the final latents of both components, int32 Q18."""
FEATURES = "luma.features"
"""A map that a head may read beside them: what the last layer of BOP's luma reads (4.5.1); `trunk` makes it."""
LUMA_DECODER = "VM_bop/decoder_Y"
"""The checkpoint that they are made with."""
Fact: TypeAlias = int | float | str
"""A metric: a number, or a text where a number says too little."""


@dataclass(frozen=True, slots=True)
class HeadStep:
    """One operation: which maps it reads, by name, and the name of the one that it makes.

    `layers`: names of its weights; `numbers`: its parameters.  What each operation takes stands in `operations`.
    """

    operation: str
    inputs: tuple[str, ...]
    output: str
    layers: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """What a head says about itself.

    `name`, `version`: of the head.  `task`: what it is for ("classify").  `weights`: fingerprints of the weights whose
    latents it reads (`BundleHeaders.weights_fingerprint`).  `labels`: names of the channels of its output, where these
    are classes.  `metrics`: how well it works, by name.  `licence`: of its weights; `data`: what it was trained on, and
    the licence of that.  `notes`: anything else, as text.  `synthesis`: fingerprint of the checkpoint VM_bop/decoder_Y
    that the input `luma.features` is made with; empty for heads without that input.
    """

    name: str
    version: str
    task: str
    weights: tuple[str, ...]
    labels: tuple[str, ...] = ()
    metrics: Mapping[str, Fact] = field(default_factory=dict)
    licence: str = ""
    data: str = ""
    notes: str = ""
    synthesis: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A small network on latents: `steps` in their order, `layers` by name, `outputs`: the maps that are its answer."""

    facts: HeadFacts
    steps: tuple[HeadStep, ...]
    layers: Mapping[str, Layer]
    outputs: tuple[str, ...]
