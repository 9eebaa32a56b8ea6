"""`refdec bench kept`: a table, a file, and an exit code that tells of a loss."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.encodable import photograph

from .conftest import Run


def test_files_go_there_and_back(refdec: Callable[..., Run], tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.fromarray(photograph(24, 32)).save(folder / "a.png", dpi=(300, 300))
    Image.fromarray(photograph(24, 32)).save(folder / "b.jpg", comment=b"words")
    ran = refdec("bench", "kept", str(folder), "--out", str(tmp_path / "kept.json"))
    assert ran.code == 0, ran.err
    assert "a.png" in ran.out and "left, said" in ran.out and "a comment" in ran.out
    told = json.loads((tmp_path / "kept.json").read_text())
    assert [row["file"] for row in told["files"]] == ["a.png", "b.jpg"] and told["tally"]["samples"]["kept"] == 2
    shown = refdec("bench", "kept", str(folder / "a.png"), "--json")
    assert json.loads(shown.out)["files"][0]["fates"]["resolution"] == "kept"
