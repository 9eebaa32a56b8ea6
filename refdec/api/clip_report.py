"""What is said about a clip that was made: `ClipReport`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["ClipReport"]


@dataclass(frozen=True, slots=True)
class ClipReport:
    """What was encoded: frames, of which `distinct` were coded, size, seconds once through, how often it plays, bytes.

    `bits_per_pixel` of all frames.  `transparent`: whether it has a track of transparency.  `warnings`: sentences about
    the source.
    """

    output: str
    encoder: str
    frames: int
    distinct: int
    width: int
    height: int
    seconds: str
    plays: int
    bytes: int
    bits_per_pixel: float
    transparent: bool
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)
