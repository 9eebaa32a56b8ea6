"""What is said about a decoded file: `DecodeReport`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["DecodeReport"]


@dataclass(frozen=True, slots=True)
class DecodeReport:
    """What was decoded: size and format of the picture, warnings; its fingerprint and seconds by stage if asked for.

    `fidelity`: "lossless", or "within N" of the original, where a lossless layer gave the samples; else "lossy".
    """

    output: str
    width: int
    height: int
    bit_depth: int
    colour: str
    fingerprint: str
    warnings: tuple[str, ...]
    timings: Mapping[str, float]
    fidelity: str = "lossy"

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)
