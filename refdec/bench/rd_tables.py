"""Rate and distortion of codecs over pictures: tables for people, as rows and as Markdown.

In: points.  Out: texts, and pages with tables between their marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from refdec.bench.errors import NothingMeasured
from refdec.bench.rd import RdPoint
from refdec.bench.rd_summary import EDGES, bd_rates, codecs_of, kinds_of, mean_points, named_with_count, qualities_of
from refdec.parallel.places import is_file

__all__ = [
    "BEGIN",
    "BEGIN_KINDS",
    "END",
    "TextTable",
    "markdown",
    "placed",
    "tables_of",
    "tables_of_kinds",
    "write_page",
]

BEGIN, END = "<!-- tables of refdec bench rd -->", "<!-- end of these tables -->"
BEGIN_KINDS = "<!-- tables of refdec bench rd --set -->"
"""Marks in a page between which the tables are written anew."""

MEANS = ("codec", "setting", "bpp", "luma PSNR", "RGB PSNR", "MS-SSIM")
NAMES = {"luma_psnr": "luma PSNR", "rgb_psnr": "RGB PSNR", "ms_ssim_db": "MS-SSIM", EDGES: "edge SSIM"}


@dataclass(frozen=True, slots=True)
class TextTable:
    """A title, names of columns, and rows of texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _means(points: Sequence[RdPoint]) -> TextTable:
    """Return the means; at a setting that not all pictures were measured at, the codec's name says how many were."""
    edges, pictures = EDGES in qualities_of(points), len({point.picture for point in points})
    rows = [
        (
            named_with_count(row.codec, [row], pictures),
            str(row.setting),
            f"{row.bpp:.4f}",
            f"{row.luma_psnr:.2f}",
            f"{row.rgb_psnr:.2f}",
            f"{row.ms_ssim:.4f}",
            *([f"{row.edge_ssim:.4f}"] if edges else []),
        )
        for row in mean_points(points)
    ]
    columns = (*MEANS, NAMES[EDGES]) if edges else MEANS
    return TextTable(f"Means over {pictures} pictures (PSNR in dB)", columns, tuple(rows))


def _rates(points: Sequence[RdPoint], anchor: str, title: str = "BD-rate against") -> TextTable:
    """Return the BD-rates against one codec; the number of pictures is added where it is not all of them.

    Behind them stand the ranges: the pictures that are best and worst for the codec.
    """
    rates = bd_rates(points, anchor)
    pictures = len({point.picture for point in points})
    names = qualities_of(points)
    means = {
        (rate.codec, rate.quality): f"{rate.percent:+.1f} %" + (f" ({rate.pictures})" * (rate.pictures != pictures))
        for rate in rates
    }
    ranges = {(rate.codec, rate.quality): f"{rate.low:+.0f} to {rate.high:+.0f}" for rate in rates}
    codecs = dict.fromkeys(rate.codec for rate in rates)
    rows = [
        (codec, *(cells.get((codec, name), "-") for cells in (means, ranges) for name in names)) for codec in codecs
    ]
    columns = ("codec", *(NAMES[name] for name in names), *(f"{NAMES[name]}, range" for name in names))
    return TextTable(f"{title} {anchor}", columns, tuple(rows))


def tables_of(points: Sequence[RdPoint], anchors: Sequence[str]) -> list[TextTable]:
    """Return the means, and the BD-rates against those of `anchors` that were measured."""
    return [_means(points), *(_rates(points, anchor) for anchor in anchors if anchor in codecs_of(points))]


def tables_of_kinds(points: Sequence[RdPoint], anchors: Sequence[str]) -> list[TextTable]:
    """Return for each kind of pictures the BD-rates against those of `anchors` that were measured; no means."""
    tables = []
    for kind in kinds_of(points):
        mine = [point for point in points if point.kind == kind]
        pictures = len({point.picture for point in mine})
        title = f"{kind}, {pictures} pictures: BD-rate against"
        tables += [_of_kind(kind, _rates(mine, anchor, title)) for anchor in anchors if anchor in codecs_of(mine)]
    return tables


def _of_kind(kind: str, table: TextTable) -> TextTable:
    """Return a table whose first column names the kind: where tables are printed for programs, they have no titles."""
    return TextTable(table.title, ("pictures", *table.columns), tuple((kind, *row) for row in table.rows))


def markdown(tables: Sequence[TextTable]) -> str:
    """Return tables as Markdown, each below its title."""
    blocks = []
    for table in tables:
        lines = [f"| {' | '.join(row)} |" for row in (table.columns, *table.rows)]
        rule = "|".join(["", *("---" for _ in table.columns), ""])
        blocks.append("\n".join([f"{table.title}:", "", lines[0], rule, *lines[1:]]))
    return "\n\n".join(blocks) + "\n"


def placed(page: str, text: str, begin: str = BEGIN) -> str:
    """Return a page with `text` between its marks, or `text` alone where it has none."""
    head, found, rest = page.partition(begin)
    _, end, tail = rest.partition(END)
    return f"{head}{begin}\n\n{text}\n{END}{tail}" if found and end else text


def write_page(path: Path, tables: Sequence[TextTable], begin: str = BEGIN, below: str = "") -> None:
    """Write tables, and a text below them, between the marks of a page; where it has none, in its place.

    Raises NothingMeasured, before the page is touched, where no table has a row, and FileUnwritable.
    """
    from refdec.formats.files import write_text

    if not any(table.rows for table in tables):
        raise NothingMeasured(f"there is no row for the tables of {path}")
    page = path.read_text(encoding="utf-8") if is_file(path) else ""
    write_text(path, placed(page, markdown(tables) + below, begin))
