"""Head files that lie in the folder of a task.

In: the name of a task's package.  Out: its heads, one for each set of weights, and what tells them from later ones.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from refdec.plugins.api import Head, HeadServices

__all__ = ["heads_digest", "heads_of"]

SUFFIX = ".head"


@cache
def _files(package: str) -> tuple[bytes, ...]:
    """Return the head files of a package, by their names."""
    found = sorted(resources.files(package).iterdir(), key=lambda file: file.name)
    return tuple(file.read_bytes() for file in found if file.name.endswith(SUFFIX))


@cache
def heads_of(package: str) -> tuple[Head, ...]:
    """Return the heads of a package, one for each set of weights (`refdec-train heads` makes them)."""
    return tuple(HeadServices.load(data) for data in _files(package))


@cache
def heads_digest(package: str) -> str:
    """Return 12 hexadecimal digits that change with any of a package's heads: what others answer cannot be compared."""
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in _files(package))).hexdigest()[:12]
