"""Pictures to look at: originals, and what codecs make of them at equal rates, with figures.

In: picture files, codecs, rates.  Out: frozen values that a page is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.arithmetic.types import UInt8Array
from refdec.bench.pictures import read_rgb
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from refdec.bench.codecs import Codec

__all__ = ["CLOSE", "Figures", "LookedAt", "Rendition", "look_at", "names_of"]

CLOSE = 0.02
"""Rates that differ by no more than this share are called equal."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Quality against the original: dB (peak 255) of BT.709 luma and of RGB, MS-SSIM and edge SSIM of luma.

    `ms_ssim` is None for pictures below 176 rows or columns, `edge_ssim` below 11.
    """

    luma_psnr: float
    rgb_psnr: float
    ms_ssim: float | None
    edge_ssim: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Rendition:
    """What a codec made of a picture: `wanted_bpp` was asked for, `told` is what the codec was told to get it."""

    codec: str
    wanted_bpp: float
    told: str
    size_bytes: int
    rgb: UInt8Array
    figures: Figures

    @property
    def bpp(self) -> float:
        """Bits per pixel of the whole file."""
        rows, columns = self.rgb.shape[:2]
        return 8 * self.size_bytes / int(rows * columns)

    @property
    def off(self) -> float:
        """Share by which the rate is above (below: negative) what was asked for."""
        return self.bpp / self.wanted_bpp - 1


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """A picture and its renditions; `rgb` is the original, codes [rows, columns, 3]."""

    name: str
    rgb: UInt8Array
    renditions: tuple[Rendition, ...]


def names_of(paths: Sequence[Path]) -> list[str]:
    """Return a name for each picture, no two alike: its own, with its folder or a number where that is needed."""
    stems = [path.stem for path in paths]
    longer = [
        stem if stems.count(stem) == 1 else f"{path.parent.name}/{stem}"
        for path, stem in zip(paths, stems, strict=True)
    ]
    return [
        name if longer.count(name) == 1 else f"{name} ({longer[: k + 1].count(name)})" for k, name in enumerate(longer)
    ]


def look_at(
    pictures: Sequence[Path],
    codecs: Sequence[Codec],
    rates: Sequence[float],
    *,
    done: Progress = no_progress,
) -> list[LookedAt]:
    """Code every picture with every codec at every rate (bits per pixel); `done` is told the share."""
    total = len(pictures) * len(codecs) * len(rates)
    found: list[LookedAt] = []
    count = 0
    for path, name in zip(pictures, names_of(pictures), strict=True):
        rgb = read_rgb(path)
        made = []
        for bpp in rates:
            for codec in codecs:
                told, coded = codec.at_rate(rgb, bpp)
                figures = _figures(rgb, coded.decoded)
                made.append(Rendition(codec.name, bpp, told, coded.size_bytes, coded.decoded, figures))
                count += 1
                done(count / total)
        found.append(LookedAt(name, rgb, tuple(made)))
    return found


def _figures(rgb: UInt8Array, decoded: UInt8Array) -> Figures:
    """Compare a decoded picture with the original."""
    from refdec.metrics import edge_ssim_luma, ms_ssim_luma, psnr_luma, psnr_rgb
    from refdec.metrics.msssim import LEAST_SIDE, WINDOW

    side = min(rgb.shape[:2])
    return Figures(
        psnr_luma(rgb, decoded),
        psnr_rgb(rgb, decoded),
        ms_ssim_luma(rgb, decoded) if side >= LEAST_SIDE else None,
        edge_ssim_luma(rgb, decoded) if side >= WINDOW else None,
    )
