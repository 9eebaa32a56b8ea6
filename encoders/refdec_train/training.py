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
from refdec_train.devices import device_of
from refdec_train.errors import StartMissing, StateDiffers
from refdec_train.held import measure_held
from refdec_train.pictures import Collection
from refdec_train.plan import Plan
from refdec_train.state import STATE, State, read_state, write_state
from refdec_train.stepping import NUMBERS, Stepper
from refdec_train.synthesis import BOP
from refdec_train.tensor_files import difference
from refdec_train.weights import Weights, load_weights, read_weights, save_weights

__all__ = ["Progress", "train"]

WEIGHTS, HISTORY = "weights.npz", "history.json"
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
    say: Callable[[str], None] = lambda sentence: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Codec:
    """Train, and return the codec with its averaged weights.

    A state in the folder is gone on with; `start` are weights to begin with where there is none: a synthesis needs
    them.  `say` is told what of the weights is not used, and what begins with random values.  `wanted` is asked before
    each step: False ends the training, and what was reached is kept.  Raises DeviceUnusable, StartMissing,
    StateUnreadable, StateDiffers, WeightsDiffer, before there is a folder; OSError.
    """
    place, file = device_of(device), folder / STATE
    state = read_state(file) if file.is_file() else None
    codec = _begun(plan, start, say) if state is None else Codec(_transforms(plan, state))
    codec = codec.to(place, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    stepper, step, history = Stepper(codec, plan, place), 0, list[Mapping[str, float]]()
    if state is not None:
        say(f"{file}: goes on after step {state.step}" + (f"; {start} is not read" if start else ""))
        _resume(stepper, state, file, say)
        step, history = state.step, list(state.history)
    folder.mkdir(parents=True, exist_ok=True)
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


def _transforms(plan: Plan, known: Weights | State) -> tuple[str, ...]:
    """Return the syntheses of a training's codec: BOP alone, or those that are there and the one that is trained."""
    return (BOP,) if plan.synthesis is None else tuple(dict.fromkeys((BOP, *known.transforms, plan.synthesis)))


def _begun(plan: Plan, start: Path | None, say: Callable[[str], None]) -> Codec:
    """Return the codec that a training begins with."""
    torch.manual_seed(plan.seed)
    if start is None:
        if plan.synthesis is not None:
            raise StartMissing(plan.synthesis)
        return Codec()
    weights = read_weights(start)
    codec = Codec(_transforms(plan, weights))
    for sentence in load_weights(codec, weights, partly=True).sentences():
        say(sentence)
    return codec


def _resume(stepper: Stepper, state: State, file: Path, say: Callable[[str], None]) -> None:
    """Go on from a state.  Raises StateDiffers for one of other networks, or that trained something else.

    Trainings of the codec once kept a synthesis beside BOP, which they did not train: it is left out.
    """
    plan, wanted = stepper.plan, stepper.codec.state_dict()
    left = [name for name in state.transforms if name not in stepper.codec.syntheses]
    if state.trained != len(stepper.trained):
        mine = f"{plan.subject} has {len(stepper.trained)}"
        raise StateDiffers(file, f"it trains {state.trained} tensors, and {mine}")
    own = state.without(left)
    if words := difference(wanted, own.weights) or difference(wanted, own.average):
        raise StateDiffers(file, words)
    for name in left:
        say(f"{file}: the synthesis {name} is left out, for this training does not train it")
    stepper.resume(own)


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
