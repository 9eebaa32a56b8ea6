"""The table of docs/kept.md.  `python -m tests.corpus.page` writes it anew."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from refdec.bench.kept import FEATURES, Fate, KeptRow, files_of, measure_kept, tally
from tests.corpus.making import make_corpus

__all__ = ["BEGIN", "END", "PAGE", "table_rows"]

PAGE = Path(__file__).parents[2] / "docs" / "kept.md"
BEGIN, END = "<!-- what comes back -->", "<!-- end of what comes back -->"


def table_rows(rows: Sequence[KeptRow]) -> list[str]:
    """Return a line of Markdown for each file."""
    return [
        f"| {row.file} | {' | '.join(row.fates.get(name, Fate.NONE).value for name in FEATURES)} | {_cell(row)} |"
        for row in rows
    ]


def _cell(row: KeptRow) -> str:
    return f"{'refused: ' if row.refused else ''}{row.words}".replace("|", "\\|")


def _page_with(rows: Sequence[KeptRow]) -> str:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    counts = tally(rows)
    sums = [
        f"| {fate.value} | {' | '.join(str(counts[name][fate.value]) for name in FEATURES)} |"
        for fate in Fate
        if fate is not Fate.NONE
    ]
    head = ["| file | " + " | ".join(FEATURES) + " | what is said |", "|" + "---|" * (len(FEATURES) + 2)]
    total = [f"{len(rows)} files:", "", "| | " + " | ".join(FEATURES) + " |", "|" + "---|" * (len(FEATURES) + 1), *sums]
    return "\n".join([before + BEGIN, "", *total, "", *head, *table_rows(rows), "", END]) + rest.partition(END)[2]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        make_corpus(Path(folder))
        PAGE.write_text(_page_with(measure_kept(files_of([Path(folder)]))), encoding="utf-8")
