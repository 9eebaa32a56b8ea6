"""Rate and distortion of codecs over pictures: the plot (needs matplotlib, the extra `plot`).

In: points.  Out: a figure, a row of panels for each kind of pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from refdec.bench.rd import RdPoint
from refdec.bench.rd_summary import EDGES, kinds_of, mean_points, named_with_count, qualities_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["STYLES", "rd_figure"]

PANELS = {
    "luma_psnr": "luma PSNR [dB]",
    "rgb_psnr": "RGB PSNR [dB]",
    "ms_ssim_db": "MS-SSIM [-10 log10(1 - x)]",
    EDGES: "edge SSIM [-10 log10(1 - x)]",
}
STYLES = {"jpeg": "s--", "webp": "^--", "avif": "d--"}


def rd_figure(points: Sequence[RdPoint], title: str) -> Figure:
    """Return a plot of quality by rate, means over pictures, one panel a quality."""
    from matplotlib.figure import Figure

    kinds, names = kinds_of(points), qualities_of(points)
    width, height = (5, 5) if len(kinds) == 1 else (4, 3)
    figure = Figure(figsize=(width * len(names), height * len(kinds)), layout="constrained")
    for kind, line in zip(kinds, figure.subplots(len(kinds), len(names), squeeze=False), strict=True):
        of_kind = [point for point in points if point.kind == kind]
        rows, pictures = mean_points(of_kind), len({point.picture for point in of_kind})
        for axes, name in zip(line, names, strict=True):
            for codec in dict.fromkeys(row.codec for row in rows):
                mine = [row for row in rows if row.codec == codec]
                style = STYLES.get(codec, "o-")
                label = named_with_count(codec, mine, pictures)
                axes.plot([r.bpp for r in mine], [getattr(r, name) for r in mine], style, label=label, markersize=4)
            axes.set_xlabel("bits per pixel")
            axes.set_ylabel(PANELS[name])
            axes.set_title(kind)
            axes.grid(visible=True, alpha=0.3)
            axes.legend()
    figure.suptitle(title)
    return figure
