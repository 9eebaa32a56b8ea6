"""Streams for measurements: any size, the symbols of the source, and the decoder takes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.bench.streams import repeated_stream
from refdec.decoding.hyper import HyperSide, decode_hyper
from refdec.decoding.models import models_of
from refdec.decoding.opening import parse
from refdec.decoding.options import DEFAULT_OPTIONS
from refdec.decoding.symbols import decode_symbols
from refdec.weights.pack import WeightPack

DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"


@pytest.fixture(scope="module")
def pack() -> WeightPack:
    return refdec.load_weights(None)


def test_the_same_size_gives_the_same_picture(pack: WeightPack) -> None:
    again = repeated_stream(DEMO.read_bytes(), pack, 768, 512)
    one, two = refdec.decode(DEMO), refdec.decode(again)
    assert all(np.array_equal(a, b) for a, b in zip(one.planes, two.planes, strict=True))


def test_symbols_are_repeated(pack: WeightPack) -> None:
    codestream, headers = parse(repeated_stream(DEMO.read_bytes(), pack, 1600, 64), DEFAULT_OPTIONS)
    models = models_of(pack, 1)
    side = HyperSide.of(headers.picture, models, decode_hyper(codestream, headers, models))
    symbols = decode_symbols(codestream, headers, side).values[0]
    assert symbols.shape == (160, 4, 100)
    inner = slice(8, 40)
    assert np.array_equal(symbols[:, :, inner], symbols[:, :, 48:][:, :, inner])
    assert symbols.any()


def test_large_pictures_get_the_usual_tiles(pack: WeightPack) -> None:
    _, large = parse(repeated_stream(DEMO.read_bytes(), pack, 2048, 1024), DEFAULT_OPTIONS)
    _, told = parse(repeated_stream(DEMO.read_bytes(), pack, 512, 512, tile_size=128), DEFAULT_OPTIONS)
    assert large.picture.tile_size == (1024, 1024)
    assert told.picture.tile_size == (128, 128)


def test_beyond_every_level(pack: WeightPack) -> None:
    with pytest.raises(ValueError, match="no level"):
        repeated_stream(DEMO.read_bytes(), pack, 65_536, 65_536)
