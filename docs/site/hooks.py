"""Pages as a code host shows them become pages of the site (MkDocs calls these functions).

Three things differ.  The changelog and the way to contribute lie beside `docs/`; they are pages all the same.  Other
links out of `docs/` become the name of the file, because the site does not hold the sources.  And Python-Markdown wants
an empty line before a list, and four spaces before a list in a list, where code hosts take less.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

__all__ = ["on_files", "on_page_markdown"]

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md")
"""Files beside `docs/` that are pages of the site."""
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")
ITEM = re.compile(r"( *)(?:[-*]|\d+\.) ")
FENCE = "`" * 3


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that lie beside `docs/`."""
    for name in BESIDE:
        files.append(File.generated(config, name, content=(ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the text of a page as Python-Markdown and the site want it."""
    name = page.file.src_uri
    here = ROOT if name in BESIDE else (ROOT / "docs" / name).parent
    site_here = (ROOT / "docs" / name).parent

    def link(found: re.Match[str]) -> str:
        mark, text, target, anchor = found.groups(default="")
        place = Path(os.path.normpath(here / target))
        if place.parent == ROOT and place.name in BESIDE:
            place = ROOT / "docs" / place.name
        elif not place.is_relative_to(ROOT / "docs") or place.is_dir():
            shown = place.relative_to(ROOT).as_posix()
            module = shown.removesuffix(".py").replace("/", ".")
            return text if shown in text or module in text else f"{text} (`{shown}`)"
        return f"{mark}[{text}]({Path(os.path.relpath(place, site_here)).as_posix()}{anchor})"

    return "\n".join(_lines(markdown, lambda line: LINK.sub(link, line)))


def _lines(markdown: str, change: Any) -> list[str]:
    """Return the lines outside of code changed, lists with room before them, and lists in lists indented by four."""
    result: list[str] = []
    code = False
    for raw in markdown.splitlines():
        line = raw
        if line.lstrip().startswith(FENCE):
            code = not code
        elif not code and not line.startswith("    "):
            line = change(line)
            item = ITEM.match(line)
            before = result[-1] if result else ""
            if item and 2 <= len(item[1]) <= 3:
                line = "    " + line.lstrip()
            elif item and not item[1] and before and not before.startswith(" ") and not ITEM.match(before):
                result.append("")
        result.append(line)
    return result
