"""The HTML page in a real browser: it loads from file:// without an error, and both sides highlight together.

Each test appends a script that clicks and notes what it sees.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import refdec
from refdec.api.view import ViewRequest
from refdec.api.view_page import write_page
from tests.browser import browse as browse_page
from tests.browser import chromium_or_skip
from tests.unit.heif.support import STREAM, whole_file

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "vectors"
DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
TOOLS = """
const choice = () => ({
  row: [...document.querySelectorAll("#tree .row.chosen .name")].map((e) => e.textContent),
  bytes: [...document.querySelectorAll("#hex .hexrow span:not(.text) b.chosen")].map((e) => Number(e.dataset.byte)),
  detail: document.querySelector("#detail h3").textContent,
  bits: (document.querySelector("#detail .bits") || {}).innerHTML,
});
const row = (name) => [...document.querySelectorAll("#tree .row")].find(
  (e) => e.querySelector(".name").textContent.includes(name));
const cell = (byte) => document.querySelector(`#hex span:not(.text) b[data-byte="${byte}"]`);
"""


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that opens a page, runs a script in it, and returns what the script has `seen`."""
    open_page = partial(browse_page, chromium_or_skip())

    def run(page: Path, script: str, *, fragment: str = "") -> dict[str, Any]:
        return open_page(page, tmp_path, TOOLS + script, fragment=fragment)

    return run


@pytest.fixture(scope="module")
def plain_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("pages") / "plain.html"
    write_page(GOLDEN / "bop_depreg_tools_on.jai", page, pictures=False)
    return page


def test_a_row_highlights_its_bytes(browse: Callable[..., dict[str, Any]], plain_page: Path) -> None:
    seen = browse(
        plain_page,
        """
        row("img_width_minus64").click(); seen.width = choice();
        row("model_id").click(); seen.model = choice();
        """,
    )
    assert seen["width"]["bytes"] == [9, 10, 11]
    assert seen["width"]["detail"] == "img_width_minus64 = 256"
    assert seen["model"]["row"] == ["model_id"]
    assert seen["model"]["bytes"] == [16]
    assert seen["model"]["bits"].strip() == "1<b>0001</b>010"


def test_a_byte_highlights_its_element(browse: Callable[..., dict[str, Any]], plain_page: Path) -> None:
    seen = browse(
        plain_page,
        """
        cell(9).click(); seen.level = choice();
        cell(15).click(); seen.first = choice();
        cell(15).click(); seen.second = choice();
        cell(30).click(); seen.run = choice();
        """,
    )
    assert seen["level"]["row"] == ["level_idc"] and seen["level"]["bytes"] == [8, 9]
    assert seen["first"]["row"] == ["bit_depth_idc"]
    assert seen["second"]["row"] == ["s_ver_minus1"]
    assert seen["run"]["detail"].startswith("grfs_channel_flag[0][")


def test_places_far_away_turn_the_page(browse: Callable[..., dict[str, Any]], plain_page: Path) -> None:
    seen = browse(
        plain_page,
        """
        row("SOZ").click(); seen.substream = choice();
        document.querySelectorAll("#sizes .part")[1].dispatchEvent(new MouseEvent("click"));
        seen.bar = choice();
        const search = document.getElementById("search");
        search.value = "lef_"; search.dispatchEvent(new Event("input"));
        seen.found = [...document.querySelectorAll("#tree .row .name")].map((e) => e.textContent);
        """,
        fragment="#35995.0",
    )
    assert seen["substream"]["bytes"][0] == 35493 or seen["substream"]["bytes"][0] >= 30000
    assert seen["bar"]["row"] == ["\u25beTON"]
    assert seen["found"][-2:] == ["LEF_enabled_flag", "LEF_chIdx"]


