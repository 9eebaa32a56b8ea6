"""Markers of the codestream (1.3).

In: a code.  Out: `Marker`, and what it stands for in words.
"""

from __future__ import annotations

from enum import IntEnum

from refdec.clauses import clause

__all__ = ["SINGLE_MARKERS", "Marker", "describe_code"]


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


def describe_code(code: int) -> str:
    """Return a marker code in words: its name and content, or that it is reserved or no marker at all."""
    if code in Marker._value2member_map_:
        marker = Marker(code)
        return f"{marker.name} ({CONTENT[marker]})"
    if code >> 8 == 0xFF and code & 0x80:
        return f"the reserved marker 0x{code:04X}"
    return f"0x{code:04X}, which is no marker"
