"""Holes are where the user says, and what cannot be meant is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_tasks.enhance.holes import holes_of

from refdec.plugins.api import Refusal

SIZE = (40, 60)


def test_rectangles_and_a_mask_are_taken_together(tmp_path: Path) -> None:
    white = np.zeros(SIZE, np.uint8)
    white[30:35, 5:9] = 200
    white[0, 0] = 127
    Image.fromarray(white).save(tmp_path / "mask.png")
    holes = holes_of("2,3,4,5; 50,10,10,30", tmp_path / "mask.png", SIZE)
    wanted = np.zeros(SIZE, bool)
    wanted[3:8, 2:6] = wanted[10:40, 50:60] = wanted[30:35, 5:9] = True
    assert np.array_equal(holes, wanted)
    assert np.array_equal(holes_of(None, tmp_path / "mask.png", SIZE), white >= 128)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,2,3", "is not X,Y,W,H"),
        ("1,2,3,4;", "is not X,Y,W,H"),
        ("1,2,3,four", "is not X,Y,W,H"),
        ("-1,2,3,4", "not inside the picture, which is 60 x 40"),
        ("1,2,0,4", "not inside"),
        ("50,2,11,4", "not inside"),
        ("5,30,11,11", "not inside"),
        ("0,0,60,40", "All of the picture"),
        (None, "hole=X,Y,W,H"),
    ],
)
def test_what_cannot_be_meant(text: str | None, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        holes_of(text, None, SIZE)


def test_masks_that_are_none(tmp_path: Path) -> None:
    black, small, text = tmp_path / "black.png", tmp_path / "small.png", tmp_path / "text.png"
    Image.fromarray(np.zeros(SIZE, np.uint8)).save(black)
    Image.fromarray(np.full((30, 60), 255, np.uint8)).save(small)
    text.write_text("no picture")
    for path, reason in ((black, "white nowhere"), (small, "is 60 x 30"), (text, "cannot be read")):
        with pytest.raises(Refusal, match=reason):
            holes_of(None, path, SIZE)
    with pytest.raises(Refusal, match="cannot be read"):
        holes_of(None, tmp_path / "missing.png", SIZE)
