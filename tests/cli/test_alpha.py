"""Transparency through HEIF files: every sample of it comes back, whatever became of the colours."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

import refdec
from refdec.formats.files import read_picture, write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.heif.parts import AlphaPlane, Samples
from tests.encodable import photograph

from .conftest import Run

Refdec = Callable[..., Run]
HEIGHT, WIDTH = 70, 90


def opacity(bits: int = 8) -> Samples:
    """Return transparency with edges, ramps and noise, nothing and all of it."""
    dice = np.random.default_rng(5)
    most = (1 << bits) - 1
    plane = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) * most // (HEIGHT * WIDTH - 1)
    plane[10:30, 20:60], plane[:8], plane[-8:] = dice.integers(0, most + 1, (20, 40)), 0, most
    return plane.astype(np.uint8) if bits <= 8 else plane.astype(np.uint16)


def source(path: Path, bits: int, *, premultiplied: bool = False, gray: bool = False) -> Path:
    """Write a picture with transparency."""
    colours = photograph(HEIGHT, WIDTH, bits=bits) if bits <= 8 else photograph(HEIGHT, WIDTH).astype(np.uint16) * 257
    planes = tuple(np.ascontiguousarray(colours[..., channel]) for channel in range(1 if gray else 3))
    alpha = AlphaPlane(opacity(bits), bits, premultiplied)
    if premultiplied:
        most = (1 << bits) - 1
        planes = tuple((plane.astype(np.int64) * alpha.samples // most).astype(plane.dtype) for plane in planes)
    write_picture(path, CodePicture(planes, bits, Colour.GRAY if gray else Colour.RGB, alpha=alpha))
    return path


def alpha_in(path: Path) -> AlphaPlane:
    """Return the transparency of a picture file, as refdec's readers have it."""
    found = read_picture(path, keep_alpha=True).alpha
    assert found is not None
    return found


@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize(("suffix", "bits"), [("png", 8), ("png", 16), ("webp", 8), ("tif", 8), ("tif", 16)])
def test_every_sample_comes_back(refdec: Refdec, tmp_path: Path, suffix: str, bits: int, gray: bool) -> None:
    picture = source(tmp_path / f"a.{suffix}", bits, gray=gray)
    assert np.array_equal(alpha_in(picture).samples, opacity(bits)), "the file is what it should be"
    ran = refdec("encode", picture, tmp_path / "a.jaii", "--quality", 20)
    assert (ran.code, ran.err) == (0, "")
    decoded = refdec_decode(tmp_path / "a.jaii")
    assert decoded.alpha is not None and np.array_equal(decoded.alpha.samples, opacity(bits))
    back = tmp_path / f"back.{suffix}"
    ran = refdec("decode", tmp_path / "a.jaii", back)
    assert (ran.code, ran.err) == (0, "")
    assert np.array_equal(alpha_in(back).samples, opacity(bits))
    if bits == 8:
        with PIL.Image.open(back) as image:
            assert np.array_equal(np.asarray(image.convert("RGBA"))[..., 3], opacity()), "other readers see the same"
    assert refdec("verify", tmp_path / "a.jaii").code == 0


def refdec_decode(path: Path) -> refdec.Picture:
    return refdec.decode(path)


@pytest.mark.parametrize("bits", [8, 16])
def test_colours_that_are_multiplied_by_it_are_said_to_be(refdec: Refdec, tmp_path: Path, bits: int) -> None:
    picture = source(tmp_path / "a.tif", bits, premultiplied=True)
    whole = read_picture(picture, keep_alpha=True)
    assert whole.alpha is not None and whole.alpha.premultiplied
    assert refdec("encode", picture, tmp_path / "a.jaii", "--quality", 90).err == ""
    found = refdec_decode(tmp_path / "a.jaii")
    assert found.alpha is not None and found.alpha.premultiplied
    assert refdec("decode", tmp_path / "a.jaii", tmp_path / "b.tif").err == ""
    again = read_picture(tmp_path / "b.tif", keep_alpha=True)
    assert again.alpha is not None and again.alpha.premultiplied
    assert np.array_equal(again.alpha.samples, opacity(bits))
    assert refdec("decode", tmp_path / "a.jaii", tmp_path / "b.png").err == ""
    straight = read_picture(tmp_path / "b.png", keep_alpha=True)
    assert straight.alpha is not None and not straight.alpha.premultiplied
    assert np.array_equal(straight.alpha.samples, opacity(bits))
    assert straight.components[0].max() > again.components[0][20:50].max(), "colours are divided by it"


def test_formats_without_transparency_say_so(refdec: Refdec, tmp_path: Path) -> None:
    picture = source(tmp_path / "a.png", 16)
    assert refdec("encode", picture, tmp_path / "a.jaii", "--quality", 20).code == 0
    for suffix in ("jpg", "ppm"):
        ran = refdec("decode", tmp_path / "a.jaii", tmp_path / f"a.{suffix}")
        assert ran.code == 0 and f"{suffix} has no place for the transparency" in ran.err
    assert refdec("decode", tmp_path / "a.jaii", tmp_path / "a.npy").err == ""
    assert np.array_equal(np.load(tmp_path / "a.npy")[..., 3], opacity(16))
    ran = refdec("decode", tmp_path / "a.jaii", tmp_path / "a.webp")
    assert ran.code == 0 and "of 16 bits is rounded to 8" in ran.err
    ran = refdec("transcode", tmp_path / "a.jaii", tmp_path / "a.jai")
    assert "transparency" in ran.err
    assert refdec("decode", tmp_path / "a.jaii", tmp_path / "small.png", "--scale", 8).err.count("no transparency") == 1


