"""The PNG writer: chunks, filters, depths; against Pillow for 8 bits and the own reader for 16."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import PIL.Image
import pytest

from refdec.formats.errors import FormatCannotHold, PictureUnsupported, RowsDoNotFit
from refdec.formats.files import open_writer, write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.png_reader import read_png
from refdec.formats.png_writer_kernels import AVERAGE, PAETH, SUB, UP, filter_rows
from refdec.formats.transparency import at_depth
from refdec.limits import Limits
from refdec.picture.output import png_samples
from tests.unit.formats.support import picture, same, yuv_picture


def written(made: CodePicture, step: int | None = None, **more: object) -> bytes:
    target = io.BytesIO()
    with open_writer(target, ".png", made.spec(**more)) as writer:  # type: ignore[arg-type]
        height = made.components[0].shape[0]
        for top in range(0, height, step or height):
            writer.write_rows(*(plane[top : top + (step or height)] for plane in made.components))
    return target.getvalue()


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + length]
        assert zlib.crc32(body) == struct.unpack_from(">I", data, at + 8 + length)[0]
        yield body[:4], body[4:]
        at += 12 + length


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1), (37, 53)])
@pytest.mark.parametrize("step", [None, 1, 5])
def test_pillow_reads_8_bits(height: int, width: int, colour: Colour, step: int | None) -> None:
    made = picture(height, width, 8, colour)
    samples = np.asarray(PIL.Image.open(io.BytesIO(written(made, step))))
    assert np.array_equal(samples.reshape(height, width, -1), np.stack(made.components, axis=-1))


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
@pytest.mark.parametrize("bits", [9, 10, 12, 16])
@pytest.mark.parametrize("step", [None, 3])
def test_16_bit_files_come_back(bits: int, colour: Colour, step: int | None) -> None:
    made = picture(23, 31, bits, colour)
    data = written(made, step)
    for asked in (bits, None):  # sBIT says it
        assert same(read_png(data, bits=asked, limits=Limits()), made)
    full = read_png(data, bits=16, limits=Limits())
    assert full.bits == 16
    assert np.array_equal(full.components[0], png_samples(made.components[0], bits))


def test_pillow_reads_16_bit_gray() -> None:
    made = picture(23, 31, 16, Colour.GRAY)
    assert np.array_equal(np.asarray(PIL.Image.open(io.BytesIO(written(made)))), made.components[0])


def test_pillow_sees_the_high_bytes_of_16_bit_rgb() -> None:
    made = picture(11, 12, 10)
    samples = np.asarray(PIL.Image.open(io.BytesIO(written(made))))
    expected = png_samples(np.stack(made.components, axis=-1), 10) >> 8
    assert np.array_equal(samples, expected)


def test_example_5_11_ten_bits_have_ones_below() -> None:
    made = CodePicture((np.array([[0, 1023]], np.uint16),), 10, Colour.GRAY)
    assert read_png(written(made), bits=16, limits=Limits()).components[0].tolist() == [[63, 65535]]
    back = read_png(written(made), bits=None, limits=Limits())
    assert (back.bits, back.components[0].tolist()) == (10, [[0, 1023]]), "sBIT says of how many bits they are"


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
@pytest.mark.parametrize("bits", range(1, 8))
@pytest.mark.parametrize(("height", "width", "step"), [(1, 1, None), (1, 9, None), (23, 31, 5), (4, 16, 1)])
def test_few_bits_are_shown_right_and_come_back(
    height: int, width: int, step: int | None, bits: int, colour: Colour
) -> None:
    made = picture(height, width, bits, colour)
    data = written(made, step)
    shown = np.asarray(PIL.Image.open(io.BytesIO(data)).convert("L" if colour is Colour.GRAY else "RGB"))
    over = np.stack([at_depth(plane, bits, 8) for plane in made.components], axis=-1)
    assert np.array_equal(shown.reshape(over.shape), over)
    assert np.array_equal(shown.reshape(over.shape) >> (8 - bits), np.stack(made.components, axis=-1))
    assert same(read_png(data, bits=bits, limits=Limits()), made)
    assert read_png(data, bits=None, limits=Limits()).bits == 8
    found = dict(chunks(data))
    native = colour is Colour.GRAY and bits in (1, 2, 4)
    assert found[b"IHDR"][8] == (bits if native else 8)
    assert found.get(b"sBIT") == (None if native else bytes([bits] * len(made.components)))


def test_codes_in_low_bits_of_a_file_that_says_nothing_are_codes_still() -> None:
    dark = io.BytesIO()
    PIL.Image.fromarray(np.array([[0, 3, 15]], np.uint8)).save(dark, "PNG")
    assert read_png(dark.getvalue(), bits=4, limits=Limits()).components[0].tolist() == [[0, 3, 15]]
    spread = written(CodePicture((np.array([[0, 1, 7]], np.uint8),), 3, Colour.GRAY))
    with pytest.raises(PictureUnsupported, match="codes of more than 3 bits"):
        read_png(spread, bits=3, limits=Limits(), low_bits=True)
    with pytest.raises(PictureUnsupported, match="codes of more than 5 bits"):
        read_png(spread, bits=5, limits=Limits())


def test_the_chunks_and_their_order() -> None:
    kinds = [kind for kind, _ in chunks(written(picture(5, 6)))]
    assert kinds[0] == b"IHDR"
    assert kinds[-1] == b"IEND"
    assert set(kinds[1:-1]) == {b"IDAT"}
    named = dict(chunks(written(picture(5, 6), cicp=(9, 16), gamma=45455)))
    assert named[b"cICP"] == bytes([9, 16, 0, 1])
    assert named[b"gAMA"] == struct.pack(">I", 45455)
    assert list(named)[:3] == [b"IHDR", b"cICP", b"gAMA"]


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
@pytest.mark.parametrize("bits", [1, 8, 12])
def test_rows_and_bands_give_the_same_file(bits: int, colour: Colour) -> None:
    made = picture(40, 50, bits, colour)
    files = [written(made, step) for step in (None, 1, 7)]
    assert files[0] == files[1] == files[2]


def test_each_row_has_the_filter_that_leaves_least() -> None:
    y, x = np.mgrid[:256, :256]
    made = CodePicture((((x * x + 3 * y * y) >> 8).astype(np.uint8) + np.uint8(y % 3),), 8, Colour.GRAY)
    packed = b"".join(body for kind, body in chunks(written(made)) if kind == b"IDAT")
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(256, 257)
    assert set(rows[:, 0].tolist()) <= {SUB, UP, AVERAGE, PAETH}
    assert len(set(rows[:, 0].tolist())) >= 3


def test_yuv_and_unequal_rows_are_refused() -> None:
    with pytest.raises(FormatCannotHold):
        write_picture(io.BytesIO(), yuv_picture(4, 4, "444"), suffix=".png")
    made = picture(4, 4)
    writer = open_writer(io.BytesIO(), ".png", made.spec())
    with pytest.raises(RowsDoNotFit):
        writer.write_rows(made.components[0], made.components[1], made.components[2][:2])


def test_filters_compiled_and_plain_agree() -> None:
    if not hasattr(filter_rows, "py_func"):
        pytest.skip("kernels are not compiled in this run")
    rows = np.random.default_rng(5).integers(0, 256, (7, 60), dtype=np.uint8)
    rows[2:4] = np.arange(60) * 4
    results = [np.empty((6, 61), np.uint8), np.empty((6, 61), np.uint8)]
    filter_rows(rows, 3, results[0])
    filter_rows.py_func(rows, 3, results[1])
    assert np.array_equal(results[0], results[1])
