"""Patches between codestreams: exact, of few lengths, and never longer than what they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.bitstream.framing import write_codestream
from refdec.bitstream.markers import Marker
from refdec.errors import RefdecError
from refdec.privacy.errors import PrivatePartDamaged
from refdec.privacy.patch import padded_length, patch_between, patched

SUBSTREAM = st.tuples(st.sampled_from([Marker.SORP, Marker.SORS]), st.sampled_from([b"", b"a", b"b", b"c" * 300]))
STREAMS = st.lists(SUBSTREAM, max_size=6).map(lambda parts: write_codestream([(Marker.PIH, b"p"), *parts]))


@given(STREAMS, STREAMS)
def test_a_patch_makes_the_second_of_the_first(first: bytes, second: bytes) -> None:
    patch = patch_between(first, second)
    assert patched(first, patch) == second
    assert len(patch) == padded_length(len(patch))


def test_equal_substreams_are_not_there_twice() -> None:
    first = write_codestream([(Marker.PIH, b"p"), (Marker.SORP, b"x" * 5000), (Marker.SORS, b"y")])
    second = write_codestream([(Marker.PIH, b"p"), (Marker.SORP, b"x" * 5000), (Marker.SORS, b"z")])
    assert len(patch_between(first, second)) < 50


@given(st.integers(1, 1 << 40))
def test_lengths_grow_by_12_percent_at_most_and_are_few(length: int) -> None:
    padded = padded_length(length)
    assert length <= padded <= length + length // 8
    assert padded_length(padded) == padded


def test_a_small_kilobyte_has_few_lengths() -> None:
    assert len({padded_length(length) for length in range(1024, 2048)}) <= 18


@given(st.binary(max_size=60), STREAMS)
def test_whatever_is_no_patch_is_refused(patch: bytes, public: bytes) -> None:
    try:
        made = patched(public, patch)
    except RefdecError:
        return
    assert len(made) <= len(public) + len(patch) + 8 * 40


@pytest.mark.parametrize(
    "body", [b"\0\2\0\1\0\1", b"\0\1\0\x09", b"\0\1\0\0\0\0\0\0\0\0", b"\0\1\0\0\xff\x8c\xff\xff\xff\xff", b"\0\1"]
)
def test_repeated_absent_and_cut_substreams_are_damage(body: bytes) -> None:
    public = write_codestream([(Marker.PIH, b"p")])
    with pytest.raises(PrivatePartDamaged):
        patched(public, len(body).to_bytes(4, "big") + body)
