"""`refdec bench rd` and `refdec bench retrieval` on small pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture, Colour

from .conftest import Run

Refdec = Callable[..., Run]


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    y, x = np.mgrid[:176, :192]
    red, green, blue = (
        np.clip(128 + 90 * np.sin(y / (3 + k)) * np.cos(x / (9 - k)), 0, 255).astype(np.uint8) for k in range(3)
    )
    write_picture(tmp_path / "scene.png", CodePicture((red, green, blue), 8, Colour.RGB))
    return tmp_path / "scene.png"


def test_tables_file_and_continuation(refdec: Refdec, scene: Path, tmp_path: Path) -> None:
    out = tmp_path / "rd.json"
    common = ("bench", "rd", scene, "--out", out, "--workers", 1, "--displacements", "-400,0,300")
    ran = refdec(*common[:-2], "--codecs", "jpeg")
    assert ran.code == 0, ran.err
    assert len(json.loads(out.read_text())["points"]) == 6
    ran = refdec(*common, "--codecs", "analysis,jpeg", "--resume", "--markdown", tmp_path / "rd.md")
    assert ran.code == 0, ran.err
    values = json.loads(out.read_text())
    assert len(values["points"]) == 9
    assert {row["codec"] for row in values["means"]} == {"analysis", "jpeg"}
    assert {row["anchor"] for row in values["bd_rates"]} <= {"analysis", "jpeg"}
    assert "| jpeg | 72 |" in (tmp_path / "rd.md").read_text()
    assert ran.out.splitlines()[0].startswith("codec\tsetting\tbpp")
    assert json.loads(refdec(*common, "--codecs", "analysis,jpeg", "--resume", "--json").out) == values


def test_a_file_of_displacements_is_not_continued_with_qualities(refdec: Refdec, scene: Path, tmp_path: Path) -> None:
    out = tmp_path / "rd.json"
    common = ("bench", "rd", scene, "--out", out, "--workers", 1, "--codecs", "analysis")
    assert refdec(*common, "--displacements", "0").code == 0
    held = out.read_bytes()
    ran = refdec(*common, "--qualities", "40", "--resume")
    assert ran.code == 1 and "settings are qualities" in ran.err and "--again analysis" in ran.err
    assert out.read_bytes() == held
    assert refdec(*common, "--qualities", "40", "--resume", "--again", "analysis").code == 0
    assert [point["setting"] for point in json.loads(out.read_text())["points"]] == [40]


def test_kinds_of_pictures(refdec: Refdec, scene: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "kinds.json", tmp_path / "page.md"
    page.write_text("<!-- tables of refdec bench rd --set -->\n<!-- end of these tables -->\nrest\n")
    sets = ("--set", f"text={scene}", "--set", f"photos={scene.parent}/sc*.png")
    common = ("bench", "rd", *sets, "--workers", 1, "--displacements", "-400,0", "--anchors", "jpeg", "--out", out)
    ran = refdec(*common, "--codecs", "analysis,jpeg", "--markdown", page)
    assert ran.code == 0, ran.err
    values = json.loads(out.read_text())
    assert len(values["points"]) == 2 * (2 + 6)
    assert {row["kind"] for row in values["bd_rates"]} == {"text", "photos"}
    text = page.read_text()
    assert "text, 1 pictures: BD-rate against jpeg" in text and text.endswith("<!-- end of these tables -->\nrest\n")
    assert ran.out.splitlines()[0].startswith("pictures\tcodec\tluma PSNR\tRGB PSNR\tMS-SSIM\tedge SSIM")
    again = refdec(*common, "--codecs", "analysis,jpeg", "--resume", "--json")
    assert json.loads(again.out) == values


def test_pictures_or_kinds_of_them(refdec: Refdec, scene: Path) -> None:
    assert refdec("bench", "rd").code == 2
    ran = refdec("bench", "rd", scene, "--set", f"text={scene}")
    assert ran.code == 2 and "--set" in ran.err
    ran = refdec("bench", "rd", "--set", "text")
    assert ran.code == 2 and "which pictures belong to which kind" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--codecs", "gif"), 2, "no codec 'gif'"),
        (("--displacements", "a,b"), 2, "--displacements"),
        (("--qualities", "0,50"), 2, "--qualities"),
    ],
)
def test_what_goes_wrong(refdec: Refdec, scene: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    ran = refdec("bench", "rd", scene, *arguments)
    assert ran.code == code
    assert message in ran.err


def test_no_plot_is_promised_that_cannot_be_drawn(
    refdec: Refdec, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    ran = refdec("bench", "rd", scene, "--codecs", "jpeg", "--plot", tmp_path / "rd.png")
    assert ran.code == 2
    assert "refdec[plot]" in ran.err


def test_retrieval(refdec: Refdec, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from refdec.bench import retrieval

    monkeypatch.setattr(retrieval, "VARIANTS", (retrieval.Variant("mirrored", mirrored=True),))
    ran = refdec("bench", "retrieval", scene, "--out", tmp_path / "r.json")
    assert ran.code == 0, ran.err
    values = json.loads((tmp_path / "r.json").read_text())
    assert values["pictures_in_database"] == 5
    assert values["variants"][0]["recall_at_1"] == 1
    assert ran.out.splitlines()[1].startswith("mirrored\t1\t1.000")


def test_anchors_are_codecs_that_are_measured(refdec: Refdec, scene: Path, tmp_path: Path) -> None:
    """One that is not was passed over."""
    ran = refdec("bench", "rd", scene, "--codecs", "jpeg", "--anchors", "jpeg,webp", "--out", tmp_path / "r.json")
    assert ran.code == 2 and "--anchors names webp, which is none of the codecs" in " ".join(ran.err.split())
    assert not (tmp_path / "r.json").exists()
