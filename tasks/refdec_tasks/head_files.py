"""Heads of tasks: those in the task's own folder, or one that the user has trained.

In: the package of a task, its options.  Out: heads, of which the core takes the one that reads a stream's latents.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from refdec.plugins.api import Head, HeadServices, Option, OptionValues, Refusal

__all__ = ["HEAD_OPTION", "bundled_heads", "heads_digest", "wanted_heads"]

HEAD_OPTION = Option("head", Path, None, "head file of your own in place of the bundled ones (refdec-train head)")


@cache
def _files(package: str) -> tuple[bytes, ...]:
    """Return the head files in the folder of a package, in the order of their names."""
    files = sorted(resources.files(package).iterdir(), key=lambda file: file.name)
    return tuple(file.read_bytes() for file in files if file.name.endswith(".head"))


@cache
def bundled_heads(package: str) -> tuple[Head, ...]:
    """Return the heads in the folder of a package, one for each set of weights, in the order of their names."""
    return tuple(HeadServices.load(data) for data in _files(package))


@cache
def heads_digest(package: str) -> str:
    """Return 12 hexadecimal digits that change with any of a package's heads: what others answer cannot be compared."""
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in _files(package))).hexdigest()[:12]


def wanted_heads(package: str, options: OptionValues) -> tuple[Head, ...]:
    """Return the head of the option `head`, or the bundled ones.  Raises Refusal, and what loading a head raises."""
    path: Path | None = options["head"]
    if path is None:
        return bundled_heads(package)
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise Refusal(f"The head file {path} cannot be read: {problem.strerror}.") from problem
    return (HeadServices.load(data),)
