"""The pack that comes with refdec: models of our own (BOP, SOP, light analysis, hyper encoder), one for middle rates.

In: nothing.  Out: the pack.  It is package data; CONTRIBUTING.md says how it is made anew.
"""

from __future__ import annotations

import os
from importlib import resources
from io import FileIO
from pathlib import Path

from refdec.weights.bytesource import SharedFileSource
from refdec.weights.errors_files import BundledPackMissing
from refdec.weights.pack import WeightPack
from refdec.weights.packfile import read_pack

__all__ = ["bundled_pack", "bundled_pack_file"]

FILE = "bundled.pack"


def bundled_pack_file() -> Path:
    """Return where the bundled pack lies, for programs that want a file."""
    return Path(str(resources.files("refdec").joinpath("data", FILE)))


def bundled_pack() -> WeightPack:
    """Return the bundled pack; its checkpoints are read when they are first asked for.  Raises BundledPackMissing.

    What nobody asks for is never read.  The file is not mapped: if it were cut meanwhile, that would end the process.
    """
    try:
        file = FileIO(bundled_pack_file())
    except OSError:
        raise BundledPackMissing from None
    if not hasattr(os, "pread"):
        with file:
            return read_pack(file.read())
    return read_pack(SharedFileSource(file))
