"""Pictures of what is different between two pictures."""

from __future__ import annotations

import numpy as np

from refdec.formats.difference_pictures import difference_picture, fitting_scale, in_one_picture
from refdec.formats.pictures import CodePicture, Colour

PLANE = np.arange(12, dtype=np.uint8).reshape(3, 4)


def gray(plane: np.ndarray, bits: int = 8) -> CodePicture:
    return CodePicture((plane,), bits, Colour.GRAY)


def test_differences_are_amplified_as_far_as_codes_go() -> None:
    a, b = gray(PLANE), gray(PLANE + np.eye(3, 4, dtype=np.uint8) * 50)
    assert fitting_scale(a, b) == 5 and fitting_scale(b, a) == 5 and fitting_scale(a, a) == 255
    assert np.array_equal(difference_picture(a, b, 5).components[0], np.eye(3, 4) * 250)
    assert np.array_equal(difference_picture(b, a, 9).components[0], np.eye(3, 4) * 255)


def test_large_codes_do_not_wrap() -> None:
    a, b = gray(np.zeros((2, 2), np.uint16), 16), gray(np.full((2, 2), 65535, np.uint16), 16)
    assert fitting_scale(a, b) == 1
    assert difference_picture(a, b, 3).components[0].tolist() == [[65535, 65535], [65535, 65535]]


def test_planes_of_several_sizes_lie_below_each_other() -> None:
    small = PLANE[:2, :2]
    one = in_one_picture(CodePicture((PLANE, small, small), 8, Colour.YUV))
    assert one.colour is Colour.GRAY and one.components[0].shape == (7, 4)
    assert np.array_equal(one.components[0][3:5, :2], small) and not one.components[0][3:, 2:].any()
    assert in_one_picture(gray(PLANE)).components[0] is PLANE
