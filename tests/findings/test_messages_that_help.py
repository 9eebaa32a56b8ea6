"""What a newcomer got wrong, and whether the answer says what to do: folders of weights, limits, data of no format."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import refdec
from refdec.api.errors import PictureNotEncodable
from refdec.api.source_wishes import SourceWishes
from refdec.api.sources import source_picture
from refdec.formats.errors import (
    AlphaNotSupported,
    FileTooLong,
    PictureNeedsMemory,
    PictureTooLarge,
    PictureUnrecognised,
)
from refdec.limits import Limits, TooMuchMemoryToEncode
from refdec.weights.errors import PackIsFolder
from tests.unit.formats.test_png_reader import by_pillow, chunk

STREAM = Path(__file__).resolve().parents[1] / "golden" / "streams" / "kodim21_m1_+0_64x64.jai"


def black_png(width: int, height: int) -> bytes:
    """A PNG of one colour: a thousandth of the bytes that its samples take."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(1)
    row = bytes(1 + 3 * width)
    rows = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_beyond_the_memory_limit_is_refused_before_it_is_read() -> None:
    """Before, it was read and unpacked, with 12 bytes a pixel, and refused then."""
    data = black_png(4000, 3000)
    tracemalloc.start()
    try:
        with pytest.raises(PictureNeedsMemory, match=r"at least 69 MiB, the limit is 20 MiB") as caught:
            refdec.encode(data, limits=Limits(memory_bytes=20 << 20))
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
    assert isinstance(caught.value, TooMuchMemoryToEncode) and caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("limits", "kind"), [(Limits(pixels=10), PictureTooLarge), (Limits(codestream_bytes=10), FileTooLong)]
)
def test_a_picture_above_a_limit_is_caught_by_the_class_of_limits(
    limits: Limits, kind: type[refdec.RefdecError]
) -> None:
    with pytest.raises(refdec.LimitExceeded) as caught:
        refdec.encode(by_pillow(PIL.Image.new("RGB", (8, 8))), limits=limits)
    assert type(caught.value) is kind and caught.value.exit_code == 5


def test_a_folder_of_checkpoints_is_no_pack_and_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "my weights"
    folder.mkdir()
    with pytest.raises(PackIsFolder) as caught:
        refdec.decode(STREAM, weights=folder)
    assert f"refdec weights import '{folder}' MY.pack" in caught.value.explain()


@pytest.mark.parametrize("make", [bytes, io.BytesIO])
def test_data_of_no_format_are_not_told_to_be_png(make: Callable[[bytes], bytes | io.BytesIO]) -> None:
    """A file object without a name was said to have the suffix '.bytesio object at 0x7f...>'."""
    with pytest.raises(PictureUnrecognised, match="data are empty"):
        refdec.encode(make(b""))
    with pytest.raises(PictureUnrecognised, match="begin like no picture") as caught:
        refdec.encode(make(b"words"))
    assert caught.value.suffix == "" and "--format yuv" in caught.value.explain()


def test_kinds_of_pictures_that_only_pillow_opens_are_answered_with_the_way_to_encode_them(tmp_path: Path) -> None:
    path = tmp_path / "a.ico"
    PIL.Image.new("RGB", (16, 16), "red").save(path)
    with pytest.raises(PictureUnrecognised, match=r"the kind '\.ico'") as caught:
        refdec.encode(path)
    line = caught.value.explain().splitlines()[1].partition("in Python: ")[2]
    made = eval(line, {"refdec": refdec, "PIL": PIL, "NAME": path})
    assert refdec.decode(made).array.shape == (16, 16, 3)


@pytest.mark.parametrize("thing", [17, None, [[1, 2], [3, 4]]])
def test_what_is_no_picture_is_answered_with_what_is(thing: Any) -> None:
    with pytest.raises(PictureNotEncodable, match=f"A {type(thing).__name__} cannot be encoded") as caught:
        refdec.encode(thing)
    assert "an image of Pillow" in caught.value.explain()


def test_the_line_that_makes_a_transparent_image_opaque_does_so() -> None:
    image = PIL.Image.fromarray(np.full((8, 8, 4), (200, 0, 0, 127), np.uint8))
    with pytest.raises(AlphaNotSupported, match="This Pillow image has") as caught:
        source_picture(image)
    line = caught.value.explain().splitlines()[1].partition("in Pillow: ")[2]
    flat = source_picture(eval(line, {"Image": PIL.Image, "image": image}))
    assert [int(plane[0, 0]) for plane in flat.planes] == [228, 128, 128]


def test_codes_of_10_bits_in_a_uint16_array_are_not_darkened_without_a_word() -> None:
    """`encode(decode(stream).array)` of a 10-bit codestream gave a picture that is almost black."""
    array = np.full((16, 16, 3), 1023, np.uint16)
    assert [said for said in source_picture(array).warnings if "say bits=10" in said]
    assert source_picture(array, SourceWishes(bits=10)).warnings == source_picture(array * 64).warnings == ()
    assert source_picture(np.zeros((16, 16), np.uint16)).warnings == ()
