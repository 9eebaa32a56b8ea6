"""Differences between two arrays, or two lists of planes: where the first one is, how large, how many.

In: integer or float arrays.  Out: `ArrayDifference` for each, and the one that comes first in raster order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ArrayDifference", "PlanesDifference", "compare_arrays", "compare_planes"]

AnyArray = npt.NDArray[Any]
NARROW = 8
"""Differences of whole numbers up to this size have a line of their own in the histogram."""


@dataclass(frozen=True, slots=True)
class ArrayDifference:
    """How B differs from A; `first` is the first place in C order, with the values of both there.

    `histogram` counts B - A of the samples that differ, by its value as text: whole numbers up to 8, ranges beyond.
    Arrays of different shape have no samples to compare: then `shapes` differ and the rest is empty.
    """

    name: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    first: tuple[int, ...] | None = None
    values: tuple[float, float] | None = None
    differing: int = 0
    total: int = 0
    max_abs: float = 0
    mean_abs: float = 0
    histogram: tuple[tuple[str, int], ...] = ()

    @property
    def equal(self) -> bool:
        """Whether shape and every sample are the same."""
        return self.shapes[0] == self.shapes[1] and self.first is None

    @property
    def share(self) -> float:
        """Share of the samples that differ, 0..1."""
        return self.differing / self.total if self.total else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "name": self.name,
            "equal": self.equal,
            "shapes": [list(shape) for shape in self.shapes],
            "first": None if self.first is None else list(self.first),
            "values": None if self.values is None else list(self.values),
            "differing": self.differing,
            "total": self.total,
            "share": self.share,
            "max_abs": self.max_abs,
            "mean_abs": self.mean_abs,
            "histogram": dict(self.histogram),
        }


def compare_arrays(name: str, a: AnyArray, b: AnyArray) -> ArrayDifference:
    """Compare two arrays of numbers; NaN equals NaN."""
    if a.shape != b.shape:
        return ArrayDifference(name, (a.shape, b.shape))
    unequal = a != b
    if a.dtype.kind == "f" and b.dtype.kind == "f":
        unequal &= ~(np.isnan(a) & np.isnan(b))
    places = np.flatnonzero(unequal)
    if not places.size:
        return ArrayDifference(name, (a.shape, b.shape), total=a.size)
    whole = a.dtype.kind in "iub" and b.dtype.kind in "iub"
    kind = np.int64 if whole else np.float64
    left, right = a.reshape(-1)[places].astype(kind), b.reshape(-1)[places].astype(kind)
    difference = right - left
    size = np.abs(difference)
    return ArrayDifference(
        name,
        (a.shape, b.shape),
        tuple(int(index) for index in np.unravel_index(int(places[0]), a.shape)),
        (left[0].item(), right[0].item()),
        int(places.size),
        a.size,
        size.max().item(),
        float(size.sum()) / a.size,
        _histogram(difference) if whole else (),
    )


def _histogram(difference: npt.NDArray[Any]) -> tuple[tuple[str, int], ...]:
    """Count whole differences; those above NARROW fall into powers of two."""
    edges = [1 << k for k in range(NARROW.bit_length(), 63)]
    rows: list[tuple[int, str, int]] = []
    for value, count in zip(*np.unique(difference[np.abs(difference) <= NARROW], return_counts=True), strict=True):
        rows.append((int(value), f"{int(value):+d}", int(count)))
    for sign in (-1, 1):
        size = sign * difference
        low = NARROW + 1
        for edge in edges:
            count = int(((size >= low) & (size <= edge)).sum())
            if count:
                text = f"{sign * low:+d}..{sign * edge:+d}" if low < edge else f"{sign * low:+d}"
                rows.append((sign * low, text, count))
            low = edge + 1
            if not (size >= low).any():
                break
    return tuple((text, count) for _, text, count in sorted(rows))


@dataclass(frozen=True, slots=True)
class PlanesDifference:
    """How two pictures differ: one entry for each component, or `structure`, which says why they cannot be compared."""

    planes: tuple[ArrayDifference, ...]
    structure: str = ""

    @property
    def equal(self) -> bool:
        """Whether every sample of every component is the same."""
        return not self.structure and all(plane.equal for plane in self.planes)

    @property
    def max_abs(self) -> float:
        """The largest difference of a sample."""
        return max((plane.max_abs for plane in self.planes), default=0)

    @property
    def share(self) -> float:
        """Share of all samples that differ, 0..1."""
        total = sum(plane.total for plane in self.planes)
        return sum(plane.differing for plane in self.planes) / total if total else 0.0

    @property
    def first(self) -> ArrayDifference | None:
        """The component whose first difference comes first in raster order (of equal places, the first component)."""
        found = [plane for plane in self.planes if plane.first is not None]
        one_size = len({plane.shapes[0] for plane in self.planes}) == 1
        if not found or not one_size:
            return found[0] if found else None
        return min(found, key=lambda plane: plane.first or ())

    def within(self, tolerance: int, fraction: float) -> bool:
        """Whether no sample differs by more than `tolerance`, and no larger share than `fraction` differs at all."""
        return not self.structure and self.max_abs <= tolerance and self.share <= fraction

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        first = self.first
        return {
            "equal": self.equal,
            "structure": self.structure,
            "first": None if first is None else {"component": first.name, "place": list(first.first or ())},
            "max_abs": self.max_abs,
            "share": self.share,
            "components": [plane.as_json() for plane in self.planes],
        }


def compare_planes(names: Sequence[str], a: Sequence[AnyArray], b: Sequence[AnyArray]) -> PlanesDifference:
    """Compare two pictures component by component; `names` are those of the components."""
    if len(a) != len(b):
        return PlanesDifference((), f"A has {len(a)} components, B has {len(b)}")
    planes = tuple(compare_arrays(name, left, right) for name, left, right in zip(names, a, b, strict=True))
    for plane in planes:
        if plane.shapes[0] != plane.shapes[1]:
            sizes = [" x ".join(map(str, reversed(shape))) for shape in plane.shapes]
            return PlanesDifference(planes, f"component {plane.name} is {sizes[0]} in A and {sizes[1]} in B")
    return PlanesDifference(planes)
