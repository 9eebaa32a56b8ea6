"""The site of the documentation builds without network, with every page in a group and every link whole."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mkdocs.config import load_config

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BESIDE = {"CHANGELOG.md", "CONTRIBUTING.md"}
LOADED = re.compile(r"<(?:script|img|iframe)[^>]*\ssrc=\"?(\w+://[^\"\s>]+)|<link[^>]*\shref=\"?(\w+://[^\"\s>]+)")
"""What a browser fetches for a page, where it is not of the site."""


def nav_pages(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for below in entry.values():
                yield from nav_pages(below if isinstance(below, list) else [below])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = spec_from_file_location("site_hooks", DOCS / "site" / "hooks.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_in_one_group_of_the_navigation() -> None:
    listed = list(nav_pages(load_config(str(ROOT / "mkdocs.yml"))["nav"]))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "plugin_skeleton" not in path.parts}
    assert pages | BESIDE == set(listed), "put the page into a group of nav in mkdocs.yml"
    assert len(listed) == len(set(listed))
    assert listed[:2] == ["README.md", "tutorial.md"]


def test_the_way_in_leads_to_every_page_of_a_reader() -> None:
    linked = set(re.findall(r"\]\(([\w./-]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert pages | {"spec/README.md", "../CHANGELOG.md", "../CONTRIBUTING.md"} == linked


def test_the_site_needs_nobody_else(site: Path) -> None:
    """No font, script or picture comes from another host; pages are found by the search."""
    pages = sorted(site.rglob("*.html"))
    assert {"index.html", "tutorial.html", "CHANGELOG.html"} <= {page.name for page in pages}
    fetched = {
        url for page in pages for found in LOADED.findall(page.read_text(encoding="utf-8")) for url in found if url
    }
    assert not fetched
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert found >= {
        "index.html",
        "tutorial.html",
        "cli.html",
        "errors.html",
        "clauses.html",
        "spec/01-codestream.html",
    }


def test_links_out_of_the_documentation_become_names(site: Path) -> None:
    chapter = (site / "spec" / "index.html").read_text(encoding="utf-8")
    assert "<code>spec_tables/refdec_spec_tables/</code>" in chapter
    assert 'href="../deviations.html"' in chapter
    changes = (site / "CONTRIBUTING.html").read_text(encoding="utf-8")
    assert "<ol>" in changes and 'href="docs/' not in changes
    assert 'href="CHANGELOG.html"' in (site / "index.html").read_text(encoding="utf-8")


def test_lists_get_room(hooks: ModuleType) -> None:
    code = hooks.FENCE
    text = f"Words:\n- one\n  more of it\n- two\n  - inner\n{code}\nWords:\n- code\n{code}\nEnd\n1. first\n2. second"
    want = (
        f"Words:\n\n- one\n  more of it\n- two\n    - inner\n{code}\nWords:\n- code\n{code}\nEnd\n\n1. first\n2. second"
    )
    assert hooks._lines(text, lambda line: line) == want.splitlines()
