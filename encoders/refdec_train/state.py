"""States of a training on disk: weights, their average, the optimiser, and how far it is; written so that a stop at any
moment loses nothing but the steps since.

In and out: files of tensors, read without running code.  Weights alone can be read of `.npz` files, also with the names
of the scripts that the first bundled model was trained with.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from refdec_train.codec import Codec
from refdec_train.errors import StateDiffers, StateUnreadable

__all__ = ["State", "load_weights", "read_state", "save_weights", "write_state"]

FIRST_AVERAGE = "ema"
"""What the first training called the average in a state."""
FIRST_NAMES = {
    "enc_y.": "analysis.luma.",
    "enc_c.": "analysis.chroma.",
    "y.MCM.": "luma.context.",
    "y.": "luma.",
    "c.": "chroma.",
    "dec_y.": "syntheses.bop.luma.",
    "dec_c.": "syntheses.bop.chroma.",
    "sop_y.": "syntheses.sop.luma.",
    "sop_c.": "syntheses.sop.chroma.",
}
"""Beginnings of names in the scripts of the first model, and what stands here for them."""


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


def write_state(path: Path, state: State) -> None:
    """Write a state; the file is the old one or the new one, whenever the machine stops."""
    values = {name: getattr(state, name) for name in SAVED}
    values["history"] = [dict(line) for line in state.history]
    part = path.with_suffix(".part")
    torch.save(values, part)
    part.replace(path)


def read_state(path: Path) -> State:
    """Read a state.  Raises StateUnreadable."""
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        return State(**{name: values[name] for name in SAVED}, history=tuple(values["history"]))
    except (OSError, RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile) as reason:
        raise StateUnreadable(path, str(reason).splitlines()[0] if str(reason) else type(reason).__name__) from reason


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write weights alone as half-precision `.npz`; what is no float stays as it is."""
    arrays = {
        name: (value.half() if value.is_floating_point() else value).cpu().numpy() for name, value in weights.items()
    }
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load_weights(codec: Codec, path: Path, *, partly: bool = False) -> None:
    """Put weights of a file into a codec: `.npz`, or the average of a state, also one of the first training.

    `partly` leaves alone what the file does not have.  Raises StateUnreadable, StateDiffers.
    """
    found = _read_npz(path) if path.suffix == ".npz" else _read_average(path)
    wanted = codec.state_dict()
    missing = tuple(sorted(set(wanted) - set(found)))
    others = tuple(sorted(name for name in found if name not in wanted))
    wrong = tuple(name for name in found if name in wanted and found[name].shape != wanted[name].shape)
    if wrong or (not partly and (missing or others)):
        raise StateDiffers(path, missing or wrong, others)
    codec.load_state_dict({name: found.get(name, value) for name, value in wanted.items()})


def _read_average(path: Path) -> dict[str, Tensor]:
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile):
        values = None  # what is wrong with it is for `read_state` to say
    if isinstance(values, dict) and isinstance(values.get(FIRST_AVERAGE), dict):
        return {_renamed(name): value for name, value in values[FIRST_AVERAGE].items()}
    return dict(read_state(path).average)


def _read_npz(path: Path) -> dict[str, Tensor]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile) as reason:
        raise StateUnreadable(path, str(reason)) from reason
    return {_renamed(name): torch.from_numpy(_widened(value)) for name, value in arrays.items()}


def _widened(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _renamed(name: str) -> str:
    for old, new in FIRST_NAMES.items():
        if name.startswith(old):
            return new + name[len(old) :]
    return name
