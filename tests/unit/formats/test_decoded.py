"""`Picture`: saved, shown, turned into arrays and images of Pillow, printed in one line."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from refdec.bitstream.rendering import Cicp, RenderingInfo
from refdec.formats.decoded import Picture
from refdec.formats.errors import FormatCannotHold, SuffixUnknown
from refdec.formats.files import read_picture
from refdec.formats.icc_writer import icc_profile
from refdec.heif.parts import AlphaPlane
from tests.unit.formats.support import picture, yuv_picture


def decoded(bits: int = 8, size: tuple[int, int] = (20, 30), rendering: RenderingInfo | None = None) -> Picture:
    return Picture(picture(*size, bits=bits).components, bits, "RGB", rendering=rendering)


def yuv() -> Picture:
    return Picture(yuv_picture(8, 8, "420").components, 8, "YUV", (2, 2))


@pytest.mark.parametrize("suffix", ["png", "ppm", "npy"])
def test_it_is_saved_by_suffix_and_by_format(suffix: str, tmp_path: Path) -> None:
    made, target = decoded(), io.BytesIO()
    made.save(tmp_path / f"a.{suffix}")
    for name in (suffix, f".{suffix.upper()}"):
        target = io.BytesIO()
        made.save(target, format=name)
        assert (tmp_path / f"a.{suffix}").read_bytes() == target.getvalue()
    back = read_picture(tmp_path / f"a.{suffix}")
    assert np.array_equal(np.stack(back.components, axis=-1), made.array)
    with pytest.raises(SuffixUnknown):
        made.save(io.BytesIO())


def test_chroma_beside_transparency_is_divided_about_its_middle(tmp_path: Path) -> None:
    half = np.full((2, 2), 128, np.uint8)
    alpha = AlphaPlane(half, 8, premultiplied=True)
    Picture((half // 2, half, half), 8, "YUV", alpha=alpha).save(tmp_path / "a.npy")
    assert np.load(tmp_path / "a.npy")[0, 0].tolist() == [128, 128, 128, 128]
    with pytest.raises(FormatCannotHold, match="smaller than luma"):
        Picture((half, half[:1, :1], half[:1, :1]), 8, "YUV", (2, 2), alpha=alpha).save(tmp_path / "b.npy")


def test_saving_says_what_is_lost(tmp_path: Path) -> None:
    made = decoded(rendering=RenderingInfo(Cicp(9, 16, 0, 1, 0)))
    with pytest.warns(UserWarning, match="BT.2020 and transfer PQ"):
        made.save(tmp_path / "a.jpg")
    made.save(tmp_path / "a.png")
    assert b"cICP\x09\x10\x00\x01" in (tmp_path / "a.png").read_bytes()


def test_it_is_an_array_to_numpy() -> None:
    made = decoded(10)
    assert np.asarray(made).dtype == np.uint16 and np.array_equal(np.asarray(made), made.array)
    assert np.asarray(made, dtype=np.float32).dtype == np.float32
    assert np.array(made, copy=True).shape == (20, 30, 3)
    with pytest.raises(ValueError, match="copy"):
        np.array(made, copy=False)
    with pytest.raises(ValueError, match="subsampled"):
        np.asarray(yuv())


def test_notebooks_show_it() -> None:
    shown = decoded()._repr_png_()
    assert shown is not None
    assert np.array_equal(np.asarray(PIL.Image.open(io.BytesIO(shown))), decoded().array)
    assert yuv()._repr_png_() is None


def test_notebooks_show_fewer_samples_of_a_large_picture() -> None:
    plane = np.zeros((3000, 2000), np.uint8)
    shown = Picture((plane, plane, plane), 8, "RGB")._repr_png_()
    assert shown is not None and PIL.Image.open(io.BytesIO(shown)).size == (1000, 1500)


def test_pillow_gets_it_with_its_colours() -> None:
    made = decoded(rendering=RenderingInfo(Cicp(12, 13, 0, 1, 0)))
    image = made.to_pil()
    assert image.mode == "RGB" and np.array_equal(np.asarray(image), made.array)
    assert image.info["icc_profile"] == icc_profile(12, 13)
    for other in (decoded(10), yuv()):
        with pytest.raises(FormatCannotHold, match="Pillow"):
            other.to_pil()


def test_pillow_gets_few_bits_over_the_whole_range() -> None:
    plane = np.array([[0, 1, 7]], np.uint8)
    assert np.asarray(Picture((plane,), 3, "gray").to_pil()).tolist() == [[0, 36, 255]]
    clear = AlphaPlane(np.array([[0, 128, 255]], np.uint8), 8)
    with_it = np.asarray(Picture((plane,) * 3, 3, "RGB", alpha=clear).to_pil())
    assert with_it[0].tolist() == [[0, 0, 0, 0], [36, 36, 36, 128], [255, 255, 255, 255]]


def test_it_is_one_line_of_text_and_passes_between_processes() -> None:
    assert repr(decoded()) == "<Picture 30 x 20, 8 bit RGB>"
    said = Picture(decoded().planes, 8, "RGB", warnings=("a", "b"))
    assert repr(said) == "<Picture 30 x 20, 8 bit RGB, 2 warnings>"
    again = pickle.loads(pickle.dumps(said))
    assert type(again) is Picture and np.array_equal(again.array, said.array) and again.warnings == ("a", "b")
