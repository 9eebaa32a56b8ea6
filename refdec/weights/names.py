"""Names of checkpoints (4.11.1): what a kind and a model are called, and which checkpoint a file holds.

In: kinds ("VM_bop/decoder_Y", "analysis/UV", "eICCI/bop_mse012") and model ids, or file names in either spelling
(`VM_bop/decoder_Y_0.012.pth`, `VM_bop__decoder_Y_0.012.npz`).  Out: checkpoint names ("VM_bop/decoder_Y_0.012").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from refdec import tables
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.weights.errors import UnknownCheckpoint

__all__ = ["EICCI", "MODEL_SUFFIXES", "CheckpointName", "checkpoint_name", "decoder_stem", "name_of_file"]

MODEL_SUFFIXES = ("0.002", "0.012", "0.075", "0.5")
"""File suffix R of model_id 0..3."""
EICCI = "eICCI"
NAME = re.compile(
    r"(?:^|.*/)(?P<kind>(?:VM_common(?:_int)?/(?:Y|UV)|VM_(?:bop|hop)/encoder_(?:Y|UV)|VM_[sbh]op/decoder_(?:Y|UV)"
    r"|analysis/(?:Y|UV)))_(?P<suffix>[0-9.]+)$"
)
FILTER = re.compile(r"(?:^|.*/)eicci_(?P<model>(?:bop|hop)_(?:mse|mss)(?:012|025|050|075|100))_300k$")


@clause("4.11.1")
@dataclass(frozen=True, slots=True, order=True)
class CheckpointName:
    """(4.11.1) A checkpoint's name: its kind, and the model it belongs to (None for an eICCI file, which has none)."""

    kind: str
    model_id: int | None

    def __str__(self) -> str:
        if self.model_id is None:
            return f"{tables.eicci_models()['directory']}/eicci_{self.kind.removeprefix(EICCI + '/')}_300k"
        return f"{self.kind}_{MODEL_SUFFIXES[self.model_id]}"

    @property
    def file(self) -> str:
        """Return the name of the reference software's file (of ours, for the light analysis networks)."""
        return f"{self}.npz" if self.kind.startswith("analysis/") else f"{self}.pth"


@clause("4.11.1")
def decoder_stem(transform: int) -> str:
    """(4.11.1) Return what the kinds of a synthesis transform begin with, before "Y" or "UV": "VM_bop/decoder_"."""
    return f"VM_{Synthesis(transform).name.lower()}/decoder_"


def checkpoint_name(kind: str, model_id: int | None = None) -> CheckpointName:
    """Return the name of the checkpoint of a kind and a model (0..3; an eICCI kind has none, and ignores it).

    Raises UnknownCheckpoint.
    """
    if kind.startswith(EICCI + "/"):
        return name_of_text(f"eicci_{kind.removeprefix(EICCI + '/')}_300k")
    if model_id is None or not 0 <= model_id < len(MODEL_SUFFIXES):
        raise UnknownCheckpoint(f"{kind}, model {model_id}")
    return name_of_text(f"{kind}_{MODEL_SUFFIXES[model_id]}")


def name_of_text(text: str) -> CheckpointName:
    """Return the checkpoint that a name without file suffix stands for; leading folders do not matter.

    Raises UnknownCheckpoint.
    """
    if found := NAME.match(text):
        suffix = found["suffix"]
        if suffix in MODEL_SUFFIXES:
            return CheckpointName(found["kind"], MODEL_SUFFIXES.index(suffix))
    elif found := FILTER.match(text):
        return CheckpointName(f"{EICCI}/{found['model']}", None)
    raise UnknownCheckpoint(text)


def name_of_file(path: str) -> CheckpointName | None:
    """Return the checkpoint that a file name announces (`__` stands for `/`), None where it announces none."""
    text = path.replace("\\", "/").replace("__", "/")
    for ending in (".pth", ".npz"):
        if text.endswith(ending):
            try:
                return name_of_text(text.removesuffix(ending))
            except UnknownCheckpoint:
                return None
    return None
