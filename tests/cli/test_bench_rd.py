"""`refdec bench rd` and `refdec bench retrieval` on small pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from refdec.bench.errors import NotEightBits
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
    common: tuple[object, ...] = ("bench", "rd", scene, "--out", out, "--workers", 1)
    ran = refdec(*common, "--codecs", "jpeg")
    assert ran.code == 0, ran.err
    analysed = (*common, "--displacements", "-400,0,300")
    assert len(json.loads(out.read_text())["points"]) == 6
    ran = refdec(*analysed, "--codecs", "analysis,jpeg", "--resume", "--markdown", tmp_path / "rd.md")
    assert ran.code == 0, ran.err
    values = json.loads(out.read_text())
    assert len(values["points"]) == 9
    assert {row["codec"] for row in values["means"]} == {"analysis", "jpeg"}
    assert {row["anchor"] for row in values["bd_rates"]} <= {"analysis", "jpeg"}
    assert "| jpeg | 72 |" in (tmp_path / "rd.md").read_text()
    assert ran.out.splitlines()[0].startswith("codec\tsetting\tbpp")
    assert json.loads(refdec(*analysed, "--codecs", "analysis,jpeg", "--resume", "--json").out) == values


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


@pytest.mark.parametrize("command", ["rd", "generations"])
def test_old_figures_stay_where_nothing_can_be_measured(refdec: Refdec, tmp_path: Path, command: str) -> None:
    """Found: a table of "0 pictures" took the place of the old one, and a file without points that of the results."""
    page, out, small = tmp_path / "page.md", tmp_path / "a.json", tmp_path / "small.png"
    marks = f"<!-- tables of refdec bench {command} -->\n\nold\n\n<!-- end of these tables -->"
    page.write_text(marks)
    out.write_text("old")
    planes = tuple(np.full((100, 300), 9 * k, np.uint8) for k in range(3))
    write_picture(small, CodePicture(planes, 8, Colour.RGB))
    (tmp_path / "text.png").write_bytes(b"no picture")
    inputs = [small, tmp_path / "text.png"] if command == "rd" else [tmp_path / "text.png"]
    files = ("--codecs", "jpeg", "--out", out, "--markdown", page, "--workers", 1)
    ran = refdec("bench", command, *inputs, *files)
    assert ran.code == 2 and "Nothing is measured" in ran.err and "Traceback" not in ran.err
    assert command != "rd" or ("none of 2" in ran.err and "100 x 300" in ran.err)
    assert page.read_text() == marks and out.read_text() == "old"


@pytest.mark.parametrize("command", ["rd", "generations"])
def test_old_figures_stay_where_every_picture_fails(
    refdec: Refdec, scene: Path, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from refdec.bench import codecs

    def broken(*_given: object) -> None:
        raise NotEightBits("scene.png", "nothing")

    page, out = tmp_path / "page.md", tmp_path / "a.json"
    page.write_text("old")
    monkeypatch.setattr(codecs.PillowCodec, "code", broken)
    files = ("--codecs", "jpeg", "--out", out, "--markdown", page, "--workers", 1)
    ran = refdec("bench", command, scene, *files)
    assert ran.code == 2 and "every picture failed" in ran.err and "scene.png" in ran.err
    assert page.read_text() == "old" and not out.exists()


def test_kinds_without_an_anchor_make_no_page(refdec: Refdec, scene: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("old")
    common = ("bench", "rd", "--set", f"text={scene}", "--codecs", "jpeg", "--anchors", "webp")
    ran = refdec(*common, "--markdown", page)
    assert ran.code == 2 and "--anchors" in ran.err and page.read_text() == "old"


@pytest.mark.parametrize("sides", ["0", "16,0", "257", "4000"])
def test_sides_of_icons_have_bounds(refdec: Refdec, sides: str) -> None:
    """Found: 0 ended in a traceback, and nothing kept 4000 from running for minutes."""
    ran = refdec("bench", "icons", "--sides", sides)
    assert ran.code == 2 and "--sides takes numbers 1..256" in ran.err
