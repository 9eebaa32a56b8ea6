"""Files of tensors that PyTorch writes: whole or not at all, and read without running code.

In and out: mappings of names to what is kept, tensors and plain values.
"""

from __future__ import annotations

import pickle
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from refdec.errors import first_of
from refdec_train.errors import StateUnreadable

__all__ = ["DAMAGE", "difference", "other_options", "read_tensors", "write_tensors"]

DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, pickle.UnpicklingError, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError),
)
"""What readers of archives of arrays and tensors raise for other files and for damaged ones."""
"""So many names are told of those that differ."""


def read_tensors(path: Path, needed: Iterable[str] = ()) -> Mapping[str, Any]:
    """Read what `write_tensors` wrote.  Raises OSError, StateUnreadable (also where something needed is lacking)."""
    with path.open("rb") as file:
        # PyTorch's own words on other files advise to let them run code
        if not zipfile.is_zipfile(file):
            raise StateUnreadable(path)
        file.seek(0)
        try:
            values = torch.load(file, map_location="cpu", weights_only=True)
        except DAMAGE as reason:
            raise StateUnreadable(path) from reason
    if not isinstance(values, Mapping):
        raise StateUnreadable(path)
    if lacking := [name for name in needed if name not in values]:
        raise StateUnreadable(path, lacking[0])
    return values


def write_tensors(path: Path, values: Mapping[str, Any]) -> None:
    """Write a file; it is the old one or the new one, whenever the machine stops."""
    part = path.with_suffix(".part")
    torch.save(dict(values), part)
    part.replace(path)


def difference(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> str:
    """Say how tensors differ from those that a network has, by name and shape; empty where they do not."""
    missing = [name for name in wanted if name not in found]
    others = [name for name in found if name not in wanted]
    wrong = [name for name in wanted if name in found and found[name].shape != wanted[name].shape]
    groups = (("missing", missing), ("of another shape", wrong), ("unknown", others))
    return "; ".join(
        f"{first_of(names)} {'is' if len(names) == 1 else 'are'} {what}" for what, names in groups if names
    )


def other_options(kept: Mapping[str, object], now: Mapping[str, object]) -> str:
    """Say in what the options of a state differ from those of now; empty where they do not."""
    pairs = ((name, kept.get(name), now.get(name)) for name in {**now, **kept})
    return ", ".join(f"{name} was {was}, and is {value}" for name, was, value in pairs if was != value)
