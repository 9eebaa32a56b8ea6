"""The one door to the normative tables of `refdec_spec_tables`.

In: a table's name.  Out: its content, read once, and only if its SHA-256 is the one in MANIFEST.json: a changed byte
in a table is a changed standard, so it stops everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from refdec.errors import RefdecError

if TYPE_CHECKING:  # tables of syntax are read where no array is needed
    from refdec.arithmetic.types import Int32Array

__all__ = [
    "TableDamaged",
    "boxes",
    "checkpoint_sha256",
    "checkpoints",
    "efe_splits",
    "eicci_models",
    "gain_scaler_q10",
    "integer_constants",
    "integer_exp",
    "light_analysis",
    "manifest",
    "model_constants",
    "profiles_levels",
    "residual_pdf",
    "syntax",
    "synthetic_weights",
    "table_bytes",
]

Table = Mapping[str, Any]


class TableDamaged(RefdecError):
    """A table file is missing or differs from its recorded hash: the installation is broken."""

    code, clause = "RD0002", ""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return f"The table {self.name} {self.reason}.\nReinstall refdec: its tables are part of the standard."


def _raw(name: str) -> bytes:
    parts = name.split("/")
    try:
        return resources.files("refdec_spec_tables").joinpath(*parts).read_bytes()
    except OSError as reason:
        raise TableDamaged(name, "cannot be read") from reason


@cache
def manifest() -> Table:
    """Return MANIFEST.json: per table its clause, SHA-256, shape and unit."""
    return MappingProxyType(json.loads(_raw("MANIFEST.json"))["tables"])


@cache
def table_bytes(name: str) -> bytes:
    """Return a table's bytes, checked against the manifest.

    Raises TableDamaged if the file is missing, unlisted or changed.
    """
    data = _raw(name)
    entry = manifest().get(name)
    if entry is None:
        raise TableDamaged(name, "is not in MANIFEST.json")
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise TableDamaged(name, "does not have its recorded SHA-256")
    return data


@cache
def _json(name: str) -> Table:
    return MappingProxyType(json.loads(table_bytes(name)))


@cache
def _column(name: str) -> Int32Array:
    """Return the second column of a CSV table whose first column counts up by one."""
    import numpy as np

    rows = [line.split(",") for line in table_bytes(name).decode().splitlines() if line and line[0] != "#"]
    column = np.array([int(row[1]) for row in rows], dtype=np.int32)
    column.flags.writeable = False
    return column


def syntax() -> Table:
    """Return markers and field lists (1.3, 1.5)."""
    return _json("bitstream/syntax.json")


def boxes() -> Table:
    """Return the field lists of the boxes of HEIF files (ISO/IEC 14496-12, 23008-12, 23001-17)."""
    return _json("files/boxes.json")


def profiles_levels() -> Table:
    """Return profiles, levels and models (1.7, 1.6.3)."""
    return _json("bitstream/profiles_levels.json")


def residual_pdf() -> Table:
    """Return the 32 residual distributions (2.6.1)."""
    return _json("entropy/ans_pdf_residual.json")


def gain_scaler_q10() -> Int32Array:
    """Return SCALER(v), unit 2^-10, at index v + 4096 for v = -4096..4096 (3.4.2)."""
    return _column("latent/gain_scaler_q10.csv")


def model_constants() -> Table:
    """Return constants of the scale path and of LSBS, common and per model (3.5 to 3.9)."""
    return _json("latent/model_constants.json")


def integer_constants() -> Table:
    """Return every constant of chapter 6."""
    return _json("arithmetic/integer_constants.json")


def integer_exp() -> Table:
    """Return the three tables of the exponential (6.4.2)."""
    return _json("arithmetic/integer_exp.json")


def checkpoints() -> Table:
    """Return checkpoint files, their sizes and MD5, and their tensors (4.11)."""
    return _json("weights/checkpoints.json")


def checkpoint_sha256() -> Table:
    """Return size and SHA-256 of every published checkpoint file (4.11.1)."""
    return _json("weights/checkpoint_sha256.json")


def light_analysis() -> Table:
    """Return the tensor lists of the light analysis networks (4.6; not of the reference software's set)."""
    return _json("weights/light_analysis.json")


def synthetic_weights() -> Table:
    """Return the recipe of the seeded stand-in weights."""
    return _json("weights/synthetic_weights.json")


def eicci_models() -> Table:
    """Return the eICCI model bank (5.7.3)."""
    return _json("picture/eicci_models.json")


def efe_splits() -> Table:
    """Return the split patterns of EFE linear (5.6.1)."""
    return _json("picture/efe_splits.json")
