"""Titles of clauses, and where they lead."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlparse

from refdec.conformance.clause_titles import clause_title, spec_base
from refdec.conformance.coverage import all_marks

ROOT = Path(__file__).resolve().parents[3]


def test_titles_of_clauses_and_of_rules_in_them() -> None:
    one, rule = clause_title("5.10"), clause_title("1.8 (3)")
    assert one is not None and one.title == "Colour transform"
    assert (
        one.address("https://example.org/spec/")
        == "https://example.org/spec/05-filters-and-colour.md#510-colour-transform"
    )
    assert rule is not None and rule.title
    assert clause_title("") is None and clause_title("99.1") is None


def test_every_clause_of_code_has_a_title_that_leads_to_its_heading() -> None:
    base = spec_base()
    folder = Path(unquote(urlparse(base).path))
    assert folder.samefile(ROOT / "docs" / "spec")
    for mark in all_marks():
        title = clause_title(mark.clause)
        assert title is not None, mark
        headings = re.findall(r"^#+ (.*)$", (folder / title.file).read_text(encoding="utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert title.anchor in anchors, title
