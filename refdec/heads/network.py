"""A head at work: one interpreter walks the steps of any head on the latents of any codestream.

In: a `Head` and a latent bundle.  Out: maps int32 Q18 [C, h, w], the same on every machine, with any number of workers,
with compiled kernels and without: every layer is one of `refdec.networks`, every other operation is whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from refdec.arithmetic.types import Int32Array
from refdec.bundles import LatentBundle, Stage
from refdec.heads.errors import HeadOfOtherWeights
from refdec.heads.head import Head
from refdec.heads.operations import Runner
from refdec.heads.plan import Plan, plan_of
from refdec.limits import Check, Limits, unchecked
from refdec.networks.movement import to_map, to_planes

__all__ = ["HeadNetwork", "chosen_head", "network_of", "run_head"]

KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class HeadNetwork:
    """A head with its layers prepared; may be used from several threads."""

    plan: Plan
    runners: tuple[Runner, ...]

    @classmethod
    def of(cls, head: Head, *, fast: bool = True) -> HeadNetwork:
        """Prepare a head; `fast=False` keeps to the integer loops.  Raises HeadStepInvalid, HeadTooLarge."""
        plan = plan_of(head)
        return cls(plan, tuple(stop.operation.prepare(stop.given, stop.forms, fast) for stop in plan.stops))

    def bytes_for(self, height: int, width: int) -> int:
        """Return what the maps need for latents of this size."""
        return self.plan.bytes * height * width

    def __call__(self, maps: Mapping[str, Int32Array], *, check: Check = unchecked) -> dict[str, Int32Array]:
        """Return the outputs [C, h, w] for the inputs [C, h, w] by name; `check()` is called between the steps."""
        held = {name: to_map(maps[name]) for name in self.plan.inputs}
        for stop, run in zip(self.plan.stops, self.runners, strict=True):
            check()
            held[stop.step.output] = run([held[name] for name in stop.step.inputs])
            for name in stop.last_use:
                held.pop(name, None)
        return {name: to_planes(held[name]) for name in self.plan.outputs}


@lru_cache(maxsize=KEPT)
def network_of(head: Head) -> HeadNetwork:
    """Return a head's network, prepared once.  Raises HeadStepInvalid, HeadTooLarge."""
    return HeadNetwork.of(head)


def chosen_head(heads: Sequence[Head], bundle: LatentBundle) -> Head:
    """Return the first head that reads latents of a bundle's weights.  Raises HeadOfOtherWeights."""
    found = bundle.headers.weights_fingerprint
    for head in heads:
        if found in head.facts.weights:
            return head
    names = " or ".join(dict.fromkeys(head.facts.name for head in heads)) or "(there is none)"
    raise HeadOfOtherWeights(names, tuple(print_ for head in heads for print_ in head.facts.weights), found)


def run_head(head: Head, bundle: LatentBundle, *, limits: Limits, check: Check = unchecked) -> dict[str, Int32Array]:
    """Return a head's outputs, int32 Q18 [C, h, w], for the latents of a bundle.

    Raises HeadOfOtherWeights, StageNotReached, HeadStepInvalid, HeadTooLarge, TooMuchMemory.
    """
    chosen_head([head], bundle)
    bundle.require(Stage.LATENT)
    network = network_of(head)
    limits.require_memory(network.bytes_for(*bundle.headers.latent_size))
    luma, chroma = (cast(Int32Array, part.latent_q18) for part in bundle.components)
    return network({"luma": luma, "chroma": chroma}, check=check)
