"""Windows of the source (6.7, 5.14.1) against planes of the whole picture, made as the text has it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refdec.encoding.draft import EncodeSettings, draft_header
from refdec.encoding.encoderinput import EncoderInput, coded_window, input_from_codes
from refdec.picture.planes import Planes
from refdec.picture.resample import bilinear_ac
from refdec.picture.source import plane_from_codes, planes_from_rgb
from refdec.tiling.geometry import Rect, ceil_div
from tests.encodable import photograph

Pair = tuple[int, int]
FORMATS: tuple[tuple[Pair, Pair], ...] = (
    ((1, 1), (1, 1)),
    ((1, 1), (1, 2)),
    ((1, 1), (2, 2)),
    ((1, 2), (1, 2)),
    ((2, 2), (2, 2)),
)


def given_source(height: int, width: int, bits: int, rgb: bool, output: Pair) -> EncoderInput:
    array = photograph(height, width, bits=bits)
    if rgb:
        return input_from_codes([array[..., k] for k in range(3)], bits, rgb=True)
    ver, hor = output
    codes = [array[..., 0], array[::ver, ::hor, 1], array[::ver, ::hor, 2]]
    return input_from_codes(codes, bits, rgb=False, subsampling=output)


def whole_planes(source: EncoderInput, height: int, width: int, coded: Pair) -> Planes:
    """5.14.1: codes to planes, these grown to the coded size, and chroma resampled to the coded format."""
    if source.rgb:
        planes = planes_from_rgb(*source.components, source.bits)
    else:
        planes = Planes(*(plane_from_codes(plane, source.bits) for plane in source.components))
    grown = []
    for plane, (ver, hor) in zip(planes.as_tuple(), ((1, 1), source.output, source.output), strict=True):
        below, beside = ceil_div(height, ver) - plane.shape[0], ceil_div(width, hor) - plane.shape[1]
        grown.append(np.pad(plane, ((0, below), (0, beside)), mode="edge"))
    if source.output == coded:
        return Planes(*grown)
    size = ceil_div(height, coded[0]), ceil_div(width, coded[1])
    return Planes(grown[0], bilinear_ac(grown[1], *size), bilinear_ac(grown[2], *size))


@pytest.mark.parametrize(("output", "coded"), FORMATS)
@given(data=st.data(), bits=st.sampled_from([8, 10]))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_windows_are_those_of_the_whole(output: Pair, coded: Pair, data: st.DataObject, bits: int) -> None:
    height, width = data.draw(st.integers(1, 150)), data.draw(st.integers(1, 150))
    rgb = output == (1, 1) and data.draw(st.booleans())
    source = given_source(height, width, bits, rgb, output)
    picture = draft_header(source, EncodeSettings(coded_format=coded), 1)
    whole = whole_planes(source, picture.img_height, picture.img_width, coded)
    x, y = 2 * data.draw(st.integers(0, (width - 1) // 2)), 2 * data.draw(st.integers(0, (height - 1) // 2))
    right = min(picture.img_width, x + 2 * data.draw(st.integers(1, 50)))
    bottom = min(picture.img_height, y + 2 * data.draw(st.integers(1, 50)))
    window = Rect.between(x, y, right, bottom)
    made = coded_window(source, picture, window)
    assert np.array_equal(made.y, whole.y[window.rows, window.columns])
    ver, hor = coded
    part = slice(y // ver, ceil_div(bottom, ver)), slice(x // hor, ceil_div(right, hor))
    assert np.array_equal(made.u, whole.u[part]) and np.array_equal(made.v, whole.v[part])
