"""The tone map: its curves at known points, its order, its gamut, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import refdec
from refdec.api.errors import ToneMapAlone
from refdec.api.tone_map import eetf, hlg_to_light, pq_to_light, tone_mapped
from refdec.bitstream.rendering import Cicp, ContentLight, MasteringDisplay, RenderingInfo
from refdec.picture.picture import PictureCodes


def shown(codes: list[list[int]], primaries: int, transfer: int, bits: int = 10, **light: object) -> PictureCodes:
    """Map pixels [n][3] of a picture of one row."""
    planes = tuple(np.array([column], np.uint16) for column in zip(*codes, strict=True))
    said = RenderingInfo(cicp=Cicp(primaries, transfer, 0, 1, 2), **light)  # type: ignore[arg-type]
    return tone_mapped(PictureCodes(planes, bits, "RGB" if len(planes) == 3 else "gray", rendering=said))


def pq_code(light: float, bits: int = 10) -> int:
    values = pq_to_light(np.arange(1 << bits) / ((1 << bits) - 1))
    return int(np.abs(values - light).argmin())


def test_curves_at_points_that_the_standards_print() -> None:
    assert pq_to_light(np.array([0.0, 1.0])).tolist() == [0.0, 10000.0]
    assert pq_to_light(np.array([0.508078]))[0] == pytest.approx(100, rel=1e-4)
    assert pq_to_light(np.array([0.580689]))[0] == pytest.approx(203, rel=1e-3)
    assert hlg_to_light(np.array([0.0, 0.5, 1.0])) == pytest.approx([0, 1 / 12, 1], abs=1e-6)


def test_the_eetf_leaves_the_dark_alone_and_ends_at_its_target() -> None:
    light = np.linspace(0, 1000, 400)
    mapped = eetf(light, 1000.0)
    assert np.all(np.diff(mapped) > 0) and mapped[-1] == pytest.approx(203, rel=1e-6)
    assert mapped[light < 50] == pytest.approx(light[light < 50], abs=1e-6)
    assert eetf(np.array([50.0, 300.0]), 100.0).tolist() == [50.0, 203.0]


def test_gray_stays_gray_and_its_peak_is_white() -> None:
    grays = [[code] * 3 for code in range(0, pq_code(1000) + 1, 7)] + [[pq_code(1000)] * 3, [1023] * 3]
    made = shown(grays, 9, 16)
    assert np.array_equal(made.planes[0], made.planes[1]) and np.array_equal(made.planes[0], made.planes[2])
    assert np.all(np.diff(made.planes[0][0].astype(int)) >= 0)
    assert (made.planes[0][0, 0], made.planes[0][0, -2], made.planes[0][0, -1]) == (0, 255, 255)
    assert made.bit_depth == 8 and made.rendering is not None
    assert made.rendering == RenderingInfo(cicp=Cicp(1, 13, 0, 1, 2))


def test_what_a_picture_says_of_its_light_counts() -> None:
    code = [[pq_code(400)] * 3]
    display = MasteringDisplay((0, 0, 0), (0, 0, 0), 0, 0, 4000 * 10000, 1)
    by_level = shown(code, 9, 16, clli=ContentLight(400, 100), mdcv=display).planes[0][0, 0]
    usual, by_display = shown(code, 9, 16).planes[0][0, 0], shown(code, 9, 16, mdcv=display).planes[0][0, 0]
    assert by_level >= 254 > usual > by_display


def test_hlg_white_is_white_and_its_reference_is_bright() -> None:
    made = shown([[1023] * 3, [767] * 3, [0] * 3], 9, 18).planes[1][0]
    assert made[0] == 255 and 210 < made[1] < 245 and made[2] == 0


def test_wide_colours_come_into_the_gamut_without_a_turn_of_hue() -> None:
    """The red of BT.2020 and the green of P3 lie outside of BT.709: the largest component stays the largest."""
    red = shown([[pq_code(200), 0, 0]], 9, 16)
    assert red.planes[0][0, 0] > 200 > red.planes[1][0, 0]
    green = shown([[0, 1023, 0]], 12, 13)
    assert green.planes[1][0, 0] > 240 and green.planes[0][0, 0] < 130
    same = shown([[300, 500, 700]], 12, 13, 10)
    assert [int(plane[0, 0]) for plane in same.planes] == [56, 126, 179]  # by the matrix of P3 to BT.709, by hand


def test_one_component_stays_one() -> None:
    made = shown([[100], [500]], 9, 16)
    assert len(made.planes) == 1 and made.colour == "gray" and made.planes[0][0, 1] > made.planes[0][0, 0]


@pytest.mark.parametrize("said", [None, RenderingInfo(), RenderingInfo(cicp=Cicp(1, 13, 0, 1, 2))])
def test_a_picture_that_is_for_such_a_display_is_only_rounded(said: RenderingInfo | None) -> None:
    plane = np.array([[0, 512, 1023]], np.uint16)
    made = tone_mapped(PictureCodes((plane,) * 3, 10, "RGB", rendering=said))
    assert made.planes[0].tolist() == [[0, 128, 255]] and "as they are" in made.warnings[0]


def test_bands_change_nothing() -> None:
    rng = np.random.default_rng(3)
    planes = tuple(rng.integers(0, 1024, (700, 500)).astype(np.uint16) for _ in range(3))
    said = RenderingInfo(cicp=Cicp(9, 16, 0, 1, 2))
    whole = tone_mapped(PictureCodes(planes, 10, "RGB", rendering=said), 12)
    part = tone_mapped(PictureCodes(tuple(plane[600:] for plane in planes), 10, "RGB", rendering=said), 12)
    assert whole.bit_depth == 12 and all(
        np.array_equal(one[600:], other) for one, other in zip(whole.planes, part.planes, strict=True)
    )


def test_what_it_does_not_go_with() -> None:
    with pytest.raises(ToneMapAlone):
        tone_mapped(PictureCodes((np.zeros((2, 2), np.uint8),) * 3, 8, "YUV"))
    data = refdec.encode(np.zeros((16, 16, 3), np.uint8), check=False)
    for wish in ({"scale": 8}, {"colour": "YUV"}, {"observe": lambda stage, array: None}):
        with pytest.raises(ToneMapAlone):
            refdec.decode(data, tone_map=True, **wish)


def test_decode_maps_originals_and_lossy_pictures() -> None:
    ramp = np.tile(np.arange(200, 840, 20, dtype=np.uint16), (32, 1))
    exact = refdec.encode(ramp, bits=10, cicp="bt2020/pq", lossless=True, check=False)
    made = refdec.decode(exact, tone_map=True)
    wanted = tone_mapped(refdec.decode(exact))
    assert np.array_equal(made.array, wanted.array) and made.bit_depth == 8
    lossy = refdec.decode(exact, tone_map=True, lossy=True, bit_depth=10)
    assert lossy.bit_depth == 10 and abs(lossy.array.astype(int) / 4 - made.array).mean() < 12
