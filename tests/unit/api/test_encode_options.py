"""Wishes about samples that a source does not have: said, or refused, and not passed over in silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec
from refdec.api.encode_options import EncodeOptions
from refdec.formats.float_view import picture_of_floats
from refdec.lossless.errors import LosslessTwice
from refdec.picture.floats import FloatPlanes
from refdec.plugins.errors import RequestInvalid

CODES = np.full((16, 16), 100, np.uint8)
FLOATS = picture_of_floats(FloatPlanes((np.full((16, 16), 0x3800, np.uint16),), 16), "sdr", 1, "OpenEXR")


def test_a_view_of_floats_is_nothing_for_codes() -> None:
    assert EncodeOptions().picture_of(CODES).warnings == ()
    (said,) = EncodeOptions(float_view="sdr").picture_of(CODES).warnings
    assert said.startswith("the view sdr is for floats")
    assert not any("the view" in said for said in EncodeOptions(float_view="pq").picture_of(FLOATS).warnings)
    with pytest.warns(refdec.PictureWarning, match="the view pq is for floats"):
        refdec.encode(CODES, float_view="pq")


def test_a_depth_that_the_source_has_not() -> None:
    wide = EncodeOptions(bits=10).picture_of(CODES.astype(np.uint16))
    assert wide.bit_depth == 10 and wide.warnings == ()
    floats = EncodeOptions(bits=12).picture_of(FLOATS).warnings
    assert any("a depth of 12 bits is for codes, and the samples of this source are floats" in said for said in floats)


def test_a_picture_file_says_its_depth_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(CODES).save(path)
    (said,) = EncodeOptions(bits=12).picture_of(path).warnings
    assert said == "the source says itself that it has 8 bits, not 12"
    assert EncodeOptions(bits=8).picture_of(path).warnings == ()


def test_low_bits_are_those_of_a_stated_depth() -> None:
    with pytest.raises(RequestInvalid, match="--source-bits"):
        EncodeOptions(low_bits=True)
    assert EncodeOptions(low_bits=True, bits=10).bits == 10


def test_lossless_and_some_error_contradict_each_other() -> None:
    with pytest.raises(LosslessTwice, match="of up to 2 codes"):
        EncodeOptions(lossless=True, max_error=2)
    assert EncodeOptions(lossless=True, max_error=0).layer_error == 0
    again = refdec.decode(refdec.encode(CODES, lossless=True))
    assert np.array_equal(again.array, CODES)
