"""The last linear layer of a head, fitted anew to all pictures once the rest is learnt.

In: a trained twin, a lesson that names the layer, the examples that were trained on.  Out: the twin with that layer at
the one minimum of a convex loss.  A training with small batches only comes near to it, and the less the shorter it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Seen
from refdec_train.heads.subjects import View
from refdec_train.heads.twin import HeadTwin

__all__ = ["WithReadout", "settle", "vectors_of"]

PENALTY = 3e-3
"""Weight of the squares of the layer's weights, for inputs of variance 1."""
ITERATIONS = 80


@runtime_checkable
class WithReadout(Protocol):
    """A lesson whose head ends with a linear layer on a vector: `readout` is the name of what the layer makes."""

    readout: str

    def targets(self, seen: Sequence[Seen], size: tuple[int, int]) -> Mapping[str, Tensor]:
        """Return what the network shall say to pictures, as for a batch."""
        ...

    def readout_loss(self, made: Tensor, targets: Mapping[str, Tensor]) -> Tensor:
        """Return how far the layer's results [n, outputs] are from the targets."""
        ...


def _whole(example: Example[Any]) -> Seen:
    bare = View(example.picture, example.coded, example.coding.mirrored, 0, 0, 1, 1)
    return Seen(example, View(example.picture, example.coded, example.coding.mirrored, 0, 0, *bare.latent))


def vectors_of(twin: HeadTwin, name: str, examples: Sequence[Example[Any]]) -> Tensor:
    """Return a map that is a vector, for each example as a whole: [n, channels]."""
    found = []
    with torch.no_grad():
        for example in examples:
            latents = torch.from_numpy(example.latents()).float()[None]
            made = twin.map_of(name, latents, torch.ones(1, 1, *latents.shape[2:]))
            found.append(made.flatten())
    return torch.stack(found).double()


def settle(twin: HeadTwin, lesson: WithReadout, examples: Sequence[Example[Any]]) -> None:
    """Fit the layer that makes `lesson.readout`, in place; the twin is one that was trained, in its final form."""
    (step,) = (step for step in twin.design.steps if step.output == lesson.readout)
    vectors = vectors_of(twin, step.inputs[0], examples)
    mean, deviation = vectors.mean(dim=0), vectors.std(dim=0).clamp_min(1e-6)
    inputs, targets = (vectors - mean) / deviation, lesson.targets([_whole(each) for each in examples], (1, 1))
    layer = twin.layer_of(step)
    before = layer.weight.detach().double().flatten(1)
    weight = (before * deviation).requires_grad_(True)
    bias = (layer.bias.detach().double() + before @ mean).requires_grad_(True)
    search = torch.optim.LBFGS([weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        search.zero_grad()
        loss = lesson.readout_loss(inputs @ weight.T + bias, targets) + PENALTY * weight.square().sum()
        loss.backward()
        return loss

    search.step(closure)
    with torch.no_grad():
        plain = weight / deviation
        layer.weight.copy_(plain[:, :, None, None])
        layer.bias.copy_(bias - plain @ mean)
