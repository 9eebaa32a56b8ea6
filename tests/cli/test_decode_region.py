"""`refdec decode --region` and `refdec info` with rendering information."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

import refdec as library

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


def test_region_writes_the_crop(refdec: Refdec, tmp_path: Path) -> None:
    assert refdec("decode", DEMO, tmp_path / "whole.png").code == 0
    run = refdec("decode", DEMO, tmp_path / "part.png", "--region", "100,50,64,33", "--json")
    assert run.code == 0, run.err
    report = json.loads(run.out)
    assert (report["width"], report["height"]) == (64, 33)
    whole, part = (np.asarray(Image.open(tmp_path / name)) for name in ("whole.png", "part.png"))
    assert np.array_equal(part, whole[50:83, 100:164])


def test_a_region_outside_is_a_usage_error(refdec: Refdec, tmp_path: Path) -> None:
    for text in ("0,0,1,99999", "1,2,3", "a,b,c,d"):
        run = refdec("decode", DEMO, tmp_path / "part.png", "--region", text)
        assert run.code == 2, text
    assert not (tmp_path / "part.png").exists()


def test_info_names_rendering_information_and_its_units(refdec: Refdec, vectors: Path) -> None:
    """5.16: names as printed, beside them the values in units; dynamic metadata as hexadecimal digits."""
    found = json.loads(refdec("info", vectors / "bop_rdi.jai", "--json").out)["rendering"]
    assert found["cicp"]["transfer_characteristics"] == 16
    assert found["mdcv"]["mastering_display_colour_primaries_x"] == [35400, 8500, 6550]
    assert found["mdcv"]["primaries (CIE x,y)"]["green"] == "0.70800,0.29200"
    assert found["mdcv"]["maximum luminance (cd/m2)"] == "1000.0000"
    assert found["clli"]["maximum_content_light_level"] == 1000
    assert found["dynamic metadata"] == {"dm_type": 1, "dm_size": 3, "dm_data": "012345"}
    text = refdec("info", vectors / "bop_rdi.jai").out
    assert "mdcv minimum luminance (cd/m2)" in text
