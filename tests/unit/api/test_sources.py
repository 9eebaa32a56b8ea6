"""What `refdec.encode` takes: arrays, files, pictures, masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.api.errors import PictureNotEncodable
from refdec.api.quality_masks import quality_map_of_mask
from refdec.api.source_wishes import SourceWishes
from refdec.api.sources import source_picture
from refdec.bitstream.rendering import Cicp, ContentLight, RenderingInfo
from refdec.formats.decoded import Picture
from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture, Colour
from tests.encodable import GOLDEN, photograph


def test_arrays() -> None:
    rgb = photograph(20, 30)
    assert source_picture(rgb).planes[2].shape == (20, 30)
    gray = source_picture(rgb[..., 0])
    assert np.array_equal(gray.planes[0], gray.planes[2]) and gray.colour == "RGB"
    assert source_picture(rgb[..., :1]).width == 30
    deep = source_picture(photograph(20, 30, bits=10), SourceWishes(bits=10))
    assert deep.bit_depth == 10 and deep.planes[0].dtype == np.uint16


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4)), np.zeros((4,), np.uint8), np.zeros((4, 4), np.int32)]
)
def test_what_is_no_picture_is_refused(array: np.ndarray) -> None:
    with pytest.raises(PictureNotEncodable, match="cannot be encoded"):
        source_picture(array)


@pytest.mark.parametrize("suffix", [".png", ".ppm", ".npy"])
def test_files(tmp_path: Path, suffix: str) -> None:
    rgb = photograph(20, 30)
    path = tmp_path / f"a{suffix}"
    write_picture(path, CodePicture(tuple(np.ascontiguousarray(rgb[..., k]) for k in range(3)), 8, Colour.RGB))
    assert np.array_equal(np.stack(source_picture(path).planes, -1), rgb)
    if suffix != ".npy":
        assert np.array_equal(np.stack(source_picture(path.read_bytes()).planes, -1), rgb)


def test_yuv_files(tmp_path: Path) -> None:
    planes = (np.full((20, 30), 9, np.uint8), np.full((10, 15), 100, np.uint8), np.full((10, 15), 150, np.uint8))
    path = tmp_path / "a_30x20_420_8bit.yuv"
    write_picture(path, CodePicture(planes, 8, Colour.YUV))
    found = source_picture(path)
    assert (found.colour, found.subsampling, found.width) == ("YUV", (2, 2), 30)


def test_decoded_pictures_and_codestreams() -> None:
    path = GOLDEN / "kodim15_m1_+0_65x79.jai"
    picture = refdec.decode(path)
    assert np.array_equal(source_picture(picture).planes[1], picture.planes[1])
    stream = source_picture(path)
    assert stream.codestream == path.read_bytes() and stream.width == 65


def test_masks_become_quality_maps() -> None:
    mask = np.zeros((40, 60), np.uint8)
    mask[10:20, 30:45] = 255
    found = quality_map_of_mask(mask, 160, 240)
    assert found.shape == (10, 15) and set(np.unique(found)) == {-3, 6}
    assert np.array_equal(np.argwhere(found == 6).min(0), [2, 7])
    assert np.array_equal(np.argwhere(found == 6).max(0), [4, 11])
    assert quality_map_of_mask(mask.astype(bool), 30, 30).shape == (4, 4)


def test_one_white_sample_makes_its_block_white() -> None:
    mask = np.zeros((64, 64), np.uint8)
    mask[17, 33] = 255
    assert np.array_equal(np.argwhere(quality_map_of_mask(mask, 64, 64) == 6), [[1, 2]])


def test_what_is_known_about_colours_goes_into_rdi_and_comes_back() -> None:
    rendering = RenderingInfo(cicp=Cicp(9, 16, 0, 1, 2), clli=ContentLight(1000, 400))
    picture = Picture(tuple(photograph(40, 30).transpose(2, 0, 1)), 8, "RGB", (1, 1), rendering, ("a remark",))
    assert source_picture(picture).rendering == rendering and source_picture(picture).warnings == ("a remark",)
    first = refdec.encode(picture, check=False)
    assert refdec.decode(first).rendering == rendering
    assert refdec.decode(refdec.encode(first, check=False)).rendering == rendering  # a codestream as the source
    plain = refdec.encode(np.stack(picture.planes, -1), check=False)
    assert refdec.decode(plain).rendering == RenderingInfo() and len(plain) < len(first)
