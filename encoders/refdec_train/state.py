"""States of a training on disk: weights, their average, the optimiser, and how far it is; written so that a stop at any
moment loses nothing but the steps since.

In and out: files of tensors, read without running code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from refdec_train.synthesis import transform_of, transforms_in
from refdec_train.tensor_files import read_tensors, write_tensors

__all__ = ["STATE", "State", "read_state", "write_state"]

STATE = "state.pt"
"""The file of a state in the folder of its training."""
SAVED = ("step", "weights", "average", "optimiser", "usual_gradient")
"""Fields of a state that are written as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A training at a moment.

    `average` is the moving average of the weights, which is what is exported; `usual_gradient` the usual norm of the
    gradient, by which accidents are told.
    """

    step: int
    weights: Mapping[str, Tensor]
    average: Mapping[str, Tensor]
    optimiser: Mapping[str, Any]
    usual_gradient: float
    history: tuple[Mapping[str, float], ...]

    @property
    def transforms(self) -> tuple[str, ...]:
        """The syntheses that it holds."""
        return transforms_in(self.weights)

    @property
    def trained(self) -> int:
        """How many tensors its training changes."""
        return sum(len(group["params"]) for group in self.optimiser["param_groups"])

    @property
    def untrained(self) -> tuple[str, ...]:
        """The syntheses that were never trained on its latents.

        Trainings of the codec once kept a synthesis that they did not train.  What is trained has an average that is
        not its last value.  A training of one synthesis says nothing of the others.
        """
        moved = {name for name, value in self.average.items() if not torch.equal(value, self.weights[name])}
        still = set(self.transforms) - set(transforms_in(moved))
        of_codec = any(not name.startswith("syntheses.") for name in moved)
        return tuple(name for name in self.transforms if name in still) if of_codec else ()

    def without(self, transforms: Collection[str]) -> State:
        """Return the state without some syntheses."""
        weights, average = (
            {name: value for name, value in tensors.items() if transform_of(name) not in transforms}
            for tensors in (self.weights, self.average)
        )
        return replace(self, weights=weights, average=average)


def write_state(path: Path, state: State) -> None:
    """Write a state; the file is the old one or the new one, whenever the machine stops."""
    values = {name: getattr(state, name) for name in SAVED}
    write_tensors(path, values | {"history": [dict(line) for line in state.history]})


def read_state(path: Path) -> State:
    """Read a state.  Raises StateUnreadable, OSError."""
    values = read_tensors(path, (*SAVED, "history"))
    return State(**{name: values[name] for name in SAVED}, history=tuple(values["history"]))
