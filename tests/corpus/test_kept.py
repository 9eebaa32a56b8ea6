"""What comes back of files of every kind, as docs/kept.md says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from refdec.bench.kept import FEATURES, Fate, files_of, measure_kept
from tests.corpus.making import make_corpus
from tests.corpus.page import BEGIN, END, PAGE, table_rows

LEAST_FILES = 60


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    make_corpus(folder)
    return folder


def test_the_page_tells_what_comes_back_and_nothing_is_lost_without_a_word(corpus: Path) -> None:
    rows = measure_kept(files_of([corpus]))
    assert len(rows) >= LEAST_FILES
    assert {row.file: row.lost for row in rows if row.lost} == {}
    table = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    listed = {line.split("|")[1].strip(): line for line in table.splitlines() if line.startswith("| ")}
    for row, line in zip(rows, table_rows(rows), strict=True):
        assert listed[row.file] == line
    for name in ("samples", "transparency", "profile", "Exif", "XMP", "resolution"):
        assert sum(row.fates.get(name) is Fate.KEPT for row in rows) > 2, name
    assert all(set(row.fates) <= set(FEATURES) for row in rows)
