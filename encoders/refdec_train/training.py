"""A training from its first step, or from where it stopped, to its last: `train`.

In: a plan, pictures, a folder for states.  Out: the folder, which holds `state.pt`, `weights.npz` (the average, half
precision) and `history.json` (a line for each measurement on the pictures held back).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from refdec_train.codec import Codec
from refdec_train.held import measure_held
from refdec_train.pictures import Collection
from refdec_train.plan import Plan
from refdec_train.state import load_weights, read_state, save_weights, write_state
from refdec_train.stepping import NUMBERS, Stepper

__all__ = ["Progress", "train"]

STATE, WEIGHTS, HISTORY = "state.pt", "weights.npz", "history.json"
SHOWN_EVERY = 20
SAVED_EVERY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training is: the last step's numbers, and a measurement where one was made."""

    step: int
    steps: int
    seconds_a_step: float
    numbers: Mapping[str, float]
    held: Sequence[Mapping[str, float]] = ()


def train(
    plan: Plan,
    collection: Collection,
    folder: Path,
    *,
    start: Path | None = None,
    held: Sequence[npt.NDArray[np.uint8]] = (),
    device: str = "cpu",
    watch: Callable[[Progress], None] = lambda progress: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Codec:
    """Train, and return the codec with its averaged weights.

    A state in the folder is gone on with; `start` are weights to begin with where there is none.  `wanted` is asked
    before each step: False ends the training, and what was reached is kept.  Raises StateUnreadable, StateDiffers.
    """
    torch.manual_seed(plan.seed)
    folder.mkdir(parents=True, exist_ok=True)
    codec = Codec(plan.transforms)
    if start is not None:
        load_weights(codec, start, partly=True)
    codec = codec.to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    stepper, step, history = Stepper(codec, plan, torch.device(device)), 0, list[Mapping[str, float]]()
    if (folder / STATE).is_file():
        state = read_state(folder / STATE)
        load_weights(codec, folder / STATE)  # which refuses a state of other networks
        stepper.resume(state)
        step, history = state.step, list(state.history)
    began, first, saved = time.monotonic(), step, time.monotonic()
    while step < plan.steps and wanted():
        draw = np.random.default_rng((plan.seed, step))  # a training that is gone on with sees what it would have seen
        torch.manual_seed(int(draw.integers(1 << 62)))
        rgb = collection.batch(plan.batch, plan.crop, draw)
        numbers = stepper.step(rgb, _displacements(plan, draw), step)
        step += 1
        measured = step % plan.held_every == 0 or step == plan.steps
        if measured and held:
            history += _measured(codec, stepper, plan, held, step)
        if measured or step % SHOWN_EVERY == 0:
            shown = dict(zip(NUMBERS, numbers.tolist(), strict=True))
            points = [line for line in history if line["step"] == step]
            watch(Progress(step, plan.steps, (time.monotonic() - began) / (step - first), shown, points))
        if measured or time.monotonic() - saved > SAVED_EVERY_SECONDS:
            saved = time.monotonic()
            _save(folder, stepper, step, history)
    _save(folder, stepper, step, history)
    codec.load_state_dict(stepper.average)
    return codec.eval()


def _displacements(plan: Plan, draw: np.random.Generator) -> torch.Tensor:
    """Draw a displacement for each picture of a batch."""
    values = draw.uniform(-plan.displacements, plan.displacements, plan.batch)
    return torch.from_numpy(np.where(draw.random(plan.batch) < plan.varied, values, 0.0)).float()


def _measured(
    codec: Codec, stepper: Stepper, plan: Plan, held: Sequence[npt.NDArray[np.uint8]], step: int
) -> list[Mapping[str, float]]:
    """Measure the average of the weights on the pictures held back."""
    current = {name: value.clone() for name, value in codec.state_dict().items()}
    codec.load_state_dict(stepper.average)
    points = measure_held(codec, held, plan.goal, transform=plan.transform)
    codec.load_state_dict(current)
    return [{"step": step, **point.as_json()} for point in points]


def _save(folder: Path, stepper: Stepper, step: int, history: Sequence[Mapping[str, float]]) -> None:
    write_state(folder / STATE, stepper.state(step, history))
    save_weights(folder / WEIGHTS, stepper.average)
    (folder / HISTORY).write_text(json.dumps(list(history), indent=1) + "\n")
