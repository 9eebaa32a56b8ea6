"""The training of a head, from its first step, or from where it stopped, to its last.

In: a lesson, examples, a plan, a folder for its state.  Out: the twin, with the moving average of its weights.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from refdec_train.errors import StateDiffers
from refdec_train.heads.batches import Batch, channel_spread, draw_batch, mixed_batch, noisy_batch
from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Lesson
from refdec_train.heads.plan import HeadPlan
from refdec_train.heads.twin import HeadTwin
from refdec_train.tensor_files import difference, other_options, read_tensors, write_tensors

__all__ = ["HeadProgress", "train_head"]

STATE = "state.pt"
SHOWN_EVERY = 50
SAVED_EVERY_SECONDS = 60.0
LARGEST_NORM = 1.0


@dataclass(frozen=True, slots=True)
class HeadProgress:
    """Where a training is, and the mean loss since it was last told."""

    step: int
    steps: int
    seconds_a_step: float
    loss: float


class _Course:
    """A training under way: twin, optimiser, moving average, step."""

    def __init__(self, lesson: Lesson, plan: HeadPlan, twin: HeadTwin, spread: Tensor) -> None:
        self.twin, self.plan, self.step = twin, plan, 0
        self.spread = spread
        self.lesson = lesson
        groups = [
            {"params": [p for p in self.twin.parameters() if p.ndim > 1], "weight_decay": plan.decay},
            {"params": [p for p in self.twin.parameters() if p.ndim == 1 and p.requires_grad], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=plan.rate)
        self.average = {name: value.detach().clone() for name, value in self.twin.state_dict().items()}

    def advance(self, examples: Sequence[Example[Any]]) -> float:
        """Do a step; return its loss."""
        plan = self.plan
        batch = draw_batch(examples, plan.batch, plan.positions, (plan.seed, self.step), plan.cut)
        if plan.noise:
            batch = noisy_batch(batch, plan.noise * self.spread, (plan.seed, self.step))
        targets = self.lesson.targets(batch.seen, (batch.mask.shape[2], batch.mask.shape[3]))
        torch.manual_seed((plan.seed << 32) + self.step)  # for what a lesson may draw
        if plan.mixed:
            share = float(np.random.default_rng((plan.seed, self.step, 1)).beta(plan.mixed, plan.mixed))
            batch = mixed_batch(batch, share)
            outputs, others = self._outputs(batch), {key: each.roll(1, 0) for key, each in targets.items()}
            first, second = (self.lesson.loss(outputs, each, batch.mask) for each in (targets, others))
            loss = share * first + (1 - share) * second
        else:
            loss = self.lesson.loss(self._outputs(batch), targets, batch.mask)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.twin.parameters(), LARGEST_NORM)
        for group in self.optimiser.param_groups:
            group["lr"] = plan.rate_at(self.step)
        if bool(torch.isfinite(norm)):
            self.optimiser.step()
        with torch.no_grad():
            state, kept = self.twin.state_dict(), plan.kept_at(self.step)
            torch._foreach_lerp_([self.average[name] for name in state], list(state.values()), 1 - kept)
        self.step += 1
        return float(loss.detach())

    def _outputs(self, batch: Batch) -> dict[str, Tensor]:
        """Return what the twin makes of a batch, channels side by side in memory: convolutions are faster so."""
        dtype = torch.bfloat16 if self.plan.halves else torch.float32
        latents = batch.latents.to(dtype, memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.halves):
            made = self.twin(latents, batch.mask.to(dtype))
        return {name: values.float() for name, values in made.items()}

    def save(self, file: Path) -> None:
        """Write the state: the old one or the new one, whenever the machine stops."""
        values = {
            "plan": asdict(self.plan),
            "step": self.step,
            "weights": self.twin.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
        }
        write_tensors(file, values)

    def resume(self, file: Path) -> None:
        """Go on from a state.  Raises StateUnreadable, StateDiffers, OSError."""
        values = read_tensors(file, ("plan", "step", "weights", "average", "optimiser"))
        words = other_options(_as_planned_now(values["plan"]), asdict(self.plan))
        if words := words or difference(self.twin.state_dict(), values["weights"]):
            raise StateDiffers(file, words)
        self.twin.load_state_dict(values["weights"])
        self.optimiser.load_state_dict(values["optimiser"])
        self.average, self.step = values["average"], int(values["step"])


def _as_planned_now(kept: Mapping[str, object]) -> dict[str, object]:
    """Return the plan of a state with what plans had no word for when it was kept: it was done as is usual."""
    return {each.name: each.default for each in fields(HeadPlan) if each.default is not MISSING} | dict(kept)


def train_head(
    lesson: Lesson,
    examples: Sequence[Example[Any]],
    plan: HeadPlan,
    folder: Path,
    *,
    start: HeadTwin | None = None,
    watch: Callable[[HeadProgress], None] = lambda progress: None,
    wanted: Callable[[], bool] = lambda: True,
) -> HeadTwin | None:
    """Train, and return the twin with its averaged weights; None if it was stopped before its end.

    `start`: weights to begin with, instead of ones drawn by chance.  A state in the folder is gone on with, so that a
    training that was stopped ends with the same numbers.  `wanted` is asked before each step: False ends the training,
    and what was reached is kept.  Raises StateUnreadable, StateDiffers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / STATE
    torch.manual_seed(plan.seed)
    spread = channel_spread(examples)
    course = _Course(lesson, plan, start or HeadTwin(lesson.design, spread), spread)
    if file.is_file():
        course.resume(file)
    course.twin.train()
    saved, shown, losses = time.monotonic(), time.monotonic(), list[float]()
    while course.step < plan.steps and wanted():
        losses.append(course.advance(examples))
        now = time.monotonic()
        if course.step % SHOWN_EVERY == 0 or course.step == plan.steps:
            seconds, mean = (now - shown) / len(losses), sum(losses) / len(losses)
            watch(HeadProgress(course.step, plan.steps, seconds, mean))
            shown, losses = now, []
        if now - saved > SAVED_EVERY_SECONDS:
            course.save(file)
            saved = now
    course.save(file)
    if course.step < plan.steps:
        return None
    course.twin.load_state_dict(course.average)
    return course.twin.eval()
