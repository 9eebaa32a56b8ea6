"""Symbols that grow channel by channel: the same as the oracle's, of that many channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.bitstream.payloads import residual_units
from refdec.decoding.hyper import HyperSide, decode_hyper
from refdec.decoding.models import models_of
from refdec.decoding.opening import parse
from refdec.decoding.options import DecodeOptions
from refdec.decoding.symbols import GrowingRegion
from refdec.tiling.regions import RegionGrid
from refdec.weights.seeded import seeded_pack
from tests.oracle.symbols import decode_symbols


@pytest.mark.parametrize(
    "case", ["bop_threads_z16_r16", "bop_num_chs", "bop_depreg_threads8", "bop_indreg_2x1_600x400"]
)
def test_first_channels_step_by_step(case: str, vectors: Path) -> None:
    codestream, headers = parse((vectors / f"{case}.jai").read_bytes(), DecodeOptions())
    picture, models = headers.picture, models_of(seeded_pack(1), headers.picture.model_id)
    side = HyperSide.of(picture, models, decode_hyper(codestream, headers, models))
    for c in (0, 1):
        symbols = np.zeros((picture.num_chs_coded[c], picture.lat_h, picture.lat_w), np.int16)
        regions = [
            GrowingRegion(side, c, unit, region.y_core, at_once=8)
            for region, unit in zip(
                RegionGrid.of(picture, c).regions, residual_units(codestream, headers, c), strict=True
            )
            if unit is not None
        ]
        for wanted in (0, 1, 17, 5, 160, 160):
            channels = min(wanted, picture.num_chs_coded[c])
            for region in regions:
                region.write(symbols, channels)
            expected = decode_symbols(codestream, headers, models, channels=(channels, channels)).components[c].symbols
            assert np.array_equal(symbols[:channels], expected[:channels]), (c, wanted)


def test_only_what_is_asked_for_is_decoded(vectors: Path) -> None:
    codestream, headers = parse((vectors / "bop_off_320x256.jai").read_bytes(), DecodeOptions())
    picture, models = headers.picture, models_of(seeded_pack(1), headers.picture.model_id)
    side = HyperSide.of(picture, models, decode_hyper(codestream, headers, models))
    (unit,) = residual_units(codestream, headers, 0)
    assert unit is not None
    region = GrowingRegion(side, 0, unit, RegionGrid.of(picture, 0).regions[0].y_core, at_once=8)
    region.write(np.zeros((picture.num_chs_coded[0], picture.lat_h, picture.lat_w), np.int16), 9)
    plane = region.core.h * region.core.w
    assert 9 * plane <= region._run.done < 20 * plane
