"""The PNG reader: what Pillow reads, what is read here, and damaged files."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest

from refdec.formats import png_kernels, png_reader
from refdec.formats.errors import AlphaNotSupported, PictureDamaged, PictureTooLarge, PictureUnsupported
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.png_reader import read_png
from refdec.limits import Limits
from tests.unit.formats.support import picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def head(width: int, height: int, depth: int, colour_type: int, *more: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, *(more or (0, 0, 0))))


def file(header: bytes, rows: bytes, *extra: bytes) -> bytes:
    return SIGNATURE + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def by_pillow(image: PIL.Image.Image, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG", **options)
    return target.getvalue()


def read(data: bytes, bits: int | None = None) -> CodePicture:
    return read_png(data, bits=bits, limits=Limits())


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1"])
def test_pillow_files_of_8_bits_and_fewer(mode: str) -> None:
    original = PIL.Image.fromarray(np.stack(picture(19, 23).components, axis=-1)).convert(mode)
    got = read(by_pillow(original))
    expected = np.asarray(original.convert("L" if mode in ("L", "1") else "RGB")).reshape(19, 23, -1)
    assert got.colour is (Colour.GRAY if mode in ("L", "1") else Colour.RGB)
    assert np.array_equal(np.stack(got.components, axis=-1), expected)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_opaque_alpha_is_dropped_and_other_alpha_refused(mode: str) -> None:
    opaque = PIL.Image.fromarray(np.stack(picture(5, 6).components, axis=-1)).convert(mode)
    assert len(read(by_pillow(opaque)).components) == len(mode) - 1
    holed = opaque.copy()
    holed.putpixel((2, 2), (0,) * len(mode))
    with pytest.raises(AlphaNotSupported):
        read(by_pillow(holed))
    palette = PIL.Image.fromarray(np.arange(30, dtype=np.uint8).reshape(5, 6)).convert("P")
    with pytest.raises(AlphaNotSupported):
        read(by_pillow(palette, transparency=3))


def test_every_row_filter_of_16_bits() -> None:
    made = picture(10, 9, 16)
    raw = np.stack(made.components, axis=-1).astype(">u2").reshape(10, -1).view(np.uint8).astype(np.int64)
    rows = np.zeros((10, 1 + raw.shape[1]), np.uint8)
    for y in range(10):
        left = np.concatenate([np.zeros(6, np.int64), raw[y, :-6]])
        up = raw[y - 1] if y else np.zeros_like(raw[0])
        corner = np.concatenate([np.zeros(6, np.int64), up[:-6]])
        distance = [abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)]
        paeth = np.choose(np.argmin(distance, axis=0), [left, up, corner])
        guess = [0, left, up, (left + up) // 2, paeth][y % 5]
        rows[y, 0], rows[y, 1:] = y % 5, (raw[y] - guess) & 255
    data = file(head(9, 10, 16, 2), rows.tobytes())
    got = read(data)
    assert all(np.array_equal(a, b) for a, b in zip(got.components, made.components, strict=True))
    if hasattr(png_kernels.unfilter, "py_func"):
        plain, compiled = rows.copy(), rows.copy()
        assert png_kernels.unfilter.py_func(plain, 6) == png_kernels.unfilter(compiled, 6) == -1
        assert np.array_equal(plain, compiled)


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
def test_the_own_reader_agrees_with_pillow_on_8_bits(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    made = picture(31, 17, 8, colour)
    planes = np.stack(made.components, axis=-1)
    data = by_pillow(PIL.Image.fromarray(planes if colour is Colour.RGB else planes[:, :, 0]))
    expected = read(data)
    monkeypatch.setattr(png_reader, "PILLOW_PIXELS", 0)
    got = read(data)
    assert all(np.array_equal(a, b) for a, b in zip(got.components, expected.components, strict=True))
    palette = by_pillow(PIL.Image.fromarray(np.zeros((4, 4), np.uint8), "P"))
    with pytest.raises(PictureUnsupported):
        read(palette)


def test_declared_depth() -> None:
    rows = b"\x00" + np.array([63, 127, 65535], ">u2").tobytes()
    data = file(head(3, 1, 16, 0), rows)
    assert read(data, 10).components[0].tolist() == [[0, 1, 1023]]
    assert read(data, 10).bits == 10
    assert read(data, 8).components[0].dtype == np.uint8
    few = read(by_pillow(PIL.Image.new("L", (3, 3), 127)), 7)
    assert few.bits == 7 and few.components[0].max() == 127  # up to 8 bits codes stand as they are
    with pytest.raises(PictureUnsupported):
        read(by_pillow(PIL.Image.new("L", (3, 3), 128)), 7)


GOOD = file(head(2, 2, 16, 0), bytes(10))
DAMAGED = {
    "not a PNG": b"GIF89a" + bytes(50),
    "empty": b"",
    "only the signature": SIGNATURE,
    "cut in a chunk": GOOD[:40],
    "cut before IEND": GOOD[:-12],
    "a wrong checksum": GOOD[:20] + b"\x07" + GOOD[21:],
    "another first chunk": SIGNATURE + chunk(b"IDAT", b"") + GOOD[8:],
    "width 0": file(head(0, 2, 16, 0), bytes(10)),
    "depth 3": file(head(2, 2, 3, 0), bytes(10)),
    "colour type 5": file(head(2, 2, 16, 5), bytes(10)),
    "compression 1": file(head(2, 2, 16, 0, 1, 0, 0), bytes(10)),
    "rows missing": file(head(2, 3, 16, 0), bytes(10)),
    "filter 5": file(head(2, 2, 16, 0), b"\x05" + bytes(9)),
    "no deflate stream": SIGNATURE + head(2, 2, 16, 0) + chunk(b"IDAT", b"nonsense") + chunk(b"IEND", b""),
    "8 bits, rows missing": file(head(200, 300, 8, 2), bytes(10)),
    "8 bits, no data": SIGNATURE + head(2, 2, 8, 2) + chunk(b"IEND", b""),
}


def test_the_good_file_is_good() -> None:
    assert read(GOOD).components[0].tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files(name: str) -> None:
    with pytest.raises(PictureDamaged):
        read(DAMAGED[name])


def test_bombs_are_refused_before_memory_is_taken() -> None:
    huge = file(head(2**31 - 1, 2**31 - 1, 16, 6), bytes(10))
    with pytest.raises(PictureTooLarge):
        read(huge)
    with pytest.raises(PictureDamaged):
        read_png(huge, bits=None, limits=Limits(pixels=2**63))
    with pytest.raises(PictureTooLarge):
        read_png(by_pillow(PIL.Image.new("L", (100, 101))), bits=None, limits=Limits(pixels=10000))


def test_16_bit_variants_that_are_not_read() -> None:
    with pytest.raises(PictureUnsupported):
        read(file(head(2, 2, 16, 0, 0, 0, 1), bytes(10)))
    with pytest.raises(AlphaNotSupported):
        read(file(head(2, 2, 16, 0), bytes(10), chunk(b"tRNS", b"\0\0")))
