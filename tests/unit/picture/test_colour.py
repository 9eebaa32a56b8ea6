"""Colour transforms (5.10, 6.4.13)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from refdec.picture.colour import clamped, custom_colour, rgb_from_yuv, to_output, yuv_from_rgb
from refdec.picture.output import codes
from refdec.picture.planes import Planes
from tests.unit.picture.support import noisy, picture_format, q18


def test_example_5_17_7() -> None:
    cases = {
        (127.5, 127.5, 127.5): (127.5, 127.5, 127.5),
        (235, 128, 128): (235.787415, 234.672272, 235.927826),
        (16, 200, 90): (0, 19.973652, 150.531006),
        (0, 0, 255): (200.787003, 0, 0),
    }
    for yuv, rgb in cases.items():
        out = rgb_from_yuv(Planes(*(q18([[value]]) for value in yuv)))
        assert np.abs(np.array([plane[0, 0] for plane in out]) / 2**18 - rgb).max() < 1e-4


def test_example_6_8_scalars_colour(examples: Path) -> None:
    for y, u, v, rgb in json.loads((examples / "06_scalars.json").read_text())[
        "RGB planes from Y, U, V (before the clamp)"
    ]:
        out = rgb_from_yuv(Planes(*(np.array([[value]], np.int32) for value in (y, u, v))))
        assert [int(plane[0, 0]) for plane in out] == [min(max(value, 0), 255 << 18) for value in rgb]


def test_example_5_17_8_colour(examples: Path) -> None:
    given, exact = np.load(examples / "05_filters.npz"), np.load(examples / "06_filters.npz")
    planes = Planes(*(q18(given[f"F_in_{plane}"]) for plane in "YUV"))
    out = to_output(planes, picture_format(4, 6, colour_transform_idx=1))
    for name, plane in zip("RGB", out, strict=True):
        assert np.array_equal(plane, exact[f"F_out_{name}"])
        assert np.abs(plane / 2**18 - given[f"F_out_{name}"]).max() < 1e-3


def test_example_6_8_tensors_420_to_rgb_codes(examples: Path) -> None:
    stored = np.load(examples / "06_tensors.npz")
    planes = Planes(*(stored[f"rgb420_{plane}"] for plane in "YUV"))
    out = to_output(planes, picture_format(*planes.size, "420", colour_transform_idx=1))
    for i, name in enumerate("RGB"):
        assert np.array_equal(out[i], stored[f"rgb420_{name}"])
        assert np.array_equal(codes(out[i], 8), stored["rgb420_codes8"][i])
        assert np.array_equal(codes(out[i], 10), stored["rgb420_codes10"][i])


def test_idx_0_keeps_sizes_and_clamps() -> None:
    planes = noisy(6, 8, "420")
    wild = planes.with_chroma(planes.u - (90 << 18), planes.v + (90 << 18))
    out = to_output(wild, picture_format(6, 8, "420"))
    assert [plane.shape for plane in out] == [(6, 8), (3, 4), (3, 4)]
    assert out[1].min() == 0
    assert out[2].max() == 255 << 18
    assert np.array_equal(out[1], clamped(wild.u))


def test_the_extremes_do_not_wrap() -> None:
    low, high = (np.full((1, 1), value, np.int32) for value in (-(2**31), 2**31 - 1))
    red, green, blue = rgb_from_yuv(Planes(high, low, low))
    assert (red[0, 0], green[0, 0], blue[0, 0]) == (0, 255 << 18, 0)
    red, green, blue = rgb_from_yuv(Planes(low, high, high))
    assert (red[0, 0], green[0, 0], blue[0, 0]) == (255 << 18, 0, 255 << 18)


def test_rgb_to_yuv_undoes_yuv_to_rgb() -> None:
    g = np.random.default_rng(5)
    planes = Planes(*(g.integers(100 << 18, 150 << 18, (9, 7), dtype=np.int32) for _ in range(3)))
    back = yuv_from_rgb(*rgb_from_yuv(planes))
    for before, after in zip(planes.as_tuple(), back.as_tuple(), strict=True):
        assert np.abs(before - after).max() <= 2
    black = np.zeros((1, 1), np.int32)
    planes = yuv_from_rgb(black, black, black)
    assert [plane.tolist() for plane in planes.as_tuple()] == [[[0]], [[255 << 17]], [[255 << 17]]]


def test_custom_matrix_identity_keeps_codes() -> None:
    planes = noisy(5, 6)
    header = picture_format(5, 6, colour_transform_idx=2, bit_depth=10)
    out = to_output(planes, header, custom=(255 * np.eye(3, dtype=np.int64), np.zeros(3, np.int64)))
    for before, after in zip(planes.as_tuple(), out, strict=True):
        assert np.array_equal(codes(before, 10), codes(after, 10))


def test_custom_matrix_mixes_and_clips() -> None:
    planes = Planes(q18([[51]]), q18([[102]]), q18([[255]]))
    matrix = np.array([[0, 255, 0], [51, 0, 0], [255, 255, 255]])
    out = custom_colour(planes, matrix, np.array([0, 51, 255]), 8)
    assert [int(plane[0, 0]) for plane in out] == [102 << 18, round(51 * 0.2 + 51) << 18, 255 << 18]
