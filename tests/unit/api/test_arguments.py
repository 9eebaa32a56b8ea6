"""Arguments that make no sense are refused by name, before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.arguments import require_channels, require_region_shape, require_workers
from refdec.api.errors import ChannelsOutOfRange, RegionMalformed, UnknownColour, WorkersOutOfRange

ABSENT = Path("there is no such file.jai")


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("channels", (-1, 3), ChannelsOutOfRange),
        ("channels", (161, 96), ChannelsOutOfRange),
        ("channels", (160, 97), ChannelsOutOfRange),
        ("channels", (1, 2, 3), ChannelsOutOfRange),
        ("channels", 5, ChannelsOutOfRange),
        ("channels", (1.5, 2), ChannelsOutOfRange),
        ("workers", 0, WorkersOutOfRange),
        ("workers", -2, WorkersOutOfRange),
        ("workers", "2", WorkersOutOfRange),
        ("colour", "CMYK", UnknownColour),
        ("colour", "rgb", UnknownColour),
        ("region", (0, 0, 8), RegionMalformed),
        ("region", "0,0,8,8", RegionMalformed),
        ("region", (0, 0, 8.0, 8), RegionMalformed),
        ("region", 7, RegionMalformed),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(argument: str, value: Any, error: type[refdec.UsageError]) -> None:
    with pytest.raises(error) as caught:
        refdec.decode(ABSENT, **{argument: value})
    assert caught.value.exit_code == 2 and repr(value) in caught.value.explain()


def test_previews_refuse_an_unknown_colour() -> None:
    with pytest.raises(UnknownColour, match="XYZ"):
        refdec.open_progressive(ABSENT, colour="XYZ")  # type: ignore[arg-type]


def test_all_that_makes_sense_passes() -> None:
    for channels in (None, (0, 0), (160, 96), np.array([3, 4])):
        require_channels(channels)  # type: ignore[arg-type]
    for workers in (None, 1, np.int64(64)):
        require_workers(workers)  # type: ignore[arg-type]
    for region in (None, (0, 0, 1, 1), [1, 2, 3, 4], np.arange(4)):
        require_region_shape(region)  # type: ignore[arg-type]
