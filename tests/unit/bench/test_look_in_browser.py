"""The page of `refdec bench look` in a real browser: it compares, zooms, subtracts, and runs a blind session."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.bench.look import Figures, LookedAt, Rendition
from refdec.bench.look_page import render_look_page
from refdec.bench.look_scores import merged_scores, read_session
from tests.browser import browse, chromium_or_skip

Browse = Callable[..., dict[str, Any]]
WIDTH, HEIGHT = 96, 64


def noise(seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def looked_at(name: str, seed: int) -> LookedAt:
    figures = Figures(30.123, 29.0, None, 0.9)
    made = (
        Rendition("analysis", 2.0, "model 1", 1536, noise(seed + 1), figures),
        Rendition("jpeg", 2.0, "quality 9", 1920, noise(seed + 2), figures),
    )
    return LookedAt(name, noise(seed), made)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("look") / "look.html"
    pictures = [looked_at("one", 10), looked_at("two", 20), looked_at("three", 30)]
    path.write_text(render_look_page(pictures, version="1", told=[("jpeg", "Pillow JPEG")]))
    return path


@pytest.fixture
def look(page: Path, tmp_path: Path) -> Browse:
    return partial(browse, chromium_or_skip(), page, tmp_path)


def test_two_pictures_at_one_place(look: Browse) -> None:
    seen = look(
        """
        await settled();
        const root = document.getElementById("stage"), images = [...root.querySelectorAll("img")];
        const places = () => images.map((image) => image.style.transform);
        const mode = (name) => document.querySelector(`[data-mode=${name}]`).click();
        const key = (name, target) => target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
        seen.tags = [...root.querySelectorAll(".tag")].map((tag) => tag.textContent);
        seen.pixelated = getComputedStyle(images[0]).imageRendering;
        seen.fitted = places();
        // The wheel keeps the sample below the pointer where it is.
        key("1", root);
        const box = root.getBoundingClientRect();
        const at = { clientX: box.left + 700, clientY: box.top + 300, bubbles: true, cancelable: true };
        const wheel = () => root.dispatchEvent(new WheelEvent("wheel", { deltaY: -100, ...at }));
        for (let k = 0; k < 8; k++) wheel();
        const sample = () => {
          const [x, y, scale] = images[0].style.transform.match(/[-0-9.]+/g).map(Number);
          return [(700 - x) / scale, (300 - y) / scale, scale];
        };
        seen.before = sample();
        wheel();
        seen.after = sample();
        key("ArrowRight", root); seen.moved = sample();
        seen.same = places()[0] === places()[1];
        const touch = (type, pointerId, x) => root.dispatchEvent(new PointerEvent(type, {
          pointerId, clientX: box.left + x, clientY: box.top + 300, bubbles: true, pointerType: "touch" }));
        touch("pointerdown", 1, 600); touch("pointerdown", 2, 700); touch("pointermove", 2, 900);
        seen.pinched = sample()[2]; touch("pointerup", 1, 600); touch("pointerup", 2, 900);
        // The slider, by keys.
        const divider = root.querySelector(".divider");
        key("ArrowLeft", divider); key("PageDown", divider);
        seen.split = divider.getAttribute("aria-valuenow");
        seen.clip = [...root.querySelectorAll(".pane")].slice(0, 2).map((pane) => pane.style.clipPath);
        // Others on both sides, by table and box; swapped by a key.
        document.querySelector('#figures input[name="side-0"][value="2"]').click();
        const right = document.getElementById("right");
        right.value = 0; right.dispatchEvent(new Event("change"));
        seen.chosen = [...root.querySelectorAll(".tag")].map((tag) => tag.textContent);
        key("x", document.body);
        seen.swapped = [...root.querySelectorAll(".tag")].map((tag) => tag.textContent);
        mode("flip");
        const visible = () => [...root.querySelectorAll(".pane")].map((pane) => getComputedStyle(pane).visibility);
        seen.flip = visible();
        await new Promise((done) => setTimeout(done, 600));
        seen.flop = visible();
        key(" ", document.body); seen.paused = document.getElementById("run").textContent;
        mode("beside");
        seen.beside = images.map((image) => Math.round(image.getBoundingClientRect().left - box.left));
        """
    )
    assert seen["tags"] == ["original", "analysis, 2.000 bpp"]
    assert seen["pixelated"] == "pixelated"
    assert seen["fitted"][0] == seen["fitted"][1] and seen["same"]
    assert seen["after"][2] > seen["before"][2] > 1
    assert seen["after"][:2] == pytest.approx(seen["before"][:2], abs=0.05)
    assert seen["moved"][0] > seen["after"][0]
    assert seen["pinched"] == pytest.approx(3 * seen["after"][2], rel=0.01) or seen["pinched"] == 48
    assert seen["split"] == "39"
    assert seen["clip"] == ["inset(0px 61% 0px 0px)", "inset(0px 0px 0px 39%)"]
    assert seen["chosen"] == ["jpeg, 2.500 bpp", "original"]
    assert seen["swapped"] == ["original", "jpeg, 2.500 bpp"]
    assert seen["flip"][:2] == ["visible", "hidden"] and seen["flop"][:2] == ["hidden", "visible"]
    assert seen["paused"] == "run"
    left, right = seen["beside"]
    assert right - left == pytest.approx(700, abs=40)


def test_figures_and_the_difference_of_samples(look: Browse) -> None:
    seen = look(
        """
        await settled();
        const second = document.getElementById("picture");
        second.value = 1; second.dispatchEvent(new Event("change"));
        const root = document.getElementById("stage");
        const drawn = new Promise((done) => root.addEventListener("subtracted", done));
        document.querySelector("[data-mode=difference]").click();
        const gain = document.getElementById("gain");
        gain.value = 1; gain.dispatchEvent(new Event("input"));
        await drawn;
        const canvas = root.querySelector("canvas");
        seen.data = [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
        seen.tag = root.querySelector(".tag").textContent;
        const texts = (row) => [...row.cells].map((cell) => cell.textContent);
        seen.rows = [...document.querySelectorAll("#figures tbody tr")].map(texts);
        seen.marked = [...document.querySelectorAll("#figures .unequal")].map((cell) => cell.textContent);
        seen.note = document.getElementById("unequal").hidden;
        """
    )
    first, other = noise(20).astype(int), noise(21).astype(int)
    wanted = np.minimum(np.abs(first - other) * 2, 255)
    assert np.array_equal(np.array(seen["data"]).reshape(HEIGHT, WIDTH, 4)[..., :3], wanted)
    assert seen["tag"].endswith("\u00d7 2")
    assert seen["rows"][2][3:10] == ["1,536", "2.000", "+0.0 %", "30.12", "29.00", "\u2013", "0.9000"]
    assert seen["marked"] == ["+25.0 %"] and seen["note"] is False


SESSION = """
const set = (letter, value) => {
  const input = document.getElementById("score-" + letter);
  input.value = value; input.dispatchEvent(new Event("input"));
};
const text = (id) => document.getElementById(id).textContent;
"""


def test_a_session_is_saved_resumed_and_summed_up(look: Browse, tmp_path: Path) -> None:
    """The page is loaded anew after two trials; what it saves is what the command line reads and sums up alike."""
    seen = look(
        SESSION
        + """
        document.getElementById("tab-blind").click();
        if (location.hash !== "#again") {
          document.getElementById("viewer").value = "Anna";
          document.getElementById("seed").value = "77";
          document.getElementById("start").click();
          document.getElementById("next").click();
          if (text("count") !== "trial 1 of 9") throw Error("went on without scores");
          set("A", 80); set("B", 60); document.getElementById("next").click();
          set("A", 71); set("B", 70); document.getElementById("next").click();
          location.hash = "again"; location.reload();
          return;
        }
        seen.offer = text("resume");
        document.getElementById("resume").click();
        seen.count = text("count");
        document.getElementById("back").click();
        seen.back = [text("count"), document.getElementById("score-A").value, document.getElementById("score-B").value];
        document.getElementById("next").click();
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "b" }));
        seen.shown = [...document.querySelectorAll("#shown [aria-pressed=true]")].map((button) => button.textContent);
        for (let k = 2; k < 9; k++) {
          if (text("next") === "Finish") seen.finish = k;
          set("A", 90 - 3 * k); set("B", 40 + k * k % 30);
          document.getElementById("next").click();
        }
        seen.open = !document.getElementById("results").hidden;
        const named = {};
        URL.createObjectURL = (blob) => { named.blob = blob; return "data:,"; };
        HTMLAnchorElement.prototype.click = function () { named.name = this.download; };
        document.getElementById("save").click();
        seen.name = named.name;
        seen.saved = await named.blob.text();
        const texts = (row) => [...row.cells].slice(0, 5).map((cell) => cell.textContent);
        seen.table = [...document.querySelectorAll("#means tbody tr")].map(texts);
        const other = JSON.parse(seen.saved);
        other.viewer = "Ben"; other.trials.forEach((trial, k) => { trial.test = (7 * k) % 100; });
        const bad = JSON.parse(seen.saved); bad.page = "elsewhere";
        const file = (value, name) => new File([JSON.stringify(value)], name);
        await Blind.add([file(other, "ben.json"), file(bad, "bad.json"), file([], "list.json")]);
        seen.refused = text("refused");
        seen.other = JSON.stringify(other);
        seen.both = Blind.meansOf([JSON.parse(seen.saved), other]);
        seen.basis = text("basis");
        const later = {...JSON.parse(seen.saved), began: "later"};
        seen.later = JSON.stringify(later);
        seen.sittings = Blind.meansOf([JSON.parse(seen.saved), other, later]);
        """
    )
    assert seen["offer"] == "Go on with trial 3 of 9" and seen["count"] == "trial 3 of 9"
    assert seen["back"] == ["trial 2 of 9", "71", "70"]
    assert seen["shown"] == ["B"] and seen["finish"] == 8 and seen["open"]
    assert seen["name"] == "look-Anna-77.json"
    anna, ben = tmp_path / "anna.json", tmp_path / "ben.json"
    anna.write_text(seen["saved"])
    ben.write_text(seen["other"])
    values = json.loads(seen["saved"])
    assert values["complete"] and values["seed"] == 77 and len(values["trials"]) == 9
    first = values["trials"][0]
    assert (first["reference"], first["test"]) == ((80, 60) if first["reference_first"] else (60, 80))
    assert {(trial["picture"], trial["codec"]) for trial in values["trials"]} == {
        (picture, codec) for picture in ("one", "two", "three") for codec in ("original", "analysis", "jpeg")
    }
    rows = merged_scores([read_session(anna)])
    assert [row[3] for row in seen["table"]] == [f"{row.mean:.1f}" for row in rows]
    for row, shown in zip(rows, seen["table"], strict=True):
        assert row.half_width is not None
        assert shown[4] == f"{row.mean - row.half_width:.1f} to {row.mean + row.half_width:.1f}"
    later = tmp_path / "later.json"
    later.write_text(seen["later"])
    sittings = merged_scores([read_session(path) for path in (anna, ben, later)])
    assert [(r["observations"], r["trials"]) for r in seen["sittings"]] == [
        (r.observations, r.trials) for r in sittings
    ]
    assert {row.observations for row in sittings} == {2}
    both = merged_scores([read_session(anna), read_session(ben)])
    assert [(row.codec, row.observations) for row in both] == [(r["codec"], r["observations"]) for r in seen["both"]]
    assert [row.half_width for row in both] == pytest.approx([row["half"] for row in seen["both"]], abs=1e-3)
    assert "bad.json is about another page" in seen["refused"] and "list.json holds no scores" in seen["refused"]
    assert "over viewers" in seen["basis"]


def test_without_storage_the_page_says_so_and_the_order_follows_the_seed(look: Browse) -> None:
    seen = look(
        SESSION
        + """
        seen.forgetful = !document.getElementById("forgetful").hidden;
        seen.plans = [Blind.planOf(5), Blind.planOf(5), Blind.planOf(6)];
        seen.sides = [...Array(200).keys()].map((seed) => Blind.planOf(seed).filter((t) => t.referenceFirst).length);
        document.getElementById("tab-blind").click();
        document.getElementById("seed").value = "-1"; document.getElementById("start").click();
        seen.refused = !document.getElementById("seed-wrong").hidden && !document.getElementById("intro").hidden;
        document.getElementById("seed").value = "5"; document.getElementById("start").click();
        set("A", 10);
        // Fifty, where the knob stands already, is taken by Enter.
        document.getElementById("score-B").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        seen.fifty = document.querySelector("#scale-B output").textContent;
        document.getElementById("next").click();
        document.getElementById("pause").click();
        seen.offer = text("resume");
        document.getElementById("tab-results").click();
        seen.about = text("about");
        """,
        before="Object.defineProperty(window, 'localStorage', { get() { throw new Error('not allowed'); } });",
    )
    first, again, other = seen["plans"]
    assert first == again != other
    assert len({(trial["picture"], trial["image"]) for trial in first}) == 9
    for plan in seen["plans"]:
        assert all(one["picture"] != two["picture"] for one, two in pairwise(plan[:-2]))
    assert sum(seen["sides"]) == pytest.approx(900, abs=90)
    assert seen["forgetful"] and seen["refused"] and seen["fifty"] == "50"
    assert seen["offer"] == "Go on with trial 2 of 9"
    assert seen["about"].startswith("From one session")
