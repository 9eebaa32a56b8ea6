"""Source pictures: checked, frozen, and their planes in Q18."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refdec.plugins.errors import SourcePictureInvalid
from refdec.plugins.source_picture import SourcePicture


def plane(height: int = 6, width: int = 8, value: int = 10, dtype: Any = np.uint8) -> Any:
    return np.full((height, width), value, dtype)


def test_rgb_of_an_array() -> None:
    array = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)
    picture = SourcePicture.from_rgb(array, name="x.png")
    assert (picture.height, picture.width, picture.pixels) == (6, 8, 48)
    assert all(np.array_equal(picture.planes[k], array[..., k]) for k in range(3))
    assert all(p.flags.c_contiguous and not p.flags.writeable for p in picture.planes)
    assert picture.codestream is None


def test_gray_has_exactly_neutral_chroma() -> None:
    planes = SourcePicture.from_gray(np.arange(48, dtype=np.uint8).reshape(6, 8)).planes_q18()
    assert np.array_equal(planes.y, np.arange(48).reshape(6, 8) << 18)
    assert (planes.u == 255 << 17).all()
    assert (planes.v == 255 << 17).all()


def test_rgb_planes_are_those_of_6_7() -> None:
    white = SourcePicture.from_rgb(np.full((2, 2, 3), 1023, np.uint16), bit_depth=10)
    assert (white.planes_q18().y == 255 << 18).all()


def test_yuv_planes_keep_their_size() -> None:
    picture = SourcePicture((plane(5, 7), plane(3, 4, 20), plane(3, 4, 30)), 8, "YUV", (2, 2))
    planes = picture.planes_q18()
    assert planes.u.shape == (3, 4)
    assert (planes.v == 30 << 18).all()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: SourcePicture((plane(), plane(), plane()), colour="CMYK"),
        lambda: SourcePicture((plane(), plane(), plane()), subsampling=(2, 2)),
        lambda: SourcePicture((plane(), plane(), plane()), colour="YUV", subsampling=(2, 1)),
        lambda: SourcePicture((plane(), plane(), plane()), colour="YUV", subsampling=(2, 2)),
        lambda: SourcePicture((plane(), plane(), plane()), bit_depth=17),
        lambda: SourcePicture((plane(), plane(), plane()), bit_depth=10),
        lambda: SourcePicture((plane(), plane())),  # type: ignore[arg-type]
        lambda: SourcePicture((plane(), plane(), plane(7))),
        lambda: SourcePicture((plane(0), plane(0), plane(0))),
        lambda: SourcePicture((plane(), plane(), "plane")),  # type: ignore[arg-type]
        lambda: SourcePicture((plane(dtype=np.int32),) * 3),
        lambda: SourcePicture((plane(value=200),) * 3, bit_depth=7),
        lambda: SourcePicture((plane(value=1024, dtype=np.uint16),) * 3, bit_depth=10),
        lambda: SourcePicture((plane(1, 65600),) * 3),
        lambda: SourcePicture.from_rgb(plane()),
        lambda: SourcePicture.from_rgb(np.zeros((4, 4, 4), np.uint8)),
    ],
)
def test_what_is_no_picture_is_refused(wrong: Any) -> None:
    with pytest.raises(SourcePictureInvalid):
        wrong()


def test_the_largest_code_of_a_depth_is_allowed() -> None:
    assert SourcePicture((plane(value=1023, dtype=np.uint16),) * 3, bit_depth=10).bit_depth == 10
    assert SourcePicture((plane(value=127),) * 3, bit_depth=7).planes_q18().y.max() <= 255 << 18
