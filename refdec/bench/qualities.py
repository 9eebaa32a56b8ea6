"""The quality scale in figures: what rate and PSNR the qualities 1..100 give on pictures.

In: pictures, qualities, a pack.  Out: a row a quality, with means and ranges over the pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from refdec.bench.pictures import read_rgb
from refdec.bench.rd_tables import TextTable

if TYPE_CHECKING:
    from refdec.observation import Progress
    from refdec.weights.pack import WeightPack

__all__ = ["QualityRow", "measure_qualities", "quality_table"]

COLUMNS = ("quality", "model", "displacement", "bits per pixel", "from", "to", "luma PSNR [dB]", "from", "to")


@dataclass(frozen=True, slots=True)
class QualityRow:
    """A quality: its point, and of each picture bits per pixel of the whole codestream and dB (peak 255) of luma."""

    quality: int
    model: int
    displacement: int
    bpp: tuple[float, ...]
    luma_psnr: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values, rounded to what matters."""
        kept = {"bpp": [round(rate, 5) for rate in self.bpp], "luma_psnr": [round(db, 4) for db in self.luma_psnr]}
        return asdict(self) | kept


def measure_qualities(
    pictures: Sequence[Path], qualities: Sequence[int], pack: WeightPack, *, done: Progress
) -> list[QualityRow]:
    """Encode every picture at every quality with the encoder `analysis`, and decode it; `done` is told the share."""
    from refdec.api.decode import decode
    from refdec.api.encode import encode
    from refdec.metrics import psnr_luma
    from refdec.plugins.core import Core

    measured: dict[int, list[tuple[float, float]]] = {quality: [] for quality in qualities}
    for k, path in enumerate(pictures):
        rgb = read_rgb(path)
        for quality in qualities:
            data = encode(rgb, quality=quality, weights=pack, check=False)
            rate = 8 * len(data) / (rgb.shape[0] * rgb.shape[1])
            measured[quality].append((rate, psnr_luma(rgb, decode(data, weights=pack).array)))
        done((k + 1) / len(pictures))
    core = Core(pack)
    points = {quality: core.operating_point(quality) for quality in qualities}
    return [
        QualityRow(quality, points[quality].model_id, points[quality].displacement, *zip(*found, strict=True))
        for quality, found in measured.items()
    ]


def quality_table(rows: Iterable[QualityRow], pictures: Sequence[str]) -> TextTable:
    """Return the rows as texts: means, and the lowest and highest picture."""
    cells = [
        (str(row.quality), str(row.model), str(row.displacement), *_shown(row.bpp, 3), *_shown(row.luma_psnr, 2))
        for row in rows
    ]
    return TextTable(f"Means and ranges over {', '.join(pictures)}", COLUMNS, tuple(cells))


def _shown(values: Sequence[float], digits: int) -> tuple[str, str, str]:
    """Return mean, lowest and highest value."""
    mean, low, high = (f"{value:.{digits}f}" for value in (fmean(values), min(values), max(values)))
    return mean, low, high
