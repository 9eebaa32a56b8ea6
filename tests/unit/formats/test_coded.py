"""JPEG and WebP: what they hold, and what they cannot."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from refdec.formats.description import SourceDescription
from refdec.formats.errors import FormatCannotHold
from refdec.formats.exif import exif_with_resolution
from refdec.formats.files import open_writer, write_picture
from refdec.formats.icc_writer import icc_profile
from refdec.formats.pictures import CodePicture, Colour, PictureSpec
from refdec.heif.parts import AlphaPlane, Metadata
from tests.unit.formats.support import picture, yuv_picture


def written(made: CodePicture, suffix: str) -> PIL.Image.Image:
    target = io.BytesIO()
    write_picture(target, made, suffix=suffix, cicp=(12, 13))
    return PIL.Image.open(io.BytesIO(target.getvalue()))


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
def test_webp_is_without_loss(colour: Colour) -> None:
    made = picture(45, 31, colour=colour)
    image = written(made, ".webp")
    assert image.mode == "RGB" and image.info["icc_profile"] == icc_profile(12, 13)
    assert np.array_equal(np.asarray(image), np.stack(made.as_rgb().components, axis=-1))


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_jpeg_is_close_and_has_all_of_chroma(suffix: str) -> None:
    made = picture(64, 48)
    image = written(made, suffix)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]
    assert image.info["icc_profile"] == icc_profile(12, 13)
    difference = np.asarray(image).astype(int) - np.stack(made.components, axis=-1)
    assert abs(difference).mean() < 3


def test_a_gray_jpeg_has_one_component() -> None:
    image = written(picture(16, 16, colour=Colour.GRAY), ".jpg")
    assert image.mode == "L" and image.info["icc_profile"] == icc_profile(12, 13, gray=True)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_what_they_cannot_hold_is_refused_before_a_file_is_there(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"a{suffix}"
    for made, advice in ((picture(8, 8, bits=10), "--bit-depth 8"), (yuv_picture(8, 8, "420"), "Convert to RGB")):
        with pytest.raises(FormatCannotHold) as caught:
            write_picture(target, made)
        assert advice in caught.value.explain()
    with pytest.raises(FormatCannotHold, match="sides up to"):
        open_writer(target, "", PictureSpec(((1, 70000),) * 3, 8, Colour.RGB))
    assert list(tmp_path.iterdir()) == []


def test_missing_rows_leave_no_file(tmp_path: Path) -> None:
    made = picture(8, 8)
    with pytest.raises(ZeroDivisionError), open_writer(tmp_path / "a.jpg", "", made.spec()) as writer:
        writer.write_rows(*(plane[:4] for plane in made.components))
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_webp_keeps_colours_below_transparency() -> None:
    """Found: what cannot be seen was written as black, in files that are called lossless."""
    made = picture(20, 31, 8, Colour.RGB)
    alpha = AlphaPlane(np.zeros((20, 31), np.uint8), 8)
    image = written(replace(made, alpha=alpha), ".webp")
    assert np.array_equal(np.asarray(image), np.dstack((*made.components, alpha.samples)))


@pytest.mark.parametrize("dots", [(300, 300), (72, 144)])
def test_a_jpeg_states_its_resolution_where_viewers_look_first(dots: tuple[int, int]) -> None:
    """Found: Exif data stated it, and JFIF in front of them stated none."""
    exif = exif_with_resolution(b"", *map(Fraction, dots))
    made = replace(picture(8, 8, 8, Colour.RGB), description=SourceDescription(metadata=Metadata(exif=exif)))
    info = written(made, ".jpg").info
    assert (info["jfif_unit"], info["jfif_density"]) == (1, dots)
    assert written(picture(8, 8, 8, Colour.RGB), ".jpg").info["jfif_unit"] == 0
