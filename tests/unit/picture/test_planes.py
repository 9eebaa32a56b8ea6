"""Assembly of planes (5.3) and the formats that exist (5.1)."""

from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest

from refdec.picture.assembly import assemble
from refdec.picture.errors import SubsamplingUnsupported
from refdec.picture.planes import Planes, chroma_size
from refdec.picture.resample import bicubic_ac
from tests.unit.picture.support import Format, noisy, picture_format

LEGAL = {((1, 1), (1, 1)), ((1, 1), (2, 2)), ((1, 1), (1, 2)), ((2, 2), (2, 2)), ((1, 2), (1, 2))}


def test_example_5_3_crop_comes_before_decimation() -> None:
    header = dataclasses.replace(picture_format(70, 90, "420"), display_height=67, display_width=81)
    full = noisy(70, 90)
    planes = assemble(full, header)
    assert np.array_equal(planes.y, full.y[:67, :81])
    assert np.array_equal(planes.u, full.u[:67:2, :81:2])
    assert planes.v.shape == (34, 41) == chroma_size(header)


def test_chroma_coded_smaller_comes_back_to_full_size() -> None:
    header, full = picture_format(65, 67, "444", "422"), noisy(65, 67)
    planes = assemble(full, header)
    assert np.array_equal(planes.v, bicubic_ac(full.v[:, ::2], 65, 67))
    assert planes.u.shape == planes.y.shape


@pytest.mark.parametrize(("output", "coded"), list(product(product((1, 2), repeat=2), repeat=2)))
def test_the_five_pairs_of_formats(output: tuple[int, int], coded: tuple[int, int]) -> None:
    header = Format(s_ver=output[0], s_hor=output[1], c_ver=coded[0], c_hor=coded[1])
    if (output, coded) in LEGAL:
        assert chroma_size(header) == (64 // output[0], 64 // output[1])
    else:
        with pytest.raises(SubsamplingUnsupported):
            chroma_size(header)


def test_planes_are_values() -> None:
    planes = noisy(4, 4)
    other = planes.with_luma(planes.u).with_chroma(planes.v, planes.y)
    assert other == Planes(planes.u, planes.v, planes.y)
    assert planes.size == (4, 4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        planes.y = planes.u  # type: ignore[misc]
