"""Rate and distortion of codecs over pictures: the plot (needs matplotlib, the extra `plot`).

In: mean points.  Out: the bytes of a PNG file.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from refdec.bench.errors import PlotUnavailable
from refdec.bench.rd_summary import MeanPoint

__all__ = ["plot_png", "require_matplotlib"]

PANELS = (
    ("luma_psnr", "luma PSNR [dB]"),
    ("rgb_psnr", "RGB PSNR [dB]"),
    ("ms_ssim_db", "MS-SSIM [dB, -10 log10(1 - x)]"),
)
STYLES = {"jpeg": "s--", "webp": "^--", "avif": "d--"}


def require_matplotlib() -> None:
    """Raise PlotUnavailable unless plots can be made; cheap to ask before a long measurement."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise PlotUnavailable


def plot_png(rows: Sequence[MeanPoint], title: str) -> bytes:
    """Return a plot of quality by rate, one panel a quality.  Raises PlotUnavailable."""
    require_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 5), layout="constrained")
    for axes, (name, label) in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        for codec in dict.fromkeys(row.codec for row in rows):
            mine = [row for row in rows if row.codec == codec]
            style = STYLES.get(codec, "o-")
            axes.plot([r.bpp for r in mine], [getattr(r, name) for r in mine], style, label=codec, markersize=4)
        axes.set_xlabel("bits per pixel")
        axes.set_ylabel(label)
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    figure.suptitle(title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()