def test_problems_are_marked_and_lead_to_their_place(browse: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    data = bytearray((GOLDEN / "bop_off_64x64.jai").read_bytes())
    data[6] = 0x03
    (tmp_path / "bad.jai").write_bytes(data)
    write_page(tmp_path / "bad.jai", tmp_path / "bad.html", pictures=False)
    seen = browse(
        tmp_path / "bad.html",
        """
        seen.wrong = [...document.querySelectorAll("#tree .row.wrong .name")].map((e) => e.textContent);
        document.querySelector("#problems .go").click(); seen.there = choice();
        """,
    )
    assert seen["wrong"] == ["decoder_profile_id"]
    assert seen["there"]["row"] == ["decoder_profile_id"]


def test_pictures_and_maps(browse: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    write_page(DEMO, tmp_path / "demo.html", ViewRequest(maps=(0, 3)))
    seen = browse(
        tmp_path / "demo.html",
        """
        seen.picture = document.querySelector(".picture img").getAttribute("src").slice(0, 22);
        const map = document.getElementById("map");
        const before = map.src;
        const slider = document.getElementById("channel");
        slider.value = 2; slider.dispatchEvent(new Event("input"));
        seen.label = document.getElementById("label").textContent;
        seen.changed = map.src !== before;
        seen.kinds = [...document.querySelectorAll("#kinds button")].map((e) => e.textContent);
        document.querySelectorAll("#kinds button")[1].click();
        seen.scale = document.getElementById("scale").className;
        seen.stages = document.querySelectorAll("details tbody tr").length;
        """,
    )
    assert seen["picture"] == "data:image/png;base64,"
    assert seen["label"] == "channel 3" and seen["changed"]
    assert seen["kinds"][:5] == ["latent Y", "scale index Y", "symbols Y", "hyper latent Y", "coded symbols Y"]
    assert len(seen["kinds"]) == 10
    assert seen["scale"] == "sequential"
    assert seen["stages"] == 28


def test_an_empty_file_has_a_page(browse: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "empty.jai").write_bytes(b"")
    write_page(tmp_path / "empty.jai", tmp_path / "empty.html")
    seen = browse(tmp_path / "empty.html", "seen.rows = document.querySelectorAll('#tree .row').length;")
    assert seen["rows"] == 1


def test_names_cannot_break_out_of_the_page(browse: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    name = "a<script>window.wrong.push(1)<_script>.jai"
    shutil.copy(GOLDEN / "bop_off_64x64.jai", tmp_path / name)
    write_page(tmp_path / name, tmp_path / "odd.html", pictures=False)
    seen = browse(tmp_path / "odd.html", "seen.title = document.querySelector('h1').textContent;")
    assert seen["title"] == name


def test_boxes_and_codestream_of_a_file_share_one_tree(browse: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    data = whole_file()
    (tmp_path / "a.jaii").write_bytes(data)
    write_page(tmp_path / "a.jaii", tmp_path / "a.html", pictures=False)
    at = data.find(STREAM)
    seen = browse(
        tmp_path / "a.html",
        f"""
        [...document.querySelectorAll("#items button")].find((e) => e.textContent === "irot").click();
        seen.property = choice();
        row("image_width").click(); seen.width = choice();
        [...document.querySelectorAll("#sizes button")].find((e) => e.textContent === "PIH").click();
        seen.substream = choice();
        document.getElementById("goto").value = "{at + 9}";
        document.getElementById("goto").dispatchEvent(new Event("change"));
        seen.element = choice();
        document.getElementById("goto").value = "9";
        document.getElementById("goto").dispatchEvent(new Event("change"));
        seen.brand = choice();
        seen.folded = [...document.querySelectorAll("#tree .row[aria-expanded=false] .name")]
          .filter((e) => e.textContent.includes("codestream")).length;
        """,
    )
    assert seen["property"]["detail"] == "irot"
    assert bytes(data[byte] for byte in seen["property"]["bytes"])[4:8] == b"irot"
    assert seen["width"]["detail"] == "image_width = 64"  # of the thumbnail, which comes first
    assert seen["substream"]["bytes"][0] == at + 2 and seen["substream"]["row"] == ["\u25bePIH"]
    assert seen["element"]["detail"].startswith("level_idc") and seen["brand"]["detail"] == "major_brand"
    assert seen["folded"] == 1  # of the thumbnail
