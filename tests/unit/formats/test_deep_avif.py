"""AVIF pictures of 10 and 12 bits: every code as it is coded, gray and with transparency, colours and light too."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import PIL.features
import pytest

import refdec
from refdec.bitstream.rendering import ContentLight, MasteringDisplay
from refdec.formats.deep_avif import deep_avif_samples
from refdec.formats.errors import PictureDamaged, PictureTooLarge, PictureUnsupported
from refdec.formats.files import read_picture
from refdec.heif.boxes import FileBox
from refdec.heif.heiffile import Property
from refdec.limits import Limits
from tests.encodable import photograph
from tests.unit.heif.support import transformed

codecs = pytest.importorskip("imagecodecs", reason="imagecodecs is not installed: no AVIF above 8 bits here")
pytestmark = pytest.mark.skipif(not PIL.features.check("avif"), reason="this Pillow reads no AVIF")
PQ = {"primaries": 9, "transfer": 16}


def coded(codes: Any, bits: int, **more: Any) -> bytes:
    layout = "yuv400" if codes.ndim == 2 else "yuv444"
    made: bytes = codecs.avif_encode(codes, level=100, bitspersample=bits, pixelformat=layout, **more)
    return made


@pytest.mark.parametrize("bits", [10, 12])
def test_codes_are_those_that_were_coded(bits: int) -> None:
    codes = photograph(48, 64, bits=bits)
    found = read_picture(coded(codes, bits))
    assert found.bits == bits and np.array_equal(np.stack(found.components, -1), codes)
    gray = read_picture(coded(codes[..., 0], bits))
    assert gray.bits == bits and gray.is_gray and np.array_equal(gray.components[0], codes[..., 0])


def test_transparency_has_its_depth() -> None:
    codes = np.concatenate([photograph(48, 64, bits=10), photograph(48, 64, bits=10, seed=2)[..., :1]], axis=2)
    found = read_picture(coded(codes, 10), keep_alpha=True)
    assert found.alpha is not None and found.alpha.bits == 10
    assert np.array_equal(found.alpha.samples, codes[..., 3])
    back = refdec.decode(refdec.encode(coded(codes, 10), container="jaii", lossless=True))
    assert back.bit_depth == 10 and np.array_equal(back.array, codes[..., :3])
    assert back.alpha is not None and np.array_equal(back.alpha.samples, codes[..., 3])


def test_colours_light_and_orientation_come_along() -> None:
    codes = photograph(48, 64, bits=10)
    boxes = [
        Property(FileBox("clli", {"max_content_light_level": 1000, "max_pic_average_light_level": 400})),
        Property(FileBox("irot", {"angle": 1}), essential=True),
        Property(FileBox("mdcv", _display())),
    ]
    data = transformed(*boxes, data=coded(codes, 10, **PQ))
    found = read_picture(data)
    rendering = found.description.rendering
    assert rendering is not None and rendering.cicp is not None
    assert (rendering.cicp.colour_primaries, rendering.cicp.transfer_characteristics) == (9, 16)
    assert rendering.clli == ContentLight(1000, 400)
    assert rendering.mdcv == MasteringDisplay((8500, 6550, 35400), (39850, 2300, 14600), 15635, 16450, 10_000_000, 1)
    assert found.description.orientation == 8
    shown = refdec.decode(refdec.encode(data, container="jaii", lossless=True))
    assert np.array_equal(shown.array, np.rot90(codes)) and shown.rendering == rendering


def _display() -> dict[str, Any]:
    points = ((8500, 39850), (6550, 2300), (35400, 14600))
    return {
        "display_primaries": [{"x": x, "y": y} for x, y in points],
        "white_point_x": 15635,
        "white_point_y": 16450,
        "max_display_mastering_luminance": 10_000_000,
        "min_display_mastering_luminance": 1,
    }


def test_without_the_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = coded(photograph(48, 64, bits=10), 10)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(PictureUnsupported, match=r"pip install 'refdec\[avif\]'"):
        read_picture(data)


def test_damage_and_size_are_one_error() -> None:
    data = coded(photograph(48, 64, bits=10), 10)
    with pytest.raises(PictureDamaged, match="no sound AVIF file"):
        deep_avif_samples(data[:-40], 0, 10, (64, 48))
    with pytest.raises(PictureDamaged, match="its samples are 64 x 48"):
        deep_avif_samples(data, 0, 10, (48, 64))
    with pytest.raises(PictureTooLarge):
        read_picture(data, limits=Limits(pixels=100))
