"""`DecodeOptions`: what makes no sense is refused by name, what makes sense has Python's own types."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.bitstream.editions import Edition
from refdec.bitstream.transforms import Synthesis
from refdec.decoding.errors import (
    ChannelsOutOfRange,
    LimitsExpected,
    RegionMalformed,
    UnknownColour,
    UnknownEdition,
    UnknownTransform,
    WorkersOutOfRange,
)
from refdec.decoding.options import DecodeOptions
from refdec.limits import Limits
from refdec.picture.errors import BitDepthOutOfRange

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
        ("synthesis", "xop", UnknownTransform),
        ("synthesis", 1, UnknownTransform),
        ("edition", "final", UnknownEdition),
        ("limits", 3, LimitsExpected),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(argument: str, value: Any, error: type[refdec.UsageError]) -> None:
    for refused in (lambda **wish: refdec.decode(ABSENT, **wish), DecodeOptions):
        with pytest.raises(error) as caught:
            refused(**{argument: value})
        assert caught.value.exit_code == 2 and repr(value) in caught.value.explain()


@pytest.mark.parametrize("bits", [0, 17, 8.0, "8"])
def test_a_depth_has_1_to_16_bits(bits: Any) -> None:
    with pytest.raises(BitDepthOutOfRange):
        DecodeOptions(bit_depth=bits)


def test_previews_refuse_an_unknown_colour() -> None:
    with pytest.raises(UnknownColour, match="XYZ"):
        refdec.open_progressive(ABSENT, colour="XYZ")  # type: ignore[arg-type]


def test_all_that_makes_sense_passes() -> None:
    for channels in (None, (0, 0), (160, 96), np.array([3, 4])):
        DecodeOptions(channels=channels)  # type: ignore[arg-type]
    for workers in (None, 1, np.int64(64)):
        DecodeOptions(workers=workers)  # type: ignore[arg-type]
    for region in (None, (0, 0, 1, 1), [1, 2, 3, 4], np.arange(4)):
        DecodeOptions(region=region)  # type: ignore[arg-type]


def test_wishes_become_what_they_name() -> None:
    options = DecodeOptions(synthesis="HoP", edition="draft", channels=np.array([3, 4]), bit_depth=np.int8(9))  # type: ignore[arg-type]
    assert (options.synthesis, options.edition) == (Synthesis.HOP, Edition.DRAFT)
    assert (options.channels, options.bit_depth, options.limits) == ((3, 4), 9, Limits())
    assert type(options.channels[0]) is type(options.bit_depth) is int  # type: ignore[index]
    assert DecodeOptions(edition="auto") == DecodeOptions(edition=None) == DecodeOptions()
    assert all(DecodeOptions(synthesis=each) == DecodeOptions(synthesis=each.name) for each in Synthesis)


def test_options_are_values() -> None:
    options = DecodeOptions(synthesis="bop", region=(1, 2, 3, 4), any_level=True)
    assert pickle.loads(pickle.dumps(options)) == options
    assert hash(replace(options, region=None)) == hash(DecodeOptions(synthesis="bop", any_level=True))
    for name in (field.name for field in fields(options)):
        with pytest.raises(FrozenInstanceError):
            setattr(options, name, None)
    with pytest.raises(ChannelsOutOfRange):
        replace(options, channels=(-1, 0))
