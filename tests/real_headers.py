"""Payloads that the published reference encoder wrote (Example E of 1.11), as header-only codestreams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refdec.bitstream.framing import write_codestream
from refdec.bitstream.markers import Marker

__all__ = ["REAL", "Payloads"]

PIH_BASE = "011103401f00338000008a32c5001800"
PIH_HIGH = "0222103401f003380000091830503fffffff974400000000000000000000000000000181ffe00000000000000000000000"
TON = "eb3c5a73888880007fffc0013fff3ffc3fff0888bffc000553035a10000ffff86002806605410105100680565aa8695aa408a206"
RDI = "00"


@dataclass(frozen=True)
class Payloads:
    """Payloads in hex, and the header-only codestream as 1.11 writes it down, with its sizes."""

    pih: str
    ton: str
    framed: tuple[str, ...]
    used_bits: Mapping[str, int]

    @property
    def data(self) -> bytes:
        parts = [(Marker.PIH, self.pih), *([(Marker.TON, self.ton)] if self.ton else []), (Marker.RDI, RDI)]
        return write_codestream((marker, bytes.fromhex(payload)) for marker, payload in parts)


REAL = {
    "PIH_base": Payloads(PIH_BASE, "", ("ff80ff820880", PIH_BASE, "ff844000ff81"), {"PIH payload": 127}),
    "PIH_high": Payloads(PIH_HIGH, "", ("ff80ff820640", PIH_HIGH, "ff844000ff81"), {"PIH payload": 387}),
    "TON": Payloads(
        PIH_HIGH,
        TON,
        ("ff80ff820640", PIH_HIGH, "ff8306a0", TON, "ff844000ff81"),
        {"PIH payload": 387, "TON payload": 415},
    ),
}
