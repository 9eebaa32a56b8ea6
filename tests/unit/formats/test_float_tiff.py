"""TIFF of floats: every bit there and back, foreign layouts, and what is refused."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from refdec.formats.errors import (
    NoSuchPicture,
    PictureDamaged,
    PictureNeedsMemory,
    PictureTooLarge,
    PictureUnsupported,
    SeveralPictures,
)
from refdec.formats.files import read_picture
from refdec.formats.float_tiff import holds_floats
from refdec.formats.icc_writer import icc_profile
from refdec.formats.pictures import CodePicture
from refdec.formats.tiff import float_tiff_bytes
from refdec.heif.parts import NO_METADATA, Metadata
from refdec.limits import Limits
from refdec.picture.floats import FloatPlanes
from tests.unit.formats.float_support import floats, same_floats

tifffile = pytest.importorskip("tifffile")


def written(array: Any, **wishes: Any) -> bytes:
    target = io.BytesIO()
    tifffile.imwrite(target, array, **wishes)
    return target.getvalue()


def read(data: bytes, **wishes: Any) -> CodePicture:
    return read_picture(data, **wishes)


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize(("components", "multiplied"), [(1, False), (2, True), (3, False), (4, False), (4, True)])
def test_every_bit_there_and_back(bits: int, components: int, multiplied: bool) -> None:
    picture = floats(bits, components, premultiplied=multiplied)
    data = float_tiff_bytes(picture, 2, NO_METADATA)
    made = read(data)
    assert holds_floats(data) and same_floats(made.floats, picture)
    assert np.array_equal(tifffile.imread(io.BytesIO(data)), picture.array, equal_nan=True)


@pytest.mark.parametrize(
    "wishes",
    [
        {"photometric": "rgb"},
        {"photometric": "rgb", "byteorder": ">"},
        {"photometric": "rgb", "bigtiff": True},
        {"photometric": "rgb", "compression": "zlib"},
        {"photometric": "rgb", "tile": (16, 16)},
        {"photometric": "rgb", "planarconfig": "separate"},
    ],
)
def test_layouts_of_other_programs(wishes: dict[str, Any]) -> None:
    picture = floats(32, 3, 20, 30)
    array = np.moveaxis(picture.array, 2, 0) if "planarconfig" in wishes else picture.array
    assert same_floats(read(written(array, **wishes)).floats, picture)


def test_what_the_file_says_is_kept() -> None:
    profile = icc_profile(12, 8, gray=False)
    assert profile is not None
    made = read(float_tiff_bytes(floats(16, 3), 2, Metadata(icc=profile, xmp=b"<x/>")))
    assert made.description.metadata.icc == profile and made.description.metadata.xmp == b"<x/>"
    assert made.description.rendering is not None and made.description.rendering.cicp is not None
    assert made.description.rendering.cicp.colour_primaries == 12
    by_primaries = read(float_tiff_bytes(floats(16, 3), 12, NO_METADATA))
    assert by_primaries.description.rendering == made.description.rendering


def test_one_of_several() -> None:
    first, second = floats(32, 1).array, floats(32, 1, 4, 5).array
    data = io.BytesIO()
    with tifffile.TiffWriter(data) as file:
        file.write(first)
        file.write(second)
    with pytest.raises(SeveralPictures):
        read(data.getvalue())
    with pytest.raises(NoSuchPicture):
        read(data.getvalue(), frame=3)
    chosen = read(data.getvalue(), frame=2).floats
    assert chosen is not None and (chosen.height, chosen.width) == (4, 5)


def test_what_is_refused() -> None:
    for array, wishes in (
        (np.zeros((4, 5)), {}),
        (np.zeros((4, 5), np.float32), {"photometric": "miniswhite"}),
        (np.zeros((4, 5, 5), np.float32), {"photometric": "rgb", "planarconfig": "contig"}),
        (np.zeros((4, 5, 6), np.float32), {"volumetric": True}),
    ):
        with pytest.raises((PictureUnsupported, SeveralPictures)):
            read(written(array, **wishes))
    data = float_tiff_bytes(floats(32, 3), 2, NO_METADATA)
    with pytest.raises(PictureTooLarge):
        read(data, limits=Limits(pixels=10))
    with pytest.raises(PictureNeedsMemory):
        read(data, limits=Limits(memory_bytes=2000))
    with pytest.raises(PictureDamaged):
        read(data[: len(data) - 300])


def test_codes_are_no_floats_and_damage_says_nothing() -> None:
    assert not holds_floats(written(np.zeros((4, 5), np.uint16)))
    for data in (b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x09", b"II+\0" + b"\xff" * 40):
        assert not holds_floats(data)


def test_mutations_end_in_a_picture_or_an_error() -> None:
    data = float_tiff_bytes(floats(16, 3), 2, NO_METADATA)
    random = np.random.default_rng(3)
    for _ in range(200):
        changed = bytearray(data)
        changed[int(random.integers(4, 260))] = int(random.integers(256))
        try:
            made = read(bytes(changed), limits=Limits(pixels=1 << 20, memory_bytes=1 << 27))
        except (PictureDamaged, PictureUnsupported, PictureTooLarge, PictureNeedsMemory, SeveralPictures):
            continue
        assert made.components[0].size
    assert FloatPlanes(floats(16, 1).planes, 16).width == 9
