"""`--lossless`, `--max-error`, `--lossy` and `refdec lossless`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.layerrecord import layer_part, with_layer
from refdec.bitstream.markers import Marker

from .conftest import Run

SOURCE = Path(__file__).resolve().parents[1] / "golden" / "streams" / "kodim21_m1_+0_64x64.source.png"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(SOURCE.read_bytes())
    return tmp_path


def same(one: Path, other: Path) -> bool:
    return np.array_equal(np.asarray(Image.open(one)), np.asarray(Image.open(other)))


def test_from_an_original_to_the_same_original(folder: Path, refdec: Callable[..., Run]) -> None:
    made = refdec("encode", "a.png", "a.jai", "--lossless")
    assert made.code == 0 and "lossless layer of" in made.err + made.out
    decoded = refdec("decode", "a.jai", "b.png")
    assert decoded.code == 0 and "8 bit RGB, lossless" in decoded.err + decoded.out
    assert same(folder / "b.png", SOURCE)
    assert json.loads(refdec("decode", "a.jai", "b.png", "--json").out)["fidelity"] == "lossless"
    lossy = refdec("decode", "a.jai", "c.png", "--lossy")
    assert lossy.code == 0 and "lossless" not in lossy.err + lossy.out and not same(folder / "c.png", SOURCE)


def test_info_view_and_verify_know_a_layer(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "a.png", "a.jai", "--max-error", "2")
    facts = json.loads(refdec("info", "a.jai", "--json").out)
    assert facts["lossless_layer"] == "8 bit RGB, within 2" and facts["layer_bytes"] > 1000
    assert "lossless layer: 8 bit RGB, within 2" in refdec("view", "a.jai").out
    verdict = refdec("verify", "a.jai")
    assert verdict.code == 0 and "a lossless layer of" in verdict.out
    data = (folder / "a.jai").read_bytes()
    part = read_codestream(data).only(Marker.UDI)
    assert part is not None
    layer = layer_part(bytes(part.payload))[1]
    assert layer is not None
    (folder / "bad.jai").write_bytes(with_layer(data, layer[:200] + b"?" + layer[201:]))
    verdict = refdec("verify", "bad.jai")
    assert verdict.code == 3 and "RD2401" in verdict.out
    refused = refdec("decode", "bad.jai", "bad.png")
    assert refused.code == 3 and "refdec decode bad.jai --lossy" in refused.err
    assert refdec("decode", "bad.jai", "bad.png", "--lossy").code == 0


def test_a_layer_is_added_and_dropped(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "a.png", "a.jai", "--quality", "40")
    added = refdec("lossless", "add", "a.jai", "a.png", "exact.jai")
    assert added.code == 0 and "lossless" in added.err + added.out
    refdec("decode", "exact.jai", "b.png")
    assert same(folder / "b.png", SOURCE)
    assert refdec("lossless", "drop", "exact.jai", "again.jai").code == 0
    assert (folder / "again.jai").read_bytes() == (folder / "a.jai").read_bytes()
    again = refdec("lossless", "drop", "again.jai", "none.jai")
    assert again.code == 1 and "RD2403" in again.err and not (folder / "none.jai").exists()


def test_what_does_not_go_together_is_refused(folder: Path, refdec: Callable[..., Run]) -> None:
    for wishes in (("--lossless", "--private", "0,0,8,8", "--leave-out"), ("--max-error", "70000")):
        refused = refdec("encode", "a.png", "a.jai", *wishes)
        assert refused.code == 2 and "RD24" in refused.err and not (folder / "a.jai").exists()


def test_a_file_that_is_cut_inside_its_layer_shows_the_lossy_picture(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "a.png", "a.jai", "--lossless")
    refdec("decode", "a.jai", "lossy.png", "--lossy")
    (folder / "cut.jai").write_bytes((folder / "a.jai").read_bytes()[:-400])
    refused = refdec("decode", "cut.jai", "b.png")
    assert refused.code == 3 and "refdec decode cut.jai --lenient --lossy" in refused.err
    damaged = refdec("decode", "cut.jai", "b.png", "--lenient")
    assert damaged.code == 3 and "RD2401" in damaged.err and not (folder / "b.png").exists()
    shown = refdec("decode", "cut.jai", "b.png", "--lenient", "--lossy")
    assert shown.code == 0 and "RD0103" in shown.err
    assert same(folder / "b.png", folder / "lossy.png")
