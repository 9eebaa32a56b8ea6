"""Symbols that grow channel by channel: the same as decoding that many at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.decoding.growing_old import GrowingSymbols
from refdec.decoding.models import models_of
from refdec.decoding.opening import DecodeOptions, parse
from refdec.decoding.symbols_old import decode_symbols
from refdec.limits import Limits
from refdec.weights.seeded import seeded_pack


@pytest.mark.parametrize(
    "case", ["bop_threads_z16_r16", "bop_num_chs", "bop_depreg_threads8", "bop_indreg_2x1_600x400"]
)
def test_first_channels_in_any_order(case: str, vectors: Path) -> None:
    codestream, headers = parse((vectors / f"{case}.jai").read_bytes(), DecodeOptions(), Limits())
    models = models_of(seeded_pack(1), headers.picture.model_id)
    growing = GrowingSymbols(codestream, headers, models)
    assert growing.channels == headers.picture.num_chs_coded
    for wanted in ((0, 0), (1, 3), (17, 3), (5, 40), (160, 96), (160, 96)):
        got = growing.first(*wanted)
        expected = decode_symbols(codestream, headers, models, channels=wanted)
        for a, b in zip(got.components, expected.components, strict=True):
            assert np.array_equal(a.symbols, b.symbols), wanted


def test_only_what_is_asked_for_is_decoded(vectors: Path) -> None:
    codestream, headers = parse((vectors / "bop_off_320x256.jai").read_bytes(), DecodeOptions(), Limits())
    growing = GrowingSymbols(codestream, headers, models_of(seeded_pack(1), headers.picture.model_id))
    growing.first(9, 0)
    luma, chroma = (component[0] for component in growing._regions)
    plane = luma.core.h * luma.core.w
    assert 9 * plane <= luma._run.done < 20 * plane
    assert chroma._run.done < chroma.core.h * chroma.core.w
