"""How many bytes very small pictures take: refdec's codestreams beside PNG, WebP and AVIF.

In: pictures, or none, in whose place a dozen icons are drawn, the same ones every time.  Out: mean bytes and RGB PSNR
by size; the work of `refdec bench icons`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bench.pictures import read_rgb
from refdec.metrics.psnr import psnr_rgb
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from PIL.Image import Image

    from refdec.formats.files import Source
    from refdec.weights.pack import WeightPack

__all__ = ["ICON_SIDES", "MOST_SIDE", "IconRow", "drawn_icons", "measure_icons"]

ICON_SIDES = (16, 32, 64)
MOST_SIDE = 256
"""Larger pictures are not very small ones: `bench rd` measures them."""
ICONS = 12
FINE = 8
"""Icons are drawn so many times as large, and made smaller."""
PAPERS = ((255, 255, 255), (32, 60, 120), (240, 240, 240), (20, 20, 20))
INKS = ((220, 60, 40), (250, 200, 30), (60, 140, 230), (40, 160, 90))
WEBP_QUALITY, AVIF_QUALITY = 75, 60
QUALITIES = (25, 50)


@dataclass(frozen=True, slots=True)
class IconRow:
    """A way of coding pictures of one size: mean bytes, and mean RGB PSNR in dB, None without loss."""

    side: int
    way: str
    size_bytes: float
    decibels: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)


def drawn_icons() -> list[Image]:
    """Return a dozen icons: discs, signs and buttons on four papers."""
    from PIL import Image, ImageDraw

    side = FINE * ICON_SIDES[-1]
    found = []
    for number in range(ICONS):
        icon = Image.new("RGB", (side, side), PAPERS[number % len(PAPERS)])
        draw, ink, rim = ImageDraw.Draw(icon), INKS[(number // 3) % len(INKS)], side // 8
        if number % 3 == 0:
            draw.ellipse([rim, rim, side - rim, side - rim], fill=ink)
            draw.rectangle([3 * rim, 2 * rim, 5 * rim, 6 * rim], fill=PAPERS[0])
        elif number % 3 == 1:
            draw.polygon([(side // 2, rim), (side - rim, side - rim), (rim, side - rim)], fill=ink, outline=PAPERS[3])
            draw.line([(side // 2, 3 * rim), (side // 2, 5 * rim)], fill=PAPERS[3], width=side // 12)
        else:
            draw.rounded_rectangle([rim, rim, side - rim, side - rim], radius=rim, fill=ink)
            draw.line([(2 * rim, 4 * rim), (3 * rim, 5 * rim), (6 * rim, 3 * rim)], fill=PAPERS[0], width=side // 10)
        found.append(icon)
    return found


def measure_icons(
    pictures: Sequence[Path] = (),
    *,
    sides: Sequence[int] = ICON_SIDES,
    weights: WeightPack | Source | None = None,
    progress: Progress = no_progress,
) -> list[IconRow]:
    """Return a row for each size, 1..MOST_SIDE, and way; pictures are cut to squares and made small.

    Raises what encoding raises.
    """
    from PIL import Image

    images = [_square(Image.fromarray(read_rgb(path))) for path in pictures] or drawn_icons()
    rows: list[IconRow] = []
    for number, side in enumerate(sides):
        small = [np.asarray(image.resize((side, side), Image.Resampling.LANCZOS)) for image in images]
        measured = [_measured(rgb, weights) for rgb in small]
        for way in measured[0]:
            known = [found[way][1] for found in measured]
            decibels = [value for value in known if value is not None]
            mean = fmean(decibels) if decibels else None
            rows.append(IconRow(side, way, fmean(found[way][0] for found in measured), mean))
        progress((number + 1) / len(sides))
    return rows


def _square(image: Image) -> Image:
    """Return the largest square in the middle of a picture."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _measured(rgb: UInt8Array, weights: WeightPack | Source | None) -> dict[str, tuple[int, float | None]]:
    """Return bytes and decibels of every way."""
    from refdec.api.decode import decode
    from refdec.api.encode import encode

    found: dict[str, tuple[int, float | None]] = {
        "PNG": (len(_by_pillow(rgb, "PNG", {"optimize": True})), None),
        "WebP without loss": (len(_by_pillow(rgb, "WEBP", {"lossless": True, "quality": 100, "method": 6})), None),
    }
    for name, kind, quality in (("WebP", "WEBP", WEBP_QUALITY), ("AVIF", "AVIF", AVIF_QUALITY)):
        data = _by_pillow(rgb, kind, {"quality": quality})
        if data:
            found[f"{name}, quality {quality}"] = len(data), psnr_rgb(rgb, _opened(data))
    for quality in QUALITIES:
        data = encode(rgb, quality=quality, compact=True, weights=weights, check=False)
        made = decode(data, weights=weights, colour="RGB").array
        whole = encode(rgb, quality=quality, weights=weights, check=False)
        found[f"refdec, quality {quality}, --compact"] = len(data), psnr_rgb(rgb, np.asarray(made, np.uint8))
        found[f"refdec, quality {quality}"] = len(whole), found[f"refdec, quality {quality}, --compact"][1]
    exact = encode(rgb, lossless=True, compact=True, weights=weights, check=False)
    found["refdec --lossless --compact"] = len(exact), None
    return found


def _by_pillow(rgb: UInt8Array, kind: str, wishes: dict[str, Any]) -> bytes:
    """Return a file that Pillow writes, nothing where it cannot write the format."""
    from PIL import Image

    target = io.BytesIO()
    try:
        Image.fromarray(rgb).save(target, kind, **wishes)
    except (KeyError, OSError):
        return b""
    return target.getvalue()


def _opened(data: bytes) -> UInt8Array:
    """Return the samples of a file."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
