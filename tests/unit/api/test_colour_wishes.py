"""Code points, mastering display and light levels as they are typed, and what they replace."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.api.colour_wishes import CicpWish, ClliWish, ColourWishes, MdcvWish
from refdec.api.encode_options import EncodeOptions
from refdec.bitstream.rendering import Cicp, ContentLight, MasteringDisplay, RenderingInfo
from refdec.plugins.errors import RequestInvalid
from refdec.plugins.source_picture import SourcePicture

BT2020 = MasteringDisplay((8500, 6550, 35400), (39850, 2300, 14600), 15635, 16450, 10000000, 1)


@pytest.mark.parametrize("wish", [(9, 16), "9/16", "bt2020/pq", "BT2020/16"])
def test_code_points_by_number_and_by_name(wish: CicpWish) -> None:
    assert ColourWishes.of(cicp=wish).cicp == (9, 16)


def test_a_display_by_name_and_as_other_encoders_write_it() -> None:
    typed = "G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,1)"
    assert ColourWishes.of(mdcv=typed).mdcv == ColourWishes.of(mdcv="bt2020,1000,0.0001").mdcv == BT2020
    assert ColourWishes.of(mdcv=BT2020).mdcv == BT2020
    named = ColourWishes.of(mdcv="p3,600,0.05").mdcv
    assert named is not None and (named.maximum_luminance, named.minimum_luminance) == (6000000, 500)


@pytest.mark.parametrize("wish", [(1000, 400), "1000,400"])
def test_light_levels(wish: ClliWish) -> None:
    assert ColourWishes.of(clli=wish).clli == ContentLight(1000, 400)


@pytest.mark.parametrize("wish", ["9", "9/16/0", "9/256", "0/16", "9/3", "pq/bt2020", (9,), (9, -1)])
def test_code_points_that_do_not_exist(wish: CicpWish) -> None:
    with pytest.raises(RequestInvalid, match="bt2020/pq"):
        EncodeOptions(cicp=wish)


@pytest.mark.parametrize(
    "wish", ["p3", "p3,1000", "p9,1000,0.1", "p3,1,2", "p3,1000,x", "p3,999999,0", BT2020.__repr__(), "G(1,2)L(3,4)"]
)
def test_displays_that_do_not_exist(wish: MdcvWish) -> None:
    with pytest.raises(RequestInvalid, match="mdcv"):
        EncodeOptions(mdcv=wish)


@pytest.mark.parametrize("wish", ["1000", "1000,70000", "1000,-1", "a,b", (1, 2, 3), "1000000000,1"])
def test_levels_that_do_not_exist(wish: ClliWish) -> None:
    with pytest.raises(RequestInvalid, match="clli"):
        EncodeOptions(clli=wish)


def test_wishes_replace_what_is_said_and_leave_the_rest() -> None:
    said = RenderingInfo(cicp=Cicp(1, 13, 0, 1, 2), clli=ContentLight(1, 1))
    gray = np.zeros((2, 2), np.uint8)
    picture = SourcePicture((gray, gray, gray), rendering=said)
    assert ColourWishes.of().on(picture) is picture
    made = ColourWishes.of("p3/pq", "bt2020,1000,0.0001").on(picture).rendering
    assert made == RenderingInfo(cicp=Cicp(12, 16, 0, 1, 2), mdcv=BT2020, clli=ContentLight(1, 1))
    assert ColourWishes.of(clli=(5, 4)).on(SourcePicture((gray, gray, gray))).rendering == RenderingInfo(
        clli=ContentLight(5, 4)
    )
