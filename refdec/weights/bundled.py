"""The pack that comes with refdec: one model of our own (model_id 1; BOP, SOP, light analysis, hyper encoder).

In: nothing.  Out: the pack.  It is package data, made from the project's trained weights by `refdec weights import`.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from refdec.weights.errors_files import BundledPackMissing
from refdec.weights.pack import PackNotes, WeightPack
from refdec.weights.packfile import read_pack

__all__ = ["BUNDLED_NOTES", "bundled_pack", "bundled_pack_file"]

FILE = "bundled.pack"
BUNDLED_NOTES = PackNotes(
    title="refdec model 1",
    licence="BSD-3-Clause",
    notes="Trained from scratch for refdec: hyper coder, context model, BOP and SOP synthesis, light analysis "
    "networks. Not the published weights of the standard: a stream made with one set does not decode with the other.",
)
"""The pack is `import_folder` of the trained weights with these notes; the same files give the same bytes."""


def bundled_pack_file() -> Path:
    """Return where the bundled pack lies, for programs that want a file."""
    return Path(str(resources.files("refdec").joinpath("data", FILE)))


def bundled_pack() -> WeightPack:
    """Return the bundled pack; its checkpoints are read when they are first asked for.  Raises BundledPackMissing."""
    try:
        data = resources.files("refdec").joinpath("data", FILE).read_bytes()
    except OSError:
        raise BundledPackMissing from None
    return read_pack(data)
