"""The verdicts that an earlier run of a batch left in its report.

In: a report of JSON lines.  Out: for an input that the report says is done, its verdict and exit code.  Ten bytes are
kept of a file, for reports of millions.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.parallel.outcomes import Status
from refdec.parallel.report import digest_of

__all__ = ["RecordedVerdicts"]

Kind: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class RecordedVerdicts:
    """Digests of inputs, ascending; for each the place of its verdict and exit code in `kinds`."""

    digests: npt.NDArray[np.uint64]
    places: npt.NDArray[np.uint16]
    kinds: tuple[Kind, ...]

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> RecordedVerdicts:
        """Read the lines of a report, each a JSON object; those without a verdict say nothing here."""
        digests, places = array("Q"), array("H")
        kinds: dict[Kind, int] = {}
        for line in lines:
            entry = json.loads(line)
            kind = _kind(entry)
            if kind is not None:
                digests.append(digest_of(entry["input"]))
                places.append(kinds.setdefault(kind, len(kinds)))
        order = np.argsort(np.array(digests, np.uint64), kind="stable")
        return cls(np.array(digests, np.uint64)[order], np.array(places, np.uint16)[order], tuple(kinds))

    @classmethod
    def read(cls, report: Path) -> RecordedVerdicts:
        """Read a report that is known to hold whole lines."""
        with report.open("rb") as lines:
            return cls.of(lines)

    def find(self, source: Path) -> Kind | None:
        """Return verdict and exit code of an input, the latest if there are several; None if none is recorded."""
        digest = np.uint64(digest_of(str(source)))
        place = int(np.searchsorted(self.digests, digest, side="right")) - 1
        if place < 0 or self.digests[place] != digest:
            return None
        return self.kinds[int(self.places[place])]


def _kind(entry: dict[str, Any]) -> Kind | None:
    """Return verdict and exit code of one line, None if its file came to no verdict."""
    details = entry.get("details")
    if entry.get("status") != Status.DONE or not isinstance(details, dict):
        return None
    verdict, exit_code = details.get("verdict"), details.get("exit_code")
    return (verdict, exit_code) if isinstance(verdict, str) and isinstance(exit_code, int) else None
