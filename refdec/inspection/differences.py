"""Differences between two codestreams: header elements, and substreams whose bytes are not the same.

In: two codestreams as bytes.  Out: `StreamsDifference`.  Damaged ones are compared as far as they read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from refdec.bitstream.editions import Edition
from refdec.bitstream.markers import Marker
from refdec.bitstream.verbs import ElementRecord
from refdec.inspection.problems import Findings, find_problems

__all__ = ["ElementDifference", "StreamsDifference", "SubstreamDifference", "compare_streams"]


@dataclass(frozen=True, slots=True)
class ElementDifference:
    """A header element with different values; None: it is not coded there.  Places are byte.bit."""

    name: str
    a: int | None
    b: int | None
    at_a: str | None
    at_b: str | None
    clause: str


@dataclass(frozen=True, slots=True)
class SubstreamDifference:
    """A substream whose payloads differ: sizes in bytes (None: absent there), and the first byte that differs.

    `first_byte` counts from the start of the payload; it is None where one payload is absent.
    """

    name: str
    a_bytes: int | None
    b_bytes: int | None
    first_byte: int | None


@dataclass(frozen=True, slots=True)
class StreamsDifference:
    """What differs; `order` tells that the same substreams stand in another order, `rest` that other bytes differ."""

    elements: tuple[ElementDifference, ...]
    substreams: tuple[SubstreamDifference, ...]
    order: bool
    rest: bool

    @property
    def equal(self) -> bool:
        """Whether the files are the same."""
        return not (self.elements or self.substreams or self.order or self.rest)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"equal": self.equal, **asdict(self)}


def _records(findings: Findings) -> dict[str, ElementRecord]:
    """Return the records of PIH, TON and RDI by name, in order; user data are compared as bytes."""
    parts = [found for found in findings.survey.parts if found.part.marker is not Marker.UDI]
    return {f"{found.part.marker.name}.{record.name}": record for found in parts for record in found.records}


def _payloads(findings: Findings) -> dict[str, bytes]:
    """Return payloads by marker; several of one marker are numbered by region_idx or in file order."""
    seen: Counter[Marker] = Counter()
    found: dict[str, bytes] = {}
    headers = findings.headers
    regions = headers is not None and headers.picture.independent_regions
    for part in findings.codestream.substreams:
        name = part.marker.name
        if regions and part.marker in (Marker.SORP, Marker.SORS) and part.payload:
            name += f" region {part.payload[0]}"
        elif seen[part.marker]:
            name += f" #{seen[part.marker] + 1}"
        seen[part.marker] += 1
        found.setdefault(name, bytes(part.payload))
    return found


def _element_differences(a: Findings, b: Findings) -> Iterator[ElementDifference]:
    left, right = _records(a), _records(b)
    for name in dict.fromkeys((*left, *right)):
        one, other = left.get(name), right.get(name)
        if one is not None and other is not None and one.value == other.value:
            continue
        known = one or other
        assert known is not None
        yield ElementDifference(
            name,
            None if one is None else one.value,
            None if other is None else other.value,
            None if one is None else str(one.bit_offset),
            None if other is None else str(other.bit_offset),
            known.clause,
        )


def _first_difference(a: bytes, b: bytes) -> int:
    """Return the index of the first byte that differs; the shorter length where one continues the other."""
    for start in range(0, min(len(a), len(b)), 4096):
        if a[start : start + 4096] != b[start : start + 4096]:
            pairs = zip(a[start : start + 4096], b[start : start + 4096], strict=False)
            unequal = next((k for k, (x, y) in enumerate(pairs) if x != y), None)
            if unequal is not None:
                return start + unequal
    return min(len(a), len(b))


def _substream_differences(a: Findings, b: Findings) -> Iterator[SubstreamDifference]:
    left, right = _payloads(a), _payloads(b)
    for name in dict.fromkeys((*left, *right)):
        one, other = left.get(name), right.get(name)
        if one == other:
            continue
        first = None if one is None or other is None else _first_difference(one, other)
        yield SubstreamDifference(name, None if one is None else len(one), None if other is None else len(other), first)


def compare_streams(a: bytes, b: bytes, edition: Edition | None = None) -> StreamsDifference:
    """Compare two codestreams, read by an edition (None finds out); nothing is raised for what they hold."""
    left, right = find_problems(a, edition=edition), find_problems(b, edition=edition)
    elements = tuple(_element_differences(left, right))
    substreams = tuple(_substream_differences(left, right))
    same = not (elements or substreams)
    order = same and list(_payloads(left)) != list(_payloads(right))
    return StreamsDifference(elements, substreams, order, rest=same and not order and a != b)
