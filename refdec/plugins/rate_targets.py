"""The rates that an encoder can be asked for: a point, bits per pixel, a PSNR, a quality, a number of bytes.

In: numbers.  Out: frozen values, checked; RequestInvalid for what is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from refdec.arithmetic.argument_kinds import NUMBER, WHOLE, require_kinds
from refdec.encoding.quality import QUALITIES
from refdec.plugins.errors import RequestInvalid

__all__ = [
    "BitsPerPixel",
    "LumaPsnr",
    "MaxBytes",
    "OperatingPoint",
    "Pair",
    "Quality",
    "RateTarget",
    "require_wish",
]

Pair = tuple[int, int]
DISPLACEMENTS = range(-2048, 2048)


def require_wish(ok: bool, name: str, value: object, needed: str) -> None:
    """Raise RequestInvalid unless `ok`; `needed`: what it should be."""
    if not ok:
        raise RequestInvalid(name, value, needed)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A fixed point: model_id 0..3 and the displacement of the rate, unit 1/128 level; None: chroma as luma."""

    model_id: int
    displacement: int = 0
    chroma_displacement: int | None = None

    def __post_init__(self) -> None:
        point = {"model_id": self.model_id, "displacement": self.displacement}
        point["chroma_displacement"] = self.displacements[1]
        require_kinds(point, dict.fromkeys(point, WHOLE))
        require_wish(self.model_id in range(4), "model_id", self.model_id, "0, 1, 2 or 3")
        for name, value in (("displacement", self.displacement), ("chroma displacement", self.displacements[1])):
            require_wish(value in DISPLACEMENTS, name, value, "-2048..2047")

    @property
    def displacements(self) -> Pair:
        """Displacement of luma and of chroma."""
        return self.displacement, self.displacement if self.chroma_displacement is None else self.chroma_displacement


@dataclass(frozen=True, slots=True)
class BitsPerPixel:
    """A whole codestream of `bpp` bits per source pixel, within `tolerance` (a share of it).

    `chroma_offset`: displacement of chroma above luma's, None: the core's choice.  `model_id`: the only model to use,
    None: that of the weights' scale.  `displacements`: the lowest and highest of luma, None: all that are legal.
    """

    bpp: float
    tolerance: float = 0.02
    chroma_offset: int | None = None
    model_id: int | None = None
    displacements: Pair | None = None

    def __post_init__(self) -> None:
        require_kinds({"bpp": self.bpp, "tolerance": self.tolerance}, {"bpp": NUMBER, "tolerance": NUMBER})
        require_wish(math.isfinite(self.bpp) and self.bpp > 0, "bits per pixel", self.bpp, "a number above 0")
        require_wish(0 < self.tolerance < 1, "tolerance", self.tolerance, "a share between 0 and 1")
        _require_search(self.model_id, self.displacements)


@dataclass(frozen=True, slots=True)
class LumaPsnr:
    """A codestream whose decoded luma reaches `db` of PSNR, and hardly more; the other fields as in BitsPerPixel."""

    db: float
    chroma_offset: int | None = None
    model_id: int | None = None
    displacements: Pair | None = None

    def __post_init__(self) -> None:
        require_kinds({"psnr": self.db}, {"psnr": NUMBER})
        require_wish(math.isfinite(self.db) and 0 < self.db < 100, "PSNR", self.db, "between 0 and 100 dB")
        _require_search(self.model_id, self.displacements)


@dataclass(frozen=True, slots=True)
class Quality:
    """A point of the quality scale of the weights, 1 (smallest) to 100 (best); rate and PSNR grow with it.

    The core makes an OperatingPoint of it before `Encoder.encode` is asked (`CoreServices.operating_point`).
    """

    value: int

    def __post_init__(self) -> None:
        require_wish(WHOLE.test(self.value) and self.value in QUALITIES, "quality", self.value, "a whole number 1..100")
        object.__setattr__(self, "value", int(self.value))


@dataclass(frozen=True, slots=True)
class MaxBytes:
    """The best quality whose whole codestream has at most `size_bytes`, and 98 % of them where a point gives that.

    The core asks `Encoder.encode` for one OperatingPoint after another, five to ten.
    """

    size_bytes: int

    def __post_init__(self) -> None:
        whole = WHOLE.test(self.size_bytes) and self.size_bytes > 0
        require_wish(whole, "number of bytes", self.size_bytes, "a whole number above 0")
        object.__setattr__(self, "size_bytes", int(self.size_bytes))


def _require_search(model_id: int | None, displacements: Pair | None) -> None:
    """Check the bounds of a search."""
    require_wish(model_id in (None, 0, 1, 2, 3), "model_id", model_id, "0, 1, 2 or 3")
    if displacements is not None:
        low, high = displacements
        ordered = low in DISPLACEMENTS and high in DISPLACEMENTS and low <= high
        require_wish(ordered, "range of displacements", displacements, "ascending, within -2048..2047")


RateTarget: TypeAlias = OperatingPoint | BitsPerPixel | LumaPsnr | Quality | MaxBytes
