"""A sheet shows the very samples of originals and renditions, in order, and is refused before anything is coded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.bench.errors import SheetTooLarge
from refdec.bench.look import Figures, LookedAt, Rendition
from refdec.bench.look_sheet import BETWEEN, SheetPlan, look_sheet, write_sheet
from refdec.decoding.errors import RegionOutside
from refdec.formats.files import read_picture
from refdec.tiling.geometry import Rect
from tests.unit.bench.test_codecs import scene

PART = Rect(8, 4, 30, 20)


def looked_at() -> LookedAt:
    original = scene(40, 48)
    made = [
        Rendition(codec, bpp, "told", 100, original ^ flip, Figures(30.0, 29.0, None, 0.9))
        for bpp in (0.25, 0.5)
        for codec, flip in (("refine", 1), ("jpeg", 3))
    ]
    return LookedAt("scene", original, tuple(made))


def test_a_row_holds_the_part_of_the_original_and_of_each_codec() -> None:
    seen = looked_at()
    sheet = look_sheet([seen], SheetPlan(PART, 2))
    wanted = [seen.rgb, seen.renditions[0].rgb, seen.renditions[1].rgb]
    row = [one[4:24, 8:38].repeat(2, axis=0).repeat(2, axis=1) for one in wanted]
    places = np.flatnonzero((sheet[0] != 255).any(axis=-1))
    left = 0
    for cut in row:
        assert np.array_equal(sheet[:40, left : left + 60], cut)
        beyond = places[places >= left + 60]
        left = int(beyond[0]) if beyond.size else sheet.shape[1]
        assert left >= BETWEEN
    height = sheet.shape[0] // 2
    assert np.array_equal(sheet[height : height + 40, :60], row[0]), "each rate has a row of its own"


def test_all_of_a_picture_without_a_part() -> None:
    seen = looked_at()
    assert np.array_equal(look_sheet([seen], SheetPlan())[:40, :48], seen.rgb)


@pytest.mark.parametrize("part", [Rect(20, 0, 30, 10), Rect(0, 35, 4, 6), Rect(0, 0, 0, 4), Rect(0, 0, 4, 0)])
def test_a_part_lies_in_every_picture(part: Rect) -> None:
    SheetPlan(PART).require([(40, 48)], codecs=2, rates=2)
    with pytest.raises(RegionOutside):
        SheetPlan(part).require([(400, 480), (40, 48)], codecs=2, rates=2)


def test_a_sheet_has_a_limit() -> None:
    SheetPlan(None, 1).require([(4096, 4096)], codecs=3, rates=1)
    with pytest.raises(SheetTooLarge, match="134,217,728 pixels"):
        SheetPlan(None, 1).require([(4096, 4096)], codecs=3, rates=2)
    with pytest.raises(SheetTooLarge):
        SheetPlan(None, 2).require([(4096, 4096)], codecs=3, rates=1)


def test_it_is_written_as_it_is(tmp_path: Path) -> None:
    sheet = look_sheet([looked_at()], SheetPlan(PART))
    write_sheet(tmp_path / "sheet.png", sheet)
    read = read_picture(tmp_path / "sheet.png")
    assert np.array_equal(np.stack(read.components, axis=-1), sheet)
