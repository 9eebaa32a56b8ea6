"""The PNG reader: what Pillow reads, what is read here, and damaged files."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest

from refdec.formats import png_chunks, png_kernels, png_reader
from refdec.formats.errors import (
    AlphaNotSupported,
    NoSuchPicture,
    PictureDamaged,
    PictureTooLarge,
    PictureUnsupported,
    SeveralPictures,
)
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.png_reader import read_png
from refdec.limits import Limits
from refdec.parallel.errors import FileTimeout
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


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 2), (3, 5), (8, 8), (13, 17)])
@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
def test_interlaced_files_of_16_bits(height: int, width: int, colour: Colour) -> None:
    made = picture(height, width, 16, colour)
    samples = np.stack(made.components, axis=-1).astype(">u2")
    rows = b""
    for top, left, down, right in png_reader.ADAM7:
        part = samples[top::down, left::right]
        rows += b"".join(b"\0" + row.tobytes() for row in part if row.size)
    interlaced = head(width, height, 16, 2 if colour is Colour.RGB else 0, 0, 0, 1)
    got = read(file(interlaced, rows))
    assert all(np.array_equal(a, b) for a, b in zip(got.components, made.components, strict=True))
    with pytest.raises(PictureDamaged):
        read(file(interlaced, rows[:-1]))


def test_a_transparent_colour_of_16_bits_is_refused_where_it_is_used() -> None:
    with pytest.raises(AlphaNotSupported):
        read(file(head(2, 2, 16, 0), bytes(10), chunk(b"tRNS", b"\0\0")))
    assert read(file(head(2, 2, 16, 0), bytes(10), chunk(b"tRNS", b"\1\0"))).components[0].max() == 0
    with pytest.raises(PictureDamaged, match="tRNS"):
        read(file(head(2, 2, 16, 0), bytes(10), chunk(b"tRNS", b"\1\0\0\0")))


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_a_transparent_colour_leaves_gray_gray(depth: int) -> None:
    """Found: gray became RGB up to 8 bits, and below 8 Pillow looked for another colour than the one that is meant."""
    codes = np.arange(8) % (1 << depth)
    row = b"".join(int(code).to_bytes(2, "big")[-max(1, depth // 8) :] for code in codes)
    if depth < 8:
        row = int("".join(f"{code:0{depth}b}" for code in codes), 2).to_bytes(depth, "big")
    for key, used in ((1, True), (200, False)):
        if depth < 8 and not used:
            key = 3 if depth > 1 else 0
            row = bytes(depth)
            used = key == 0
        data = file(head(8, 1, depth, 0), b"\0" + row, chunk(b"tRNS", key.to_bytes(2, "big")))
        made = read_png(data, bits=None, limits=Limits(), keep_alpha=True)
        assert made.colour is Colour.GRAY and len(made.components) == 1
        assert (made.alpha is not None) is used, (depth, key)
        if made.alpha is not None and key == 1:
            assert np.array_equal(made.alpha.samples[0] == 0, codes == 1)


@pytest.mark.parametrize("used", [False, True])
def test_colour_with_a_transparent_colour_stays_colour(used: bool) -> None:
    key = struct.pack(">3H", 3, 4, 5 if used else 6)
    made = read_png(
        file(head(2, 1, 8, 2), b"\0\3\4\5\7\7\7", chunk(b"tRNS", key)), bits=None, limits=Limits(), keep_alpha=True
    )
    assert made.colour is Colour.RGB and [plane.tolist() for plane in made.components] == [[[3, 7]], [[4, 7]], [[5, 7]]]
    assert (made.alpha is not None) is used
    if made.alpha is not None:
        assert made.alpha.samples.tolist() == [[0, 255]]


@pytest.mark.parametrize("used", [False, True])
def test_a_palette_is_transparent_where_an_entry_that_is_used_is(used: bool) -> None:
    entries = bytes([255, 255, 7 if not used else 255, 100 if used else 255])
    palette = chunk(b"PLTE", bytes(range(15)))
    data = file(head(4, 1, 8, 3), b"\0\0\1\4\3", palette, chunk(b"tRNS", entries))
    made = read_png(data, bits=None, limits=Limits(), keep_alpha=True)
    assert made.colour is Colour.RGB and made.components[0].tolist() == [[0, 3, 12, 9]]
    assert (made.alpha is not None) is used


def test_codes_in_the_low_bits_and_depths_that_a_file_states() -> None:
    low = file(head(3, 1, 16, 0), b"\0" + np.array([0, 512, 1023], ">u2").tobytes())
    found = read_png(low, bits=10, low_bits=True, limits=Limits())
    assert (found.bits, found.components[0].tolist()) == (10, [[0, 512, 1023]])
    (remark,) = read(low, 10).description.remarks
    assert "--low-bits" in remark
    with pytest.raises(PictureUnsupported, match="9 bits"):
        read_png(low, bits=9, low_bits=True, limits=Limits())
    high = np.array([0, 512 << 6, 65535], ">u2").tobytes()
    stated = read(file(head(3, 1, 16, 0), b"\0" + high, chunk(b"sBIT", b"\x0a")))
    assert (stated.bits, stated.components[0].tolist(), stated.description.remarks) == (10, [[0, 512, 1023]], ())


def test_checksums_of_every_chunk_are_compared() -> None:
    shallow = by_pillow(PIL.Image.new("RGB", (3, 3)), dpi=(72, 72))
    for data in (shallow, file(head(2, 2, 16, 0), bytes(10), chunk(b"tEXt", b"a\0b"))):
        at = 8
        while at < len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            damaged = bytearray(data)
            damaged[at + 8 + size] ^= 1
            with pytest.raises(PictureDamaged, match="checksum"):
                read(bytes(damaged))
            at += 12 + size


def test_several_pictures_are_counted_and_chosen() -> None:
    pictures = [by_pillow(PIL.Image.new("L", (3, 3), value)) for value in (1, 2, 3)]
    with pytest.raises(SeveralPictures, match="3 pictures"):
        read(b"".join(pictures))
    assert read_png(b"".join(pictures), bits=None, limits=Limits(), frame=3).components[0].max() == 3
    for count in (0, 4):
        with pytest.raises(NoSuchPicture):
            read_png(b"".join(pictures), bits=None, limits=Limits(), frame=count)
    frames = [PIL.Image.new("RGB", (4, 4), (value, 0, 0)) for value in (10, 20)]
    animation = by_pillow(frames[0], save_all=True, append_images=frames[1:])
    with pytest.raises(SeveralPictures, match="2 pictures"):
        read(animation)
    assert read_png(animation, bits=None, limits=Limits(), frame=2).components[0].max() == 20
    assert read(pictures[0] + b"junk").description.left_behind == ("4 bytes after its end",)


def test_more_chunks_than_are_kept_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_chunks, "MOST_CHUNKS", 7)
    one = file(head(3, 3, 8, 0), bytes(12))
    assert read_png(one * 2, bits=None, limits=Limits(), frame=2).components[0].shape == (3, 3)
    for data in (one * 3, file(head(3, 3, 8, 0), bytes(12), *[chunk(b"aaAa", b"")] * 5)):
        with pytest.raises(PictureUnsupported, match="more than 7 chunks"):
            read_png(data, bits=None, limits=Limits(), frame=1)


def test_a_signal_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def ring(*_: object) -> None:
        raise FileTimeout(1)

    for name in ("convert", "load"):
        with monkeypatch.context() as patch:
            patch.setattr(PIL.Image.Image if name == "convert" else PIL.Image.Exif, name, ring)
            with pytest.raises(FileTimeout):
                read(file(head(3, 3, 8, 0), bytes(12), chunk(b"eXIf", b"MM\0*")))
