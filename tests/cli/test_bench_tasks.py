"""`refdec bench tasks`: tables, a file, a page; what has no data is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.encodable import photograph

from .conftest import Run

Refdec = Callable[..., Run]


def test_a_task_is_measured(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.fromarray(photograph(64, 80)).save(tmp_path / "photos" / "a.png")
    out, page = tmp_path / "tasks.json", tmp_path / "page.md"
    page.write_text("before\n<!-- tables of refdec bench tasks -->\nold\n<!-- end of these tables -->\nafter\n")
    ran = refdec(
        "bench", "tasks", "--data", f"thumbnail={tmp_path / 'photos'}", "--qualities", "50", "--most", "1", "--out",
        str(out), "--markdown", str(page),
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "linear head" in ran.out and "events: left out" in ran.err
    told = json.loads(out.read_text())
    assert [row["way"] for row in told["rows"]] == ["latents", "pixels"] and told["facts"]["qualities"] == [50]
    assert "linear head" in page.read_text() and page.read_text().startswith("before") and "old" not in page.read_text()


def test_what_was_measured_before_is_kept(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.fromarray(photograph(64, 80)).save(tmp_path / "photos" / "a.png")
    out = tmp_path / "tasks.json"
    measure = ("bench", "tasks", "--data", f"thumbnail={tmp_path / 'photos'}", "--most", "1", "--out", str(out))
    assert refdec(*measure, "--qualities", "50").code == 0
    told = json.loads(out.read_text())
    retrieval = [row | {"task": "retrieval"} for row in told["rows"]]
    out.write_text(json.dumps(told | {"rows": [*told["rows"], *retrieval]}))
    again = refdec(*measure, "--qualities", "60", "--resume")
    assert again.code == 0 and "retrieval: kept" in again.err and "retrieval: left out" not in again.err
    assert "thumbnail: kept" not in again.err and "events: left out" in again.err
    rows = json.loads(out.read_text())["rows"]
    assert [(row["task"], row["quality"]) for row in rows] == [("thumbnail", 60)] * 2 + [("retrieval", 50)] * 2
    shown = refdec("bench", "tasks", "--resume", "--out", str(out))
    assert (
        shown.code == 0
        and "retrieval" in shown.out
        and "thumbnail: kept" in shown.err
        and json.loads(out.read_text())["rows"] == rows
    )
    assert refdec("bench", "tasks", "--resume").code == refdec("bench", "tasks", "--out", str(out)).code == 2


def test_what_cannot_be_measured_is_said_first(refdec: Refdec, tmp_path: Path) -> None:
    assert refdec("bench", "tasks", "--data", "thumbnail").code == 2
    assert refdec("bench", "tasks", "--data", f"thumbnail={tmp_path}", "--qualities", "0").code == 2
    ran = refdec("bench", "tasks", "--data", f"thumbnail={tmp_path}")
    assert ran.code == 2 and "has no pictures" in ran.err
