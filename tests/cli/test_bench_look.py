"""`refdec bench look` and `refdec bench look-scores`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.unit.bench.test_codecs import save, scene
from tests.unit.bench.test_look_scores import GOOD

from .conftest import Run

Refdec = Callable[..., Run]


def test_a_page_is_written(refdec: Refdec, tmp_path: Path) -> None:
    picture, out = save(tmp_path / "scene.png", scene()), tmp_path / "look.html"
    ran = refdec("bench", "look", picture, "--codecs", "analysis,jpeg,jpeg", "--bpp", "0.4,0.4,0.001", "-o", out)
    assert ran.code == 0, ran.err
    assert ran.out == f"{out}: {out.stat().st_size} bytes; open it in a browser\n"
    assert "2 files are more than 2 % off their rate" in ran.err
    text = out.read_text()
    assert text.count("data:image/") == 5 and "scene" in text
    ran = refdec("bench", "look", tmp_path, "--codecs", "jpeg", "--bpp", "0.6", "-o", out, "--json")
    assert json.loads(ran.out) == {"page": str(out), "bytes": out.stat().st_size, "pictures": 1, "unequal": 0}


def test_a_sheet_beside_the_page(refdec: Refdec, tmp_path: Path) -> None:
    picture, sheet = save(tmp_path / "scene.png", scene()), tmp_path / "sheet.png"
    asked = ("bench", "look", picture, "--codecs", "jpeg,webp", "--bpp", "0.5", "-o", tmp_path / "look.html")
    ran = refdec(*asked, "--sheet", sheet, "--part", "16,32,64,48", "--enlarge", "2")
    assert ran.code == 0, ran.err
    assert f"{sheet}: 1 pictures beside what codecs made of them" in ran.out
    shown = np.asarray(Image.open(sheet))
    assert np.array_equal(shown[0:96:2, 0:128:2], scene()[32:80, 16:80])
    ran = refdec(*asked, "--sheet", sheet, "--json")
    assert json.loads(ran.out)["sheet"] == str(sheet)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--part", "0,0,8,8"), 2, "--part needs --sheet"),
        (("--enlarge", "2"), 2, "--enlarge needs --sheet"),
        (("--sheet", "s.png", "--part", "0,0,8"), 2, "X,Y,W,H"),
        (("--sheet", "s.png", "--part", "190,0,8,8"), 2, "not in the picture of 192 x 176"),
        (("--sheet", "s.txt"), 1, ".txt"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused_before_coding(
    options: tuple[str, ...], code: int, words: str, refdec: Refdec, tmp_path: Path
) -> None:
    picture, page = save(tmp_path / "scene.png", scene()), tmp_path / "look.html"
    ran = refdec("bench", "look", picture, "--codecs", "jpeg", "-o", page, *options)
    assert ran.code == code and words in ran.err, ran.err
    assert not page.exists()


@pytest.mark.parametrize("bpp", ["0", "x", "0.5,-1", "nan", ""])
def test_rates_are_numbers_above_none(bpp: str, refdec: Refdec, tmp_path: Path) -> None:
    picture = save(tmp_path / "scene.png", scene(16, 16))
    ran = refdec("bench", "look", picture, "--codecs", "jpeg", "--bpp", bpp)
    assert ran.code == 2 and "--bpp" in ran.err


def test_scores_are_merged(refdec: Refdec, tmp_path: Path) -> None:
    values: list[Any] = []
    for name, test in (("anna", 70), ("ben", 80)):
        trials = [GOOD["trials"][0] | {"test": test}, GOOD["trials"][0] | {"codec": "original", "bpp": 0, "test": 90}]
        (tmp_path / f"{name}.json").write_text(json.dumps(GOOD | {"viewer": name, "trials": trials}))
        values.append(tmp_path / f"{name}.json")
    ran = refdec("bench", "look-scores", *values)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[1:] == [
        "original against itself\t-\t2\t0.0\t0.0 to 0.0",
        "jpeg\t0.5\t2\t15.0\t-48.5 to 78.5",
    ]
    shown = json.loads(refdec("bench", "look-scores", *values, "--json").out)
    assert shown["viewers"] == ["anna", "ben"] and shown["rows"][1]["mean"] == 15
    (tmp_path / "other.json").write_text(json.dumps(GOOD | {"page": "q"}))
    ran = refdec("bench", "look-scores", values[0], tmp_path / "other.json")
    assert ran.code == 2 and "different pages" in ran.err
    ran = refdec("bench", "look-scores", tmp_path / "none.json")
    assert ran.code == 1
