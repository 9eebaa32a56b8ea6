"""Pictures of floats through the interface: exact, within an error, with transparency, turned, cut, encoded again."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile

import refdec
from refdec.api.lossless import add_lossless, drop_lossless
from refdec.formats.errors import NoFloats
from refdec.formats.float_view import picture_of_floats
from refdec.formats.pfm import pfm_bytes
from refdec.formats.pictures import CodePicture
from refdec.formats.tiff import float_tiff_bytes
from refdec.heif.parts import NO_METADATA
from refdec.lossless.errors import FloatAlphaNeedsLayer, MaxErrorOutOfRange
from refdec.lossless.float_layer import places_apart
from refdec.picture.floats import FloatPlanes
from tests.unit.formats.float_support import floats, same_floats


def picture(bits: int, components: int = 3, **wishes: bool) -> CodePicture:
    made = floats(bits, components, 40, 50, **wishes)
    return picture_of_floats(made, "sdr", 2, "OpenEXR")


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("components", [1, 2, 3, 4])
def test_every_bit_comes_back_beside_a_picture_for_viewing(bits: int, components: int) -> None:
    source = picture(bits, components)
    decoded = refdec.decode(refdec.encode(source, lossless=True))
    assert same_floats(decoded.floats, source.floats)
    assert decoded.bit_depth == 16 and decoded.colour == ("RGB" if components > 2 else "gray")
    apart = abs(decoded.planes[0].astype(float) - source.components[0]) / 65535
    assert apart.mean() < 0.25 and decoded.warnings == ()


def test_any_decoder_shows_the_picture_alone() -> None:
    source = picture(16)
    exact = refdec.encode(source, lossless=True)
    alone = drop_lossless(exact)
    lossy = refdec.decode(exact, lossy=True)
    assert np.array_equal(lossy.array, refdec.decode(alone).array) and lossy.floats is None
    assert same_floats(refdec.decode(add_lossless(alone, source)).floats, source.floats)


@pytest.mark.parametrize(("bits", "error"), [(16, 3), (32, 1000), (32, 70000)])
def test_no_sample_is_farther_off_than_asked(bits: int, error: int) -> None:
    source = picture(bits)
    near = refdec.encode(source, max_error=error)
    found = refdec.decode(near).floats
    assert found is not None and source.floats is not None
    assert 0 < places_apart(found, source.floats) <= error
    assert len(near) < len(refdec.encode(source, lossless=True))
    info = refdec.read_info(near)
    assert info.lossless_layer == f"{bits} bit float RGB, within {error} steps"


def test_errors_of_codes_are_not_those_of_floats() -> None:
    with pytest.raises(MaxErrorOutOfRange):
        refdec.encode(np.zeros((8, 8, 3), np.uint8), max_error=256)
    with pytest.raises(MaxErrorOutOfRange):
        refdec.encode(picture(16), max_error=0x7C00)


def test_without_a_layer_floats_are_left_behind_which_is_said() -> None:
    with pytest.warns(refdec.PictureWarning, match="floats of 16 bits are left behind"):
        data = refdec.encode(picture(16))
    assert refdec.decode(data).floats is None
    with pytest.raises(FloatAlphaNeedsLayer):
        refdec.encode(picture(16, 4))


def test_other_wishes_show_the_lossy_picture_and_say_why() -> None:
    exact = refdec.encode(picture(16), lossless=True)
    for wish in ({"bit_depth": 8}, {"colour": "RGB"}, {"filters": False}):
        decoded = refdec.decode(exact, **wish)
        assert decoded.floats is None and "not the original" in decoded.warnings[0]
    mapped = refdec.decode(exact, tone_map=True)
    assert mapped.floats is None and mapped.bit_depth == 8


def test_a_region_is_the_crop() -> None:
    source = picture(32, 4)
    part = refdec.decode(refdec.encode(source, lossless=True), region=(7, 3, 20, 30))
    assert source.floats is not None
    assert same_floats(part.floats, source.floats.mapped(lambda plane: plane[3:33, 7:27]))
    assert (part.height, part.width) == (30, 20)


@pytest.mark.parametrize("container", ["jai", "jaii"])
def test_a_turned_tiff_comes_out_upright(container: str) -> None:
    stored = floats(16, 3, 8, 12)
    target = io.BytesIO()
    tifffile.imwrite(target, stored.array, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
    exact = refdec.encode(target.getvalue(), lossless=True, strip=True, container=container)  # type: ignore[arg-type]
    decoded = refdec.decode(exact)
    assert same_floats(decoded.floats, stored.mapped(lambda plane: plane.T[:, ::-1]))
    assert (decoded.height, decoded.width) == (12, 8)


def test_a_codestream_of_floats_is_encoded_again() -> None:
    source = picture(16)
    first = refdec.encode(source, lossless=True)
    again = refdec.encode(first, lossless=True, quality=40)
    assert same_floats(refdec.decode(again).floats, source.floats)
    with pytest.warns(refdec.PictureWarning, match="left behind"):
        assert refdec.decode(refdec.encode(first)).floats is None


def test_a_layer_with_transparency_is_added_to_what_is_there() -> None:
    source = picture(16, 4, premultiplied=True)
    alone = drop_lossless(refdec.encode(source, lossless=True))
    assert same_floats(refdec.decode(add_lossless(alone, source)).floats, source.floats)
    near = refdec.decode(add_lossless(alone, source, max_error=5)).floats
    assert near is not None and source.floats is not None and 0 < places_apart(near, source.floats) <= 5


def test_saving_writes_floats_where_a_format_holds_them(tmp_path: Path) -> None:
    source = picture(32)
    decoded = refdec.decode(refdec.encode(source, lossless=True))
    for name in ("a.pfm", "a.tif", "a.exr"):
        decoded.save(tmp_path / name)
        exact = refdec.encode(tmp_path / name, lossless=True)
        assert same_floats(refdec.decode(exact).floats, source.floats)
    decoded.save(tmp_path / "a.png")
    with pytest.raises(NoFloats):
        refdec.decode(refdec.encode(np.zeros((8, 8), np.uint8))).save(tmp_path / "b.pfm")
    assert not (tmp_path / "b.pfm").exists()


def test_views_are_chosen() -> None:
    data = pfm_bytes(FloatPlanes(floats(32, odd=False).planes, 32))
    shown = {view: refdec.read_info(refdec.encode(data, lossless=True, float_view=view)) for view in ("sdr", "pq")}
    transfers = [(info.rendering or {})["cicp"]["transfer_characteristics"] for info in (shown["sdr"], shown["pq"])]
    assert transfers == [13, 16]
    plain = pfm_bytes(FloatPlanes((np.zeros((4, 5), np.uint32),), 32))
    assert not refdec.read_info(refdec.encode(plain, lossless=True, float_view="codes")).rendering
    tiff = float_tiff_bytes(floats(16, 1), 2, NO_METADATA)
    assert refdec.decode(refdec.encode(tiff, lossless=True)).floats is not None


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2)])
def test_the_smallest_pictures(size: tuple[int, int]) -> None:
    made = floats(16, 3, 4, 4, odd=False).mapped(lambda plane: np.resize(plane, size))
    source = picture_of_floats(made, "sdr", 2, "OpenEXR")
    assert same_floats(refdec.decode(refdec.encode(source, lossless=True)).floats, made)
