"""Markers of the codestream (1.3), as the syntax table lists them.

In: the marker list of the table.  Out: `Marker`, and what each marker's substream may do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from refdec import tables
from refdec.clauses import clause

__all__ = ["SINGLE_MARKERS", "Marker", "MarkerTraits", "describe_code", "traits"]


@clause("1.3")
class Marker(IntEnum):
    """(1.3) Two-byte codes that start, end and divide a codestream."""

    SOC = 0xFF80
    EOC = 0xFF81
    PIH = 0xFF82
    TON = 0xFF83
    RDI = 0xFF84
    SOZ = 0xFF88
    SORP = 0xFF89
    SORS = 0xFF8A
    SOQ = 0xFF8B
    UDI = 0xFF8C


SINGLE_MARKERS = frozenset({Marker.PIH, Marker.TON, Marker.RDI, Marker.UDI, Marker.SOZ, Marker.SOQ})
"""Markers that a codestream holds once at most, whatever its headers say (1.8 (4))."""

CONTENT = {
    Marker.SOC: "start of codestream",
    Marker.EOC: "end of codestream",
    Marker.PIH: "picture header",
    Marker.TON: "tools header",
    Marker.RDI: "rendering information",
    Marker.SOZ: "hyper latents",
    Marker.SORP: "residual of the primary component",
    Marker.SORS: "residual of the secondary component",
    Marker.SOQ: "quality map",
    Marker.UDI: "user-defined information",
}


@dataclass(frozen=True, slots=True)
class MarkerTraits:
    """What the substream of a marker holds: `content` in words, entropy-coded data, threads, regions."""

    content: str
    payload: bool
    entropy_coded: bool
    threads: bool
    regions: bool


@cache
def _traits() -> dict[Marker, MarkerTraits]:
    """Return the traits of all markers; the table's codes must be those of `Marker`."""
    found: dict[Marker, MarkerTraits] = {}
    for row in tables.syntax()["markers"]:
        marker = Marker[row["name"]]
        if int(row["code"], 16) != marker:
            raise tables.TableDamaged("bitstream/syntax.json", f"gives marker {marker.name} the code {row['code']}")
        found[marker] = MarkerTraits(
            CONTENT[marker],
            bool(row["payload"]),
            bool(row.get("entropy_coded", False)),
            bool(row.get("threads", False)),
            bool(row.get("regions", False)),
        )
    return found


@clause("1.3")
def traits(marker: Marker) -> MarkerTraits:
    """(1.3) Return the row of the marker table that belongs to `marker`."""
    return _traits()[marker]


def describe_code(code: int) -> str:
    """Return a marker code in words: its name and content, or that it is reserved or no marker at all."""
    if code in Marker._value2member_map_:
        marker = Marker(code)
        return f"{marker.name} ({CONTENT[marker]})"
    if code >> 8 == 0xFF and code & 0x80:
        return f"the reserved marker 0x{code:04X}"
    return f"0x{code:04X}, which is no marker"
