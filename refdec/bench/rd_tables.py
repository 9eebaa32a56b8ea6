"""Rate and distortion of codecs over pictures: tables for people, as rows and as Markdown.

In: points.  Out: texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refdec.bench.rd import RdPoint
from refdec.bench.rd_summary import QUALITIES, bd_rates, codecs_of, mean_points

__all__ = ["BEGIN", "END", "TextTable", "markdown", "placed", "tables_of"]

BEGIN, END = "<!-- tables of refdec bench rd -->", "<!-- end of these tables -->"
"""Marks in a page between which the tables are written anew."""

MEANS = ("codec", "setting", "bpp", "luma PSNR", "RGB PSNR", "MS-SSIM")
RATES = ("codec", "luma PSNR", "RGB PSNR", "MS-SSIM")


@dataclass(frozen=True, slots=True)
class TextTable:
    """A title, names of columns, and rows of texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _means(points: Sequence[RdPoint]) -> TextTable:
    rows = [
        (
            row.codec,
            str(row.setting),
            f"{row.bpp:.4f}",
            f"{row.luma_psnr:.2f}",
            f"{row.rgb_psnr:.2f}",
            f"{row.ms_ssim:.4f}",
        )
        for row in mean_points(points)
    ]
    pictures = len({point.picture for point in points})
    return TextTable(f"Means over {pictures} pictures (PSNR in dB)", MEANS, tuple(rows))


def _rates(points: Sequence[RdPoint], anchor: str) -> TextTable:
    """Return the BD-rates against one codec; the number of pictures is added where it is not all of them."""
    rates = bd_rates(points, anchor)
    pictures = len({point.picture for point in points})
    cells = {
        (rate.codec, rate.quality): f"{rate.percent:+.1f} %" + (f" ({rate.pictures})" * (rate.pictures != pictures))
        for rate in rates
    }
    codecs = dict.fromkeys(rate.codec for rate in rates)
    rows = [(codec, *(cells.get((codec, quality), "-") for quality in QUALITIES)) for codec in codecs]
    return TextTable(f"BD-rate against {anchor}", RATES, tuple(rows))


def tables_of(points: Sequence[RdPoint], anchors: Sequence[str]) -> list[TextTable]:
    """Return the means, and the BD-rates against those of `anchors` that were measured."""
    return [_means(points), *(_rates(points, anchor) for anchor in anchors if anchor in codecs_of(points))]


def markdown(tables: Sequence[TextTable]) -> str:
    """Return tables as Markdown, each below its title."""
    blocks = []
    for table in tables:
        lines = [f"| {' | '.join(row)} |" for row in (table.columns, *table.rows)]
        rule = "|".join(["", *("---" for _ in table.columns), ""])
        blocks.append("\n".join([f"{table.title}:", "", lines[0], rule, *lines[1:]]))
    return "\n\n".join(blocks) + "\n"


def placed(page: str, text: str) -> str:
    """Return a page with `text` between its marks, or `text` alone where it has none."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{text}\n{END}{tail}" if begin and end else text
