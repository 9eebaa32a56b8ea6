"""The record of a layer of floats: its bytes, its ranges, and what it is in words (7.8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.bitstream.floatrecord import FloatForm, FloatRecord, layer_in_words, read_float_layer
from refdec.bitstream.layerrecord import CodedTile, read_layer


def record(form: FloatForm, *, columns: int = 1, curve_log2: int = 2) -> FloatRecord:
    tiles = tuple(CodedTile(bytes([n] * 8), bytes(range(n))) for n in range(columns))
    curve = tuple(range(7, 7 + (1 << curve_log2) + 1))
    return FloatRecord(form, 6, 64 * columns, 9, b"s" * 32, b"b" * 32, curve, (tiles,) * form.parts)


@given(
    kind=st.integers(0, 2),
    components=st.integers(1, 4),
    error=st.integers(0, 31743),
    multiplied=st.booleans(),
    columns=st.integers(1, 3),
    curve_log2=st.integers(0, 8),
)
def test_what_is_written_is_read(
    kind: int, components: int, error: int, multiplied: bool, columns: int, curve_log2: int
) -> None:
    form = FloatForm(kind, components, 0 if kind == 2 else error, multiplied and components in (2, 4))
    written = record(form, columns=columns, curve_log2=curve_log2)
    data = written.to_bytes()
    assert read_float_layer(data) == written and read_layer(data) is None
    assert read_float_layer(data[:-1]) is None or not written.parts[-1][-1].data
    assert read_float_layer(data + b"\0") is None


GOOD = record(FloatForm(0, 3)).to_bytes()


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, 0), (16, 1), (16, 3), (17, 0), (17, 5), (18, 3), (18, 16), (19, 5), (19, 12), (20, 9), (23, 0x7C), (27, 0)],
)
def test_fields_out_of_their_ranges(at: int, value: int) -> None:
    changed = bytearray(GOOD)
    changed[at] = value
    if at == 23:
        changed[24] = 0
    if at == 27:
        changed[25:29] = bytes(4)
    assert read_float_layer(bytes(changed)) is None and layer_in_words(bytes(changed)) == "damaged"


def test_singles_that_are_halves_are_exact() -> None:
    assert read_float_layer(record(FloatForm(2, 1, 1)).to_bytes()) is None


def test_every_cut_is_damage() -> None:
    assert all(read_float_layer(GOOD[:end]) is None for end in range(len(GOOD)))


def test_a_layer_in_words() -> None:
    for form, words in (
        (FloatForm(0, 3), "16 bit float RGB"),
        (FloatForm(1, 1, 100), "32 bit float gray, within 100 steps"),
        (FloatForm(2, 4, 0, True), "32 bit float RGB with transparency"),
        (FloatForm(0, 2), "16 bit float gray with transparency"),
    ):
        assert layer_in_words(record(form).to_bytes()) == words
