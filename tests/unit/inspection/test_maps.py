"""Maps: small PNG files whose colours stand for integers."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from refdec.inspection.errors import ChannelMissing
from refdec.inspection.maps import LONGEST_MAP, channel_maps, coded_map, preview


def levels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def array() -> np.ndarray:
    made = np.zeros((5, 8, 12), np.int32)
    made[2, 3, 4] = 1000
    made[2, 3, 5] = -1000
    made[4] = np.arange(96).reshape(8, 12) - 48
    return made


def test_strongest_channels_come_first() -> None:
    maps = channel_maps("latent", "Y", array(), most=2)
    assert maps.labels == ("mean magnitude of all channels", "channel 4", "channel 2")
    assert len(maps.images) == 3
    assert maps.shape == (5, 8, 12) and maps.factor == 1


def test_zero_is_in_the_middle_of_signed_colours() -> None:
    maps = channel_maps("latent", "Y", array(), channels=[4])
    found = levels(maps.images[1])
    assert found.shape == (8, 12)
    assert found[0, 0] == 0 and found[-1, -1] == 255 and found[4, 0] in (127, 128)
    assert maps.low == "-" + maps.high


def test_unsigned_maps_use_their_own_range() -> None:
    maps = channel_maps("scale index", "UV", array()[4:5] + 1000, signed=False)
    assert int(maps.low) >= 952 and int(maps.high) <= 1047
    assert np.all(np.diff(levels(maps.images[1]).reshape(-1).astype(int)) >= 0)


def test_fixed_point_is_shown_on_its_natural_scale() -> None:
    maps = channel_maps("latent", "Y", array()[4:5] << 18, shift=18)
    assert abs(float(maps.high)) < 100


def test_chosen_channels_must_exist() -> None:
    with pytest.raises(ChannelMissing, match=r"0\.\.4"):
        channel_maps("latent", "Y", array(), channels=[5])


def test_large_maps_are_reduced_by_means() -> None:
    big = np.zeros((1, 2 * LONGEST_MAP + 1, 100), np.int32)
    big[0, -1] = 30
    maps = channel_maps("latent", "Y", big, channels=[0])
    assert maps.factor == 3
    found = levels(maps.images[1])
    assert found.shape == (107, 34)
    assert found[-1, -1] > found[0, 0]


def test_mask_counts_channels() -> None:
    mask = np.zeros((4, 6, 6), bool)
    mask[:, 0, 0] = True
    mask[:2, 5, 5] = True
    maps = coded_map("Y", mask)
    found = levels(maps.images[0])
    assert (found[0, 0], found[5, 5], found[3, 3]) == (255, 127, 0)
    assert maps.high == "4"


@pytest.mark.parametrize(("bits", "value", "expected"), [(8, 200, 200), (10, 800, 200)])
def test_preview_of_codes(bits: int, value: int, expected: int) -> None:
    plane = np.full((20, 30), value, np.uint16 if bits > 8 else np.uint8)
    made = preview([plane, plane, plane], bits)
    assert (made.width, made.height, made.factor) == (30, 20, 1)
    assert np.all(levels(made.image) == expected)


def test_large_previews_are_reduced() -> None:
    plane = np.zeros((3000, 40), np.uint8)
    made = preview([plane, plane, plane], 8)
    assert made.factor == 3
    assert levels(made.image).shape[0] == 1000
