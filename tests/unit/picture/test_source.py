"""Source pictures to encoder input (6.7, 5.14.1)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from refdec.networks.movement import network_input
from refdec.picture.output import codes
from refdec.picture.planes import Planes
from refdec.picture.resample import bilinear_ac
from refdec.picture.source import (
    plane_from_codes,
    planes_from_rgb,
    repeated,
    secondary_input,
)
from refdec.tiling.geometry import Rect
from tests.unit.picture.support import noisy, q18


def test_example_6_8_scalars_planes_from_codes(examples: Path) -> None:
    for code, bits, expected in json.loads((examples / "06_scalars.json").read_text())["plane from code (s, bits)"]:
        assert plane_from_codes(np.array([[code]]), bits)[0, 0] == expected


def test_example_6_8_scalars_planes_from_rgb(examples: Path) -> None:
    for *rgb, bits, expected in json.loads((examples / "06_scalars.json").read_text())[
        "planes from RGB (R, G, B, bits)"
    ]:
        red, green, blue = (np.array([[value]]) for value in rgb)
        planes = planes_from_rgb(red, green, blue, bits)
        assert [int(plane[0, 0]) for plane in planes.as_tuple()] == expected


def test_example_6_8_tensors_encoder_input(examples: Path) -> None:
    stored = np.load(examples / "06_tensors.npz")
    red, green, blue = stored["enc_rgb"]
    planes = planes_from_rgb(red, green, blue, 8)
    assert np.array_equal(np.stack(planes.as_tuple()), stored["enc_yuv"])
    size = -(-planes.size[0] // 2), -(-planes.size[1] // 2)
    half = planes.with_chroma(bilinear_ac(planes.u, *size), bilinear_ac(planes.v, *size))
    assert np.array_equal(half.u, stored["enc_u420"])
    assert np.array_equal(half.v, stored["enc_v420"])
    assert np.array_equal(secondary_input(planes, (1, 1)), stored["enc_secondary444"])
    assert np.array_equal(secondary_input(half, (2, 2)), stored["enc_secondary420"])
    assert np.array_equal(network_input(secondary_input(planes, (1, 1))), stored["enc_input444"])


@pytest.mark.parametrize("bits", [1, 8, 10, 16])
def test_codes_survive(bits: int) -> None:
    code = np.random.default_rng(bits).integers(0, 2**bits, (5, 6)).astype(np.uint16)
    assert np.array_equal(codes(plane_from_codes(code, bits), bits), code)


def test_422_pads_only_rows_of_chroma() -> None:
    y = q18(np.arange(15).reshape(3, 5))
    chroma = q18(100 + np.arange(9).reshape(3, 3))
    twelve = secondary_input(Planes(y, chroma, -chroma), (1, 2))
    assert twelve.shape == (12, 2, 3)
    assert np.array_equal(twelve[0], y[::2, ::2])
    assert np.array_equal(twelve[3], q18([[6, 8, 9], [11, 13, 14]]))  # the last row and column are repeated
    even, odd = chroma[[0, 2]], chroma[[1, 2]]
    for channel, expected in zip(range(4, 12), [even, even, odd, odd, -even, -even, -odd, -odd], strict=True):
        assert np.array_equal(twelve[channel], expected)


def test_the_border_of_small_pictures_is_repeated() -> None:
    planes = noisy(10, 81, "420")
    assert np.array_equal(repeated(planes.y, Rect(2, 3, 5, 4)), planes.y[3:7, 2:7])
    y, u = repeated(planes.y, Rect(0, 0, 81, 64)), repeated(planes.u, Rect(40, 4, 2, 28))
    assert np.array_equal(y[:10], planes.y) and np.array_equal(y[63], planes.y[9])
    assert np.all(u == planes.u[4, 40])
