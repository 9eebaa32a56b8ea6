"""The Netpbm family: text and binary, bitmaps, PAM, several pictures, files that contradict themselves."""

from __future__ import annotations

import io
import resource

import numpy as np
import PIL.Image
import pytest

from refdec.formats.errors import (
    AlphaNotSupported,
    PictureDamaged,
    PictureTooLarge,
    PictureUnsupported,
    SeveralPictures,
)
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.pnm_reader import read_pnm
from refdec.limits import Limits


def read(data: bytes, frame: int | None = None) -> CodePicture:
    return read_pnm(data, limits=Limits(), frame=frame)


def pam(depth: int, maxval: int, samples: bytes, kind: str = "RGB") -> bytes:
    return (
        f"P7\nWIDTH 2\nHEIGHT 1\nDEPTH {depth}\nMAXVAL {maxval}\n# made by hand\nTUPLTYPE {kind}\nENDHDR\n".encode()
        + samples
    )


def test_text() -> None:
    found = read(b"P3\n# by hand\n2 1\n255\n1 2 3 # red, green, blue\n253 254\n255\n")
    assert [plane.tolist() for plane in found.components] == [[[1, 253]], [[2, 254]], [[3, 255]]]
    assert (found.bits, found.colour) == (8, Colour.RGB)
    deep = read(b"P2 2 1 1023 0 1023")
    assert (deep.bits, deep.components[0].tolist(), deep.colour) == (10, [[0, 1023]], Colour.GRAY)


def test_bitmaps_have_black_ones() -> None:
    for data in (b"P1\n3 2\n010\n1 0 1\n", b"P4\n3 2\n" + bytes([0b01000000, 0b10100000])):
        found = read(data)
        assert (found.bits, found.components[0].tolist()) == (1, [[1, 0, 1], [0, 1, 0]])
    made = PIL.Image.fromarray(np.arange(70, dtype=np.uint8).reshape(7, 10) > 30)
    target = io.BytesIO()
    made.save(target, "PPM")
    assert np.array_equal(read(target.getvalue()).components[0], np.asarray(made))


def test_pam() -> None:
    found = read(pam(3, 255, bytes(range(6))))
    assert [plane.tolist() for plane in found.components] == [[[0, 3]], [[1, 4]], [[2, 5]]]
    assert read(pam(1, 1, bytes([0, 1]), "BLACKANDWHITE")).components[0].tolist() == [[0, 1]]
    assert read(pam(2, 65535, b"\0\1\xff\xff\0\2\xff\xff", "GRAYSCALE_ALPHA")).components[0].tolist() == [[1, 2]]
    with pytest.raises(AlphaNotSupported):
        read(pam(4, 255, bytes(8), "RGB_ALPHA"))
    with pytest.raises(PictureUnsupported):
        read(pam(5, 255, bytes(10)))
    with pytest.raises(PictureDamaged):
        read(pam(3, 255, b"").replace(b"DEPTH", b"DEEP"))


def test_several_pictures_are_counted_and_what_follows_is_named() -> None:
    stream = b"".join(b"P5 1 1 255\n" + bytes([value]) for value in (7, 8, 9))
    with pytest.raises(SeveralPictures, match="3 pictures"):
        read(stream)
    assert read(stream, 2).components[0].tolist() == [[8]]
    assert read(b"P5 1 1 255\n\x07\n").description.left_behind == ()
    assert read(b"P5 1 1 255\n\x07junk").description.left_behind == ("4 bytes after its end",)
    assert read(b"P5 # hello\n1 1 255\n\x07").description.left_behind == ("the comment in its header",)


def test_more_pictures_than_are_counted_are_refused() -> None:
    with pytest.raises(PictureUnsupported, match="more than 10000 pictures"):
        read(b"P5 1 1 255\n\x07" * 20000)


@pytest.mark.parametrize("gap", [b" ", b"#\n"])
def test_gaps_cost_no_memory(gap: bytes) -> None:
    data = b"P6" + gap * 500_000 + b"x"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PictureDamaged, match="header"):
        read(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 << 10  # KiB; it was 150 bytes a byte


@pytest.mark.parametrize(
    "data",
    [b"P1\n2 2\n012", b"P1\n2 2\n01", b"P2 1 1 255 x", b"P2 1 1 255 1 2", b"P2 1 1 255 256", b"P4 9 9\n123", b"P7\n"],
)
def test_damaged(data: bytes) -> None:
    with pytest.raises(PictureDamaged):
        read(data)


def test_sizes_are_compared_first() -> None:
    for data in (b"P1 99999 99999 1", b"P4 99999 99999\n", b"P2 99999 99999 255 1"):
        with pytest.raises(PictureTooLarge):
            read(data)
