"""PFM: samples 0..1 become codes of 16 bits, anything else is refused."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.formats.errors import PictureDamaged, PictureTooLarge, PictureUnsupported, SeveralPictures
from refdec.formats.pfm import pfm_bytes, read_pfm
from refdec.formats.pictures import Colour
from refdec.limits import Limits
from tests.unit.formats.float_support import floats, same_floats


def pfm(samples: list[float], *, kind: str = "Pf", scale: str = "-1.0", size: str = "2 2") -> bytes:
    stored = np.array(samples, "<f4" if scale.startswith("-") else ">f4")
    return f"{kind}\n{size}\n{scale}\n".encode() + stored.tobytes()


def test_rows_from_the_bottom_up_in_both_orders_of_bytes() -> None:
    for scale in ("-1.0", "1"):
        found = read_pfm(pfm([0, 0.25, 0.5, 1], scale=scale), limits=Limits())
        assert (found.bits, found.colour) == (16, Colour.GRAY)
        assert found.components[0].tolist() == [[32768, 65535], [0, 16384]]
        assert "PFM" in found.description.remarks[0]
    colour = read_pfm(pfm([0, 0.5, 1], kind="PF", size="1 1"), limits=Limits())
    assert [plane.tolist() for plane in colour.components] == [[[0]], [[32768]], [[65535]]]


@pytest.mark.parametrize("sample", [-0.1, 1.5, float("nan"), float("inf")])
def test_samples_without_a_code(sample: float) -> None:
    with pytest.raises(PictureUnsupported, match=r"0\.\.1"):
        read_pfm(pfm([0, 0, 0, sample]), limits=Limits())


def test_what_else_is_refused() -> None:
    with pytest.raises(PictureUnsupported, match="scale"):
        read_pfm(pfm([0] * 4, scale="-2.0"), limits=Limits())
    with pytest.raises(PictureUnsupported, match="2 rows and 0 columns"):
        read_pfm(pfm([], size="0 2"), limits=Limits())
    for data in (b"PF\n", pfm([0] * 3)):
        with pytest.raises(PictureDamaged):
            read_pfm(data, limits=Limits())
    with pytest.raises(PictureTooLarge):
        read_pfm(pfm([], size="99999 99999"), limits=Limits())
    with pytest.raises(SeveralPictures):
        read_pfm(pfm([0] * 4) * 2, limits=Limits())
    assert read_pfm(pfm([0] * 4) * 2, limits=Limits(), frame=2).bits == 16


@pytest.mark.parametrize("components", [1, 3])
def test_floats_of_any_kind_are_kept_bit_by_bit(components: int) -> None:
    picture = floats(32, components)
    data = pfm_bytes(picture)
    read = read_pfm(data, limits=Limits(), float_view="sdr")
    assert same_floats(read.floats, picture) and read.bits == 16
    swapped = data.replace(b"\n-1.0\n", b"\n1.0\n", 1)
    head = len(swapped) - 4 * components * 54
    swapped = swapped[:head] + np.frombuffer(swapped[head:], "<u4").astype(">u4").tobytes()
    assert same_floats(read_pfm(swapped, limits=Limits(), float_view="sdr").floats, picture)