def test_a_bare_codestream_has_none_as_ever(refdec: Refdec, tmp_path: Path) -> None:
    picture = source(tmp_path / "a.png", 8)
    ran = refdec("encode", picture, tmp_path / "a.jai")
    assert ran.code == 1 and "RD0712" in ran.err and "jaii" in ran.err
    rgba = np.dstack((photograph(HEIGHT, WIDTH), np.full((HEIGHT, WIDTH), 255, np.uint8)))
    PIL.Image.fromarray(rgba).save(tmp_path / "opaque.png")
    assert refdec("encode", tmp_path / "opaque.png", tmp_path / "opaque.jaii", "--quality", 20).err == ""
    assert refdec_decode(tmp_path / "opaque.jaii").alpha is None, "what is opaque everywhere is not transparent"


def test_regions_and_turned_pictures(refdec: Refdec, tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 7
    rgba = np.dstack((photograph(HEIGHT, WIDTH), opacity()))
    PIL.Image.fromarray(rgba).save(tmp_path / "a.png", exif=exif)
    assert refdec("encode", tmp_path / "a.png", tmp_path / "a.jaii", "--quality", 20).code == 0
    assert refdec("decode", tmp_path / "a.jaii", tmp_path / "whole.png").code == 0
    assert refdec("decode", tmp_path / "a.jaii", tmp_path / "part.png", "--region", "9,11,40,50").code == 0
    whole, part = (np.asarray(PIL.Image.open(tmp_path / name)) for name in ("whole.png", "part.png"))
    assert np.array_equal(whole[..., 3], opacity()[::-1, ::-1].T)
    assert np.array_equal(part, whole[11:61, 9:49])


def test_private_regions_show_no_shape(refdec: Refdec, tmp_path: Path) -> None:
    picture = source(tmp_path / "a.png", 8)
    ran = refdec("encode", picture, tmp_path / "a.jaii", "--private", "20,10,40,20", "--leave-out", "--quality", 20)
    assert ran.code == 0 and "nothing is transparent" in ran.err
    alpha = refdec_decode(tmp_path / "a.jaii").alpha
    assert alpha is not None and np.all(alpha.samples[10:30, 20:60] == 255)
    assert np.array_equal(alpha.samples[30:], opacity()[30:])


def rgba_array(bits: int) -> npt.NDArray[np.unsignedinteger]:
    colours = photograph(HEIGHT, WIDTH)
    return np.dstack((colours if bits == 8 else colours.astype(np.uint16) * 257, opacity(bits)))


@pytest.mark.parametrize("bits", [8, 16])
def test_arrays_and_pictures_in_python(tmp_path: Path, bits: int) -> None:
    data = refdec.encode(rgba_array(bits), container="jaii", quality=20)
    picture = refdec.decode(data)
    assert picture.alpha is not None and picture.alpha.bits == bits and picture.array.shape == (HEIGHT, WIDTH, 3)
    picture.save(tmp_path / "a.png")
    assert np.array_equal(alpha_in(tmp_path / "a.png").samples, opacity(bits))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        picture.save(tmp_path / "a.ppm")
    assert any("transparency" in str(each.message) for each in said)
    again = refdec.decode(refdec.encode(picture, container="jaii", quality=20))
    assert again.alpha is not None and np.array_equal(again.alpha.samples, opacity(bits))
    if bits == 8:
        image = picture.to_pil()
        assert image.mode == "RGBA" and np.array_equal(np.asarray(image)[..., 3], opacity())
        assert refdec.decode(refdec.encode(image, container="jaii", quality=20)).alpha is not None


def test_pillow_opens_files_with_transparency(tmp_path: Path) -> None:
    import refdec.adapters.pillow  # noqa: F401 - importing registers

    PIL.Image.fromarray(rgba_array(8)).save(tmp_path / "a.jaii", quality=20)
    with PIL.Image.open(tmp_path / "a.jaii") as image:
        assert (image.format, image.mode) == ("JPEGAI", "RGBA")
        assert image.draft("RGBA", (11, 9)) is None
        assert np.array_equal(np.asarray(image)[..., 3], opacity())


@pytest.mark.parametrize("bits", [8, 16])
def test_with_a_lossless_layer_all_of_a_picture_comes_back(refdec: Refdec, tmp_path: Path, bits: int) -> None:
    picture = source(tmp_path / "a.png", bits)
    assert refdec("encode", picture, tmp_path / "a.jaii", "--lossless", "--quality", 20).err == ""
    ran = refdec("decode", tmp_path / "a.jaii", tmp_path / "b.png", "--json")
    assert ran.code == 0 and '"fidelity": "lossless"' in ran.out
    first, second = (read_picture(tmp_path / name, keep_alpha=True) for name in ("a.png", "b.png"))
    for one, other in zip(first.components, second.components, strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(alpha_in(tmp_path / "b.png").samples, opacity(bits))
