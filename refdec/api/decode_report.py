"""What is said about a decoded file: `DecodeReport`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["DecodeReport"]


@dataclass(frozen=True, slots=True)
class DecodeReport:
    """What was decoded: size and format of the picture, warnings; its fingerprint and seconds by stage if asked for.

    `frames`: of a clip, None: one picture was decoded; the fingerprint is then one of those of all.
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
    frames: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: value for name, value in asdict(self).items() if name != "frames" or value is not None}
