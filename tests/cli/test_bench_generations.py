"""`refdec bench generations`: a table, JSON, a page; settings that there are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.encodable import GOLDEN

from .conftest import Run

PICTURE = GOLDEN / "kodim15_m1_+0_65x79.source.png"


def test_a_table_a_file_and_a_page(refdec: Callable[..., Run], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    marks = "<!-- tables of refdec bench generations -->\n\nold\n\n<!-- end of these tables -->"
    page.write_text(f"before\n\n{marks}\n\nafter\n")
    command = ("bench", "generations", PICTURE, "--codecs", "analysis,jpeg", "--count", 2, "--settings", "5")
    ran = refdec(*command, "--out", tmp_path / "points.json", "--markdown", page, "--workers", 1)
    assert ran.code == 0 and "analysis" in ran.out and "jpeg" in ran.out
    kept = json.loads((tmp_path / "points.json").read_text())
    assert [(point["codec"], point["generation"]) for point in kept["points"]] == [
        ("analysis", 1),
        ("analysis", 2),
        ("jpeg", 1),
        ("jpeg", 2),
    ]
    text = page.read_text()
    assert text.startswith("before") and text.endswith("after\n") and "| analysis | 300 |" in text and "old" not in text
    ran = refdec(*command, "--json", "--workers", 1)
    assert json.loads(ran.out)["means"] == kept["means"]


def test_settings_that_there_are_not(refdec: Callable[..., Run]) -> None:
    ran = refdec("bench", "generations", PICTURE, "--codecs", "jpeg", "--settings", "7")
    assert ran.code == 2 and "--settings takes" in ran.err
