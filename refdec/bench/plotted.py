"""Plots as files (matplotlib, the optional extra `plot`).

In: a figure of matplotlib, and the path of a file.  Out: the file, whole or not there, in the format of its name.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.bench.errors import PlotFormatUnknown, PlotUnavailable
from refdec.formats.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PLOT_SUFFIXES", "require_plot", "write_figure"]

PLOT_SUFFIXES = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 100


def require_plot(path: Path | None) -> None:
    """Raise PlotUnavailable or PlotFormatUnknown unless a plot can be made; cheap to ask before a long measurement."""
    from importlib.util import find_spec

    if path is None:
        return
    if path.suffix.lower() not in PLOT_SUFFIXES:
        raise PlotFormatUnknown(str(path), PLOT_SUFFIXES)
    if find_spec("matplotlib") is None:
        raise PlotUnavailable


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure.  Raises PlotFormatUnknown, FileUnwritable."""
    require_plot(path)
    drawn = io.BytesIO()
    figure.savefig(drawn, format=path.suffix[1:].lower(), dpi=DOTS_PER_INCH)
    write_bytes(path, drawn.getvalue())
