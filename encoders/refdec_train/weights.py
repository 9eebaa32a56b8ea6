"""Weights as files, and how a codec gets them: half-precision `.npz`, or the average of a state.

In: files, also with the names of the scripts that the first bundled model was trained with.  Out: a `Codec`, and what
was taken.  Nothing begins with random values, and nothing is left out, without being told.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from refdec.api.picture_files import write_npz
from refdec.errors import first_of
from refdec_train.codec import Codec
from refdec_train.errors import StateUnreadable, WeightsDiffer
from refdec_train.state import STATE, State, read_state
from refdec_train.synthesis import BOP, transform_of, transforms_in
from refdec_train.tensor_files import DAMAGE, difference, read_tensors

__all__ = ["Taken", "Weights", "codec_with", "load_weights", "read_weights", "save_weights"]

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
NUMBERS = "fiub"
"""Kinds of arrays that can be tensors of networks."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Tensors of a file by name; `untrained`: syntheses in it that were never trained on its latents."""

    path: Path
    tensors: Mapping[str, Tensor]
    untrained: tuple[str, ...] = ()

    @property
    def transforms(self) -> tuple[str, ...]:
        """The trained syntheses that it holds."""
        return tuple(name for name in transforms_in(self.tensors) if name not in self.untrained)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a codec did not get of a file, and what of the file it did not take."""

    path: Path
    random: tuple[str, ...]
    left: tuple[str, ...]
    untrained: tuple[str, ...]
    unknown: str

    def sentences(self) -> Iterator[str]:
        """Yield what must be told."""
        for name in self.random:
            yield f"{self.path} has no trained synthesis {name}: it begins with random values"
        for name in self.left:
            why = ", for it was never trained on these latents" if name in self.untrained else ""
            yield f"{self.path}: the synthesis {name} is left out{why}"
        if self.unknown:
            yield f"{self.path}: not used: {self.unknown}"


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write weights alone as half-precision `.npz`, whole or not at all; what is no float stays as it is."""
    write_npz(path, {name: _halved(value).cpu().numpy() for name, value in weights.items()})


def read_weights(path: Path) -> Weights:
    """Read weights of `.npz`, or the average of a state, also one of the first training.

    Raises StateUnreadable, OSError.
    """
    if path.suffix != ".npz":
        values = read_tensors(path)
        if isinstance(values.get(FIRST_AVERAGE), Mapping):
            return Weights(path, {_renamed(name): value for name, value in values[FIRST_AVERAGE].items()})
        state = read_state(path)
        return Weights(path, state.average, state.untrained)
    tensors = _read_npz(path)
    return Weights(path, tensors, _untrained(path, tensors))


def load_weights(codec: Codec, weights: Weights, *, partly: bool = False) -> Taken:
    """Put weights into a codec; syntheses that it does not have are left out.

    `partly`: syntheses after BOP that were never trained stay as they are, and what is unknown is left out.  Raises
    WeightsDiffer where anything else is missing, or of another shape.
    """
    own = codec.state_dict()
    random = tuple(name for name in codec.syntheses if partly and name not in weights.transforms and name != BOP)
    left = tuple(name for name in transforms_in(weights.tensors) if name not in codec.syntheses)
    wanted = {name: value for name, value in own.items() if transform_of(name) not in random}
    found = {name: value for name, value in weights.tensors.items() if transform_of(name) not in (*random, *left)}
    unknown = [name for name in found if name not in own]
    if words := difference(wanted, {name: found[name] for name in found if name in own or not partly}):
        raise WeightsDiffer(weights.path, words)
    codec.load_state_dict({name: found.get(name, value) for name, value in own.items()})
    return Taken(weights.path, random, left, weights.untrained, first_of(unknown))


def codec_with(weights: Weights, transforms: tuple[str, ...] = ()) -> tuple[Codec, Taken]:
    """Return the codec of a file with the syntheses asked for, none for all that were trained, and what was left out.

    Raises WeightsDiffer.
    """
    for name in transforms:
        if name in weights.untrained:
            raise WeightsDiffer(weights.path, f"its synthesis {name} was never trained on its latents")
        if name not in weights.transforms:
            held = ", ".join(weights.transforms) or "none"
            raise WeightsDiffer(weights.path, f"it has no synthesis {name}; those that it has: {held}")
    codec = Codec(transforms or weights.transforms or (BOP,))
    return codec, load_weights(codec, weights)


def _halved(value: Tensor) -> Tensor:
    return value.half() if value.is_floating_point() else value


def _read_npz(path: Path) -> dict[str, Tensor]:
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise StateUnreadable(path)
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
        except DAMAGE as reason:
            raise StateUnreadable(path) from reason
    if not all(isinstance(value, np.ndarray) and value.dtype.kind in NUMBERS for value in arrays.values()):
        raise StateUnreadable(path)
    wide = {name: value.astype(np.float32) if value.dtype.kind == "f" else value for name, value in arrays.items()}
    return {_renamed(name): torch.from_numpy(value) for name, value in wide.items()}


def _untrained(path: Path, tensors: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Return what the state that was written beside weights knows of them."""
    beside = path.with_name(STATE)
    if not beside.is_file():
        return ()
    try:
        state = read_state(beside)
    except StateUnreadable:  # it is not what was asked for
        return ()
    return state.untrained if _same(state, tensors) else ()


def _same(state: State, tensors: Mapping[str, Tensor]) -> bool:
    """Tell whether weights are those of a state, as `save_weights` writes them."""
    return state.average.keys() == tensors.keys() and all(
        torch.equal(_halved(value).float(), tensors[name].float()) for name, value in state.average.items()
    )


def _renamed(name: str) -> str:
    for old, new in FIRST_NAMES.items():
        if name.startswith(old):
            return new + name[len(old) :]
    return name
