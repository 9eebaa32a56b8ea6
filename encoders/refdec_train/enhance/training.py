"""Training of the heads of `enhance`: good pictures are cut, spoilt, coded by the twin of the codec, and made good.

In: good pictures, a recipe, and a model of a pack.  Out: a head.  The codec stays as it is; gradients pass through its
synthesis.  Every step draws from its own seed, so that a training that was stopped ends as one that was not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from refdec.heads.head import Fact, Head, HeadFacts
from refdec.heads.making import head_of
from refdec_train.codec import Codec
from refdec_train.enhance.lessons import Case
from refdec_train.enhance.networks import Enhancer
from refdec_train.enhance.recipes import EnhanceRecipe
from refdec_train.errors import StateDiffers
from refdec_train.pictures import Collection
from refdec_train.tensor_files import difference, other_options, read_tensors, write_tensors

__all__ = ["EnhanceTraining", "Shown", "train_enhancer"]

LAST_RATE = 0.02
"""Share of the first learning rate that is left at the end."""
LARGEST_GRADIENT = 5.0
KEPT_OF_AVERAGE = 0.998
USUAL_PICTURES = 24
"""Pictures that say how large values are as a rule."""
SAVED_EVERY, SHOWN_EVERY = 500, 100
MEASURED_BATCHES, MEASURED_SEED = 16, 999_999_999
PLANNED = ("steps", "batch", "crop", "rate", "seed")
"""What the plan in a state says, in this order."""
Shown = Callable[[int, int, float], None]
"""Told the step, how many there are, and the mean PSNR since the last time."""


class EnhanceTraining:
    """One head in training: a step after the other, from where it stands."""

    def __init__(self, recipe: EnhanceRecipe, codec: Codec, pictures: Collection, *, seed: int = 1) -> None:
        self._recipe, self._codec, self._pictures, self._seed = recipe, codec, pictures, seed
        torch.manual_seed(seed)
        self.network = recipe.lesson.network(
            codec, self._case(pictures, USUAL_PICTURES, np.random.default_rng((seed, 0)))
        )
        self.average = {name: value.clone() for name, value in self.network.state_dict().items()}
        self._optimiser = torch.optim.Adam(self.network.parameters(), recipe.rate)
        self.step = 0

    def _case(self, pictures: Collection, count: int, draw: np.random.Generator) -> Case:
        """Return what is learnt from crops of so many pictures."""
        return self._recipe.lesson.case(self._codec, pictures.batch(count, self._recipe.crop, draw), draw)

    def advance(self) -> float:
        """Do a step; return the mean PSNR of its batch."""
        recipe = self._recipe
        case = self._case(self._pictures, recipe.batch, np.random.default_rng((self._seed, self.step + 1)))
        for group in self._optimiser.param_groups:
            group["lr"] = recipe.rate * (1 - (1 - LAST_RATE) * self.step / recipe.steps)
        loss = -recipe.lesson.quality(self._codec, case, self.network).mean()
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self._optimiser.step()
        self.step += 1
        kept = min(KEPT_OF_AVERAGE, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                self.average[name].lerp_(value, 1 - kept)
        return -loss.item()

    def save(self, file: Path) -> None:
        """Write where the training stands; the file is the old one or the new one."""
        values: dict[str, Any] = {"step": self.step, "weights": self.network.state_dict(), "average": self.average}
        write_tensors(file, values | {"optimiser": self._optimiser.state_dict(), "plan": self._plan})

    def resume(self, file: Path) -> None:
        """Go on from a file.  Raises StateUnreadable, StateDiffers, OSError."""
        values = read_tensors(file, ("plan", "step", "weights", "average", "optimiser"))
        kept, now = (dict(zip(PLANNED, plan, strict=True)) for plan in (values["plan"], self._plan))
        if words := other_options(kept, now) or difference(self.network.state_dict(), values["weights"]):
            raise StateDiffers(file, words)
        self.network.load_state_dict(values["weights"])
        self._optimiser.load_state_dict(values["optimiser"])
        self.average, self.step = values["average"], values["step"]

    @property
    def _plan(self) -> list[float]:
        """What a training that is gone on with must have in common with this one."""
        recipe = self._recipe
        return [recipe.steps, recipe.batch, recipe.crop, recipe.rate, self._seed]

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return self._recipe.steps

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.step >= self._recipe.steps

    @torch.no_grad()
    def measured(self, held: Collection) -> dict[str, Fact]:
        """Return the mean PSNR of crops of pictures held back, spoilt and coded as in training.

        Without the head, and with its averaged weights.
        """
        finished, lesson = self._with_average(), self._recipe.lesson
        draw, before, after = np.random.default_rng((self._seed, MEASURED_SEED)), list[float](), list[float]()
        for _ in range(MEASURED_BATCHES):
            case = self._case(held, self._recipe.batch, draw)
            before += lesson.without(self._codec, case).tolist()
            after += lesson.quality(self._codec, case, finished).tolist()
        return {
            "PSNR without": round(sum(before) / len(before), 2),
            "PSNR": round(sum(after) / len(after), 2),
            "crops measured on": len(after),
        }

    def _with_average(self) -> Enhancer:
        """Return the network with the averaged weights."""
        finished = copy.deepcopy(self.network).eval()
        finished.load_state_dict(self.average)
        return finished

    def head(self, facts: HeadFacts) -> Head:
        """Return the head with the averaged weights, in integers."""
        steps, weights, outputs = self._with_average().head()
        return head_of(facts, steps, weights, outputs)


def train_enhancer(
    training: EnhanceTraining,
    state: Path,
    *,
    show: Shown = lambda step, steps, decibels: None,
    wanted: Callable[[], bool] = lambda: True,
) -> bool:
    """Train to the end, and return True; False if it was stopped before.

    `state`: the file that a stopped training is gone on with.  `wanted` is asked before each step.  Raises
    StateUnreadable, StateDiffers.
    """
    if state.is_file():
        training.resume(state)
    seen: list[float] = []
    while not training.finished and wanted():
        seen.append(training.advance())
        if training.step % SHOWN_EVERY == 0:
            show(training.step, training.steps, sum(seen) / len(seen))
            seen.clear()
        if training.step % SAVED_EVERY == 0:
            training.save(state)
    training.save(state)
    return training.finished
