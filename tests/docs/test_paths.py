"""Files, folders and modules of the repository that pages name are there, and imports in their examples work."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOPS = "refdec|encoders|tasks|spec_tables|tests|docs"
PLACE = re.compile(rf"(?<![\w/.-])(?:{TOPS})/[\w./-]*[\w/]")
"""A file or folder below the root of the repository, wherever it stands on a page."""
MODULE = re.compile(r"`(refdec(?:\.[a-z_]\w*)+)(?:\.[A-Z]\w*|\(.*?\))?`")
IMPORT = re.compile(r"^from (refdec(?:\.\w+)*) import (.+)$", re.MULTILINE)
GENERATED = {"cli.md", "clauses.md", "coverage.md", "errors.md"}
"""Pages made from the code; `test_generated_pages` compares them with it."""
PAGES = [
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in GENERATED),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
]


def places(page: Path) -> set[str]:
    return {place.rstrip("/.") for place in PLACE.findall(page.read_text(encoding="utf-8")) if "..." not in place}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_places_exist(page: Path) -> None:
    gone = [place for place in sorted(places(page)) if not (ROOT / place).exists()]
    assert not gone, f"{page.name} names what is not there (any more)"


def found(name: str) -> bool:
    """Tell whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError as reason:
            if not name.startswith(reason.name or ""):
                raise
            continue
        for part in parts[cut:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names = set(MODULE.findall(text))
    for module, imported in IMPORT.findall(text):
        names |= {module, *(f"{module}.{name}" for name in re.findall(r"\w+", imported))}
    gone = [name for name in sorted(names) if not found(name)]
    assert not gone, f"{page.name} names what is not there (any more)"


def test_the_search_finds_places() -> None:
    assert places(ROOT / "CONTRIBUTING.md") >= {"refdec/networks/exact_products.py", "docs/spec", "tests/conformance"}
    assert not found("refdec.stages.room") and found("refdec.errors.RefdecError.explain")
