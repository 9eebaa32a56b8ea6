"""The pack that comes with refdec: models of our own (BOP, SOP, light analysis, hyper encoder), one for middle rates.

In: nothing.  Out: the pack.  It is package data; CONTRIBUTING.md says how it is made anew.
"""

from __future__ import annotations

import mmap
from importlib import resources
from pathlib import Path
from typing import BinaryIO

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

    The file is mapped: what nobody asks for is never read, and what is read is shared by all processes.
    """
    try:
        with bundled_pack_file().open("rb") as file:
            return read_pack(_content(file))
    except OSError:
        raise BundledPackMissing from None


def _content(file: BinaryIO) -> memoryview | bytes:
    """Return what is in a file: mapped, or read where a file is empty or its system maps none."""
    try:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (ValueError, OSError):
        return file.read()
