"""What a measurement of a task found: a row for each way at each rate.

In: figures.  Out: `TaskRow`s, and their JSON file, there and back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from refdec.bench.tasks.errors import RowsOfOtherWeights, RowsUnreadable

__all__ = [
    "LATENTS",
    "MIXED",
    "ORIGINAL",
    "PIXELS",
    "WAYS",
    "Cost",
    "TaskRow",
    "continued",
    "mean_cost",
    "read_rows",
    "report_text",
]

LATENTS, PIXELS, ORIGINAL = "latents", "pixels", "original"
WAYS = (LATENTS, PIXELS, ORIGINAL)
"""From the latents; from the decoded picture; from the picture before it was coded."""
MIXED = 0
"""In place of a quality: frames of all of them, one after the other."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one answer costs, from the bytes on: CPU seconds, peak bytes of arrays, products of matrices."""

    cpu_seconds: float
    peak_bytes: int
    products: int

    def with_products(self, more: int) -> Cost:
        """Return the same with products that were done outside of refdec."""
        return Cost(self.cpu_seconds, self.peak_bytes, self.products + more)


def mean_cost(costs: Sequence[Cost]) -> Cost | None:
    """Return the mean of costs; None if there are none."""
    if not costs:
        return None
    count = len(costs)
    return Cost(
        sum(cost.cpu_seconds for cost in costs) / count,
        sum(cost.peak_bytes for cost in costs) // count,
        sum(cost.products for cost in costs) // count,
    )


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task done in one way: `value` is its `figure`, of `count` pictures or frames.

    `quality`: that they were coded at, None for originals; `bpp`: mean bits per sample, of whole files.  `by`: what
    answered.  `cost`: of one picture of `pixels` samples, in the mean of a few.  `also`: further figures by name.
    """

    task: str
    figure: str
    way: str
    by: str
    quality: int | None
    bpp: float
    value: float
    count: int
    pixels: int = 0
    cost: Cost | None = None
    also: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        values = asdict(self)
        return values | {"bpp": round(self.bpp, 4), "value": round(self.value, 3)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TaskRow:
        """Build from `as_json`; raises KeyError, TypeError."""
        known = {entry.name: values[entry.name] for entry in fields(cls)}
        return cls(**known | {"cost": None if values["cost"] is None else Cost(**values["cost"])})


def report_text(rows: Iterable[TaskRow], facts: Mapping[str, Any]) -> str:
    """Return the file of results."""
    return json.dumps({"facts": dict(facts), "rows": [row.as_json() for row in rows]}, indent=1) + "\n"


def read_rows(path: Path, weights: str) -> list[TaskRow]:
    """Return the rows of a file of results, which are those of weights with this fingerprint.

    Raises RowsUnreadable, RowsOfOtherWeights, FileUnreadable.
    """
    from refdec.formats.files import read_bytes

    try:
        told = json.loads(read_bytes(path))
        before, rows = str(told["facts"]["weights"]), [TaskRow.from_json(row) for row in told["rows"]]
    except (ValueError, KeyError, TypeError) as reason:
        raise RowsUnreadable(str(path), f"{type(reason).__name__}: {reason}") from reason
    if before != weights:
        raise RowsOfOtherWeights(str(path), before, weights)
    return rows


def continued(kept: Sequence[TaskRow], rows: Sequence[TaskRow]) -> list[TaskRow]:
    """Return the rows kept from before and new ones; those of a task measured anew take the place of its old ones."""
    by_task: dict[str, list[TaskRow]] = {}
    for some in (kept, rows):
        for task in dict.fromkeys(row.task for row in some):
            by_task[task] = [row for row in some if row.task == task]
    return [row for mine in by_task.values() for row in mine]
