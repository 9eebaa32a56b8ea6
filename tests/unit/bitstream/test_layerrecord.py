"""The record of a layer: its bytes, its ranges, and its place in user data and codestreams (7.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.bitstream.floatrecord import layer_in_words
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.layerrecord import (
    LAYER_MARK,
    TILE_SIDES_LOG2,
    CodedTile,
    LosslessRecord,
    layer_part,
    read_layer,
    with_layer,
)
from refdec.bitstream.markers import Marker
from refdec.bitstream.privaterecord import with_user_data
from refdec.bitstream.userdata import gray_mark, weights_mark
from tests.encodable import GOLDEN

STREAM = (GOLDEN / "kodim21_m1_+0_64x64.jai").read_bytes()
MARKS = weights_mark("ab" * 32) + gray_mark(1)


def record(tiles: int = 1, **changed: int) -> LosslessRecord:
    fields = {"components": 3, "bit_depth": 8, "tile_log2": 6, "max_error": 0, "width": 64 * tiles, "height": 9}
    coded = tuple(CodedTile(bytes([n] * 8), bytes(range(n))) for n in range(tiles))
    return LosslessRecord(**(fields | changed), samples_sha256=b"s" * 32, base_sha256=b"b" * 32, tiles=coded)


@given(
    components=st.sampled_from([1, 3]),
    bit_depth=st.integers(1, 16),
    tile_log2=st.sampled_from(TILE_SIDES_LOG2),
    columns=st.integers(1, 5),
)
def test_what_is_written_is_read(components: int, bit_depth: int, tile_log2: int, columns: int) -> None:
    width = columns << tile_log2
    written = record(columns, components=components, bit_depth=bit_depth, tile_log2=tile_log2, width=width)
    assert read_layer(written.to_bytes()) == written


@pytest.mark.parametrize(
    "changed",
    [
        {"components": 2},
        {"bit_depth": 0},
        {"bit_depth": 17},
        {"tile_log2": 5},
        {"tile_log2": 12},
        {"width": 0},
        {"height": 0},
        {"max_error": 256},
        {"width": 65},
        {"height": 1 << 31},
    ],
)
def test_what_is_out_of_range_is_no_layer(changed: dict[str, int]) -> None:
    assert read_layer(record(**changed).to_bytes()) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_layer_or_none(data: bytes) -> None:
    found = read_layer(LAYER_MARK + data)
    assert found is None or found.to_bytes() == LAYER_MARK + data


def test_a_layer_is_read_whole_or_not_at_all() -> None:
    whole = record(3).to_bytes()
    assert [read_layer(whole[:end]) for end in range(len(whole))] == [None] * len(whole)
    assert read_layer(whole + b"?") is None
    assert read_layer(whole[:16] + b"\2" + whole[17:]) is None and read_layer(whole[:20] + b"\1" + whole[21:]) is None


def test_a_layer_lies_behind_the_marks() -> None:
    layer = record().to_bytes()
    for marks in (b"", MARKS[:48], MARKS, MARKS[48:]):
        assert layer_part(marks + layer) == (marks, layer)
        assert layer_part(marks) == (marks, None)
    assert layer_part(b"mine" + layer)[1] is None and layer_part(None) == (b"", None)


def test_a_codestream_takes_a_layer_at_its_end_and_gives_it_back() -> None:
    plain = with_user_data(STREAM, MARKS)
    layer = record().to_bytes()
    made = with_layer(plain, layer)
    parts = read_codestream(made).substreams
    assert parts[-1].marker is Marker.UDI and bytes(parts[-1].payload) == MARKS + layer
    assert made[: parts[-1].offset] + b"\xff\x81" == with_user_data(STREAM, b"")
    assert with_layer(with_layer(made, record(2).to_bytes()), b"") == plain
    assert with_layer(with_layer(with_user_data(STREAM, b""), layer), b"") == with_user_data(STREAM, b"")


def test_words() -> None:
    assert layer_in_words(record().to_bytes()) == "8 bit RGB"
    assert layer_in_words(record(components=1, bit_depth=12, max_error=3).to_bytes()) == "12 bit gray, within 3"
    assert layer_in_words(LAYER_MARK) == "damaged"
