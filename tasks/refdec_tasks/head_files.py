"""Heads of tasks: those in the task's own folder, or one that the user has trained.

In: the package of a task, its options.  Out: heads, of which the core takes the one that reads a stream's latents.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from refdec.plugins.api import Head, HeadServices, Option, OptionValues

__all__ = ["HEAD_OPTION", "bundled_heads", "heads_digest", "wanted_heads"]

HEAD_OPTION = Option("head", Path, None, "head file of your own in place of the bundled ones (refdec-train head)")


@cache
def _files(package: str, folder: str = "") -> tuple[bytes, ...]:
    """Return the head files of a package, or of a folder in it, by name; none where it is not there."""
    place = resources.files(package).joinpath(folder)
    files = sorted(place.iterdir(), key=lambda file: file.name) if place.is_dir() else []
    return tuple(file.read_bytes() for file in files if file.name.endswith(".head"))


@cache
def bundled_heads(package: str, folder: str = "") -> tuple[Head, ...]:
    """Return the heads of a package, or of a folder in it, one for each set of weights, in the order of their names."""
    return tuple(HeadServices.load(data) for data in _files(package, folder))


@cache
def heads_digest(package: str) -> str:
    """Return 12 hexadecimal digits that change with any of a package's heads: what others answer cannot be compared."""
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in _files(package))).hexdigest()[:12]


def wanted_heads(package: str, options: OptionValues, folder: str = "") -> tuple[Head, ...]:
    """Return the head of the option `head`, or the bundled ones of a package, or of a folder in it.

    Raises what loading a head raises.
    """
    path: Path | None = options["head"]
    return bundled_heads(package, folder) if path is None else (HeadServices.load(path),)
