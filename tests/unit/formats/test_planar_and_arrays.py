"""PPM and PGM, raw YUV, NPY: round trips, layouts, damaged files."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from refdec.formats.errors import (
    AlphaNotSupported,
    FormatCannotHold,
    PictureDamaged,
    PictureTooLarge,
    PictureUnrecognised,
    PictureUnsupported,
    RowsDoNotFit,
    YuvLayoutUnknown,
    YuvSizeMismatch,
)
from refdec.formats.files import open_writer, read_picture, write_picture
from refdec.formats.pictures import CodePicture, Colour, PictureSpec
from refdec.formats.yuv import YuvLayout, layout_of_name
from refdec.limits import Limits
from tests.unit.formats.support import picture, same, yuv_picture


def written(made: CodePicture, suffix: str) -> bytes:
    target = io.BytesIO()
    write_picture(target, made, suffix=suffix)
    return target.getvalue()


@pytest.mark.parametrize("bits", [1, 5, 8, 9, 10, 16])
@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
def test_ppm_comes_back(bits: int, colour: Colour) -> None:
    made = picture(13, 17, bits, colour)
    assert same(read_picture(written(made, ".ppm"), suffix=".ppm"), made)


def test_ppm_by_hand() -> None:
    rgb = CodePicture(tuple(np.array([[n, 1000 + n]], np.uint16) for n in (1, 2, 3)), 10, Colour.RGB)
    assert written(rgb, ".ppm") == b"P6\n2 1\n1023\n" + bytes([0, 1, 0, 2, 0, 3, 3, 233, 3, 234, 3, 235])
    made = picture(5, 7)
    assert np.array_equal(
        np.asarray(PIL.Image.open(io.BytesIO(written(made, ".ppm")))), np.stack(made.components, axis=-1)
    )


def test_ppm_headers_may_hold_comments() -> None:
    got = read_picture(b"P5 # made by hand\n#\n 2\t1 #\n255\n\x07\x08", suffix=".pgm")
    assert got.components[0].tolist() == [[7, 8]]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"P6\n2 x\n255\n", PictureDamaged),
        (b"", PictureUnrecognised),
        (b"P6\n0 2\n255\n", PictureDamaged),
        (b"P6\n2 2\n255\n" + bytes(11), PictureDamaged),
        (b"P5\n1 1\n1023\n\xff\xff", PictureDamaged),
        (b"P3\n1 1\n255\n1 2", PictureDamaged),
        (b"P5\n1 1\n100\n\x00", PictureUnsupported),
        (b"P5\n1 1\n0\n\x00", PictureUnsupported),
        (b"P5\n1 1\n131071\n\x00\x00", PictureUnsupported),
        (b"P6\n999999999 999999999\n255\n", PictureTooLarge),
    ],
)
def test_ppm_that_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_picture(data, suffix=".ppm")


@pytest.mark.parametrize("chroma", ["444", "422", "420"])
@pytest.mark.parametrize("bits", [8, 10])
def test_yuv_comes_back(chroma: str, bits: int) -> None:
    made = yuv_picture(13, 17, chroma, bits)
    layout = YuvLayout(17, 13, bits, chroma)
    data = written(made, ".yuv")
    assert same(read_picture(data, suffix=".yuv", layout=layout), made)
    stored = [plane.astype("<u2" if bits > 8 else "u1").tobytes() for plane in made.components]
    assert data == b"".join(stored)


def test_yuv_rows_may_come_in_any_interleaving() -> None:
    made = yuv_picture(9, 6, "420", 10)
    y, u, v = made.components
    target = io.BytesIO()
    with open_writer(target, ".yuv", made.spec()) as writer:
        writer.write_rows(y[:1], u[:0], v[:4])
        writer.write_rows(y[1:8], u[:5], v[4:5])
        writer.write_rows(y[8:], u[5:], v[5:])
    assert target.getvalue() == written(made, ".yuv")


def test_gray_yuv_is_luma_only() -> None:
    made = picture(4, 5, 8, Colour.GRAY)
    data = written(made, ".yuv")
    assert len(data) == 20
    assert same(read_picture(data, suffix=".yuv", layout=YuvLayout(5, 4, 8, "400")), made)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("a_768x512.yuv", YuvLayout(768, 512, 8, "420")),
        ("b-64x80_10bit_444p.yuv", YuvLayout(64, 80, 10, "444")),
        ("422_1x1_16BIT.yuv", YuvLayout(1, 1, 16, "422")),
        ("420x444_8bit_422.yuv", YuvLayout(420, 444, 8, "422")),
    ],
)
def test_example_5_11_layout_from_the_name(name: str, layout: YuvLayout) -> None:
    assert layout_of_name(name) == layout


def test_yuv_that_is_refused() -> None:
    with pytest.raises(YuvLayoutUnknown):
        read_picture(b"", suffix=".yuv")
    with pytest.raises(YuvSizeMismatch):
        read_picture(bytes(7), suffix=".yuv", layout=YuvLayout(2, 2))
    with pytest.raises(PictureTooLarge):
        read_picture(b"", suffix=".yuv", layout=YuvLayout(10**6, 10**6))
    with pytest.raises(PictureUnsupported, match="codes of more than 10 bits"):
        read_picture(bytes([0, 4]), suffix=".yuv", layout=YuvLayout(1, 1, 10, "400"))
    with pytest.raises(FormatCannotHold):
        written(picture(2, 2), ".yuv")


@pytest.mark.parametrize("bits", [8, 10, 16])
@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
def test_npy_comes_back(bits: int, colour: Colour) -> None:
    made = picture(6, 7, bits, colour)
    data = written(made, ".npy")
    array = np.load(io.BytesIO(data))
    assert array.shape == ((6, 7) if colour is Colour.GRAY else (6, 7, 3))
    assert array.dtype == made.components[0].dtype
    assert same(read_picture(data, suffix=".npy", bits=bits), made)


def test_npy_takes_yuv_of_one_size_only() -> None:
    made = yuv_picture(4, 6, "444")
    assert np.array_equal(np.load(io.BytesIO(written(made, ".npy")))[:, :, 2], made.components[2])
    with pytest.raises(FormatCannotHold):
        written(yuv_picture(4, 6, "420"), ".npy")


def saved(array: np.ndarray) -> bytes:
    target = io.BytesIO()
    np.save(target, array)
    return target.getvalue()


def shaped(shape: str) -> bytes:
    """An array whose header states another shape in as many bytes."""
    return saved(np.zeros((1, 999999), np.uint8)).replace(b"(1, 999999)", shape.ljust(11).encode())[:4096]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x93NUMPY", PictureDamaged),
        (b"not an array", PictureDamaged),
        (saved(np.zeros((2, 2), np.float64)), PictureUnsupported),
        (saved(np.zeros((2, 2), np.int16)), PictureUnsupported),
        (saved(np.zeros((2, 2, 4), np.uint8)), AlphaNotSupported),
        (saved(np.zeros((2, 2, 5), np.uint8)), PictureUnsupported),
        (saved(np.zeros(4, np.uint8)), PictureUnsupported),
        (saved(np.zeros((2, 3), np.uint8))[:-1], PictureDamaged),
        (saved(np.zeros((0, 3), np.uint8)), PictureUnsupported),
        (saved(np.full((1, 1), 300, np.uint16)), PictureUnsupported),
        (shaped("(-1, 128)"), PictureDamaged),  # a size of which the next array would begin at this one
        (shaped("(-1, -1)"), PictureDamaged),
        (saved(np.zeros((1, 1), np.uint8)) * 10001, PictureUnsupported),
        (saved(np.zeros((1, 1), np.uint8)).replace(b"(1, 1), ", b"(9999999, 999999), "), PictureTooLarge),
    ],
)
def test_npy_that_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_picture(data, suffix=".npy", bits=8, limits=Limits())


def test_npy_of_objects_is_not_unpickled() -> None:
    with pytest.raises(PictureUnsupported):
        read_picture(saved(np.array([[{}]], dtype=object)), suffix=".npy")


def test_specs_that_make_no_sense() -> None:
    for sizes, bits, colour in ((((1, 1),), 8, Colour.RGB), (((1, 1),), 17, Colour.GRAY), (((0, 1),), 8, Colour.GRAY)):
        with pytest.raises(ValueError, match=r"\d"):
            PictureSpec(sizes, bits, colour)


def test_rows_that_do_not_fit() -> None:
    made = picture(4, 5, 10, Colour.GRAY)
    rows = made.components[0]
    for wrong in (rows[:, :4], rows.astype(np.int32), np.vstack([rows, rows]), rows | 1024, rows[0]):
        writer = open_writer(io.BytesIO(), ".pgm", made.spec())
        with pytest.raises(RowsDoNotFit):
            writer.write_rows(wrong)  # type: ignore[arg-type]
        with pytest.raises(RowsDoNotFit):
            writer.write_rows(rows)
    with pytest.raises(RowsDoNotFit):
        open_writer(io.BytesIO(), ".pgm", made.spec()).write_rows(rows, rows)


def test_gray_becomes_rgb() -> None:
    made = picture(3, 3, 8, Colour.GRAY)
    assert made.as_rgb().colour is Colour.RGB
    assert len(made.as_rgb().components) == 3
    rgb = picture(3, 3)
    assert rgb.as_rgb() is rgb
