"""What formats cannot hold is said, whoever writes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.formats.decoded import Picture
from refdec.formats.losses import losses
from refdec.heif.parts import Metadata

META = Metadata(icc=b"profile", exif=b"MM\0*", xmp=b"<x/>")


def test_formats_without_a_place_for_metadata_name_them() -> None:
    assert losses(".png", 8, 8, None, META) == ()
    (said,) = losses(".ppm", 8, 8, None, META)
    assert said.startswith("ppm has no place for what the file says") and "Exif" in said


def test_depths_that_do_not_fit_are_said() -> None:
    (spread,) = losses(".png", 3, 3, None)
    assert spread.startswith("a png holds codes 0..7 over the range 0..255") and "sample >> 5 is the code" in spread
    assert losses(".tif", 4, 4, None, gray=True) and losses(".webp", 7, 7, None)
    for suffix, bits, gray in ((".npy", 3, False), (".jpg", 3, True), (".png", 4, True), (".png", 1, True)):
        assert losses(suffix, bits, bits, None, gray=gray) == ()
    assert losses(".png", 4, 4, None) and losses(".png", 3, 3, None, gray=True)
    assert losses(".jpg", 8, 10, None) == (
        "jpg holds 8 bits of a sample, this picture has 10; png and tif hold them all",
    )
    assert losses(".tif", 10, 10, None) == ()


def test_pictures_that_are_saved_say_it_too(tmp_path: Path) -> None:
    plane = np.ones((2, 3), np.uint8)
    picture = Picture((plane,), 1, "gray", (1, 1), None, (), META)
    with pytest.warns(UserWarning, match="sample >> 7 is the code"):
        picture.save(tmp_path / "a.tif")
    with pytest.warns(UserWarning, match="no place for what the file says"):
        picture.save(tmp_path / "a.pgm")
    assert (tmp_path / "a.pgm").read_bytes().startswith(b"P5\n3 2\n1\n")
