"""Fingerprints: the SHA-256 of every stage's array, as clause 6.5 item 4 names and serialises it.

In: stages as the decoder finishes them (this is an observer).  Out: `{"symbols.Y[160,32,48]": "9f44..."}`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from refdec.arithmetic.types import IntArray
from refdec.clauses import clause
from refdec.trace.names import STAGES

__all__ = ["Fingerprints", "fingerprint"]


@clause("6.5")
def fingerprint(array: IntArray) -> str:
    """(6.5) SHA-256 in hexadecimal of an array as little-endian int32 in C order."""
    return hashlib.sha256(np.ascontiguousarray(array, dtype="<i4").data).hexdigest()


class Fingerprints:
    """An observer that keeps the fingerprint of every stage of clause 6.5; pass it as `observe`."""

    def __init__(self) -> None:
        self._sha256: dict[str, str] = {}

    def __call__(self, stage: str, array: IntArray) -> None:
        """Record one stage; stages that have no fingerprint in clause 6.5 are passed over."""
        if stage.split(".", maxsplit=1)[0] in STAGES:
            shape = ",".join(map(str, array.shape))
            self._sha256[f"{stage}[{shape}]"] = fingerprint(array)

    @property
    def sha256(self) -> Mapping[str, str]:
        """Return what was recorded, in order of arrival."""
        return dict(self._sha256)
