"""What is built for others: the source distribution holds all that a packager needs, and no link leads nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from readme_renderer import markdown

from refdec.weights.bundled import bundled_pack
from tests.newcomer.environment import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
"""Links of Markdown in all their forms: in line, as HTML, by reference."""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def source_names(dist: Path) -> set[str]:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def metadata(dist: Path) -> Metadata:
    """Return the metadata of the wheel; raises where an index would not take them."""
    (path,) = dist.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=True)


def description(dist: Path) -> str:
    text = metadata(dist).description
    assert text is not None
    return text


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone: there is no list of tracked files")
def test_the_source_distribution_is_the_repository(dist: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = {name for name in listed.split("\0") if name and (ROOT / name).exists()}
    names = source_names(dist)
    assert tracked >= {"CHANGELOG.md", "docs/cli.md", "tests/docs/test_readme.py", "Makefile", "refdec/data/demo.jai"}
    assert not tracked - names
    surplus = {name for name in names - tracked if "__pycache__" in name or name.startswith((".venv/", "build/"))}
    assert not surplus


def test_sizes_are_fit_for_an_index(dist: Path) -> None:
    """A model's weights are 13 MB, the heads of all tasks 12 MB at most; tests and their vectors come on top in the
    source distribution alone.
    """
    (source,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    models = len({name.partition("_0.")[2] for name in bundled_pack().names()})
    with zipfile.ZipFile(wheel) as archive:
        heads = sum(item.compress_size for item in archive.infolist() if item.filename.endswith(".head"))
    assert 0 < heads <= 12e6
    assert wheel.stat().st_size - heads < min(6e6 + 14e6 * models, 40e6)
    assert source.stat().st_size - heads < 26e6 + 14e6 * models


def test_an_index_can_show_the_page(dist: Path) -> None:
    """Rendered as indexes do it, which leave out what they do not allow."""
    known = metadata(dist)
    assert known.description_content_type == "text/markdown"
    assert known.license_expression == "BSD-3-Clause"
    assert all(url.startswith("https://") for url in (known.project_urls or {}).values())
    page = markdown.render(description(dist))
    assert page is not None
    assert page.count("<h2") == description(dist).count("\n## ") > 4
    assert page.count("<table>") == 2 and "<pre" in page
    assert not [link for link in re.findall(r"(?:href|src)=\"([^\"]*)\"", page) if not re.match(r"https://|#", link)]


def test_links_of_the_page_lead_somewhere(dist: Path) -> None:
    """On an index there is no repository around the page: a link is absolute, or the name of a file stands there."""
    page = description(dist)
    relative = [link for found in LINK.findall(page) for link in found if link and not re.match(r"[a-z]+:|#", link)]
    assert not relative
    names = source_names(dist)
    named = set(re.findall(r"\(`([\w./-]+\.md)`\)", page))
    assert {"docs/cli.md", "docs/plugins.md", "CHANGELOG.md", "docs/spec/README.md"} <= named <= names
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = {link.partition("#")[0] for found in LINK.findall(readme) for link in found if link}
    assert {link for link in links if not re.match(r"[a-z]+:|$|.*\.png$", link)} == named
