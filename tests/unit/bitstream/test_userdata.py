"""Marks in user data: each alone, both together, and what is none."""

from __future__ import annotations

import pytest

from refdec.bitstream.userdata import (
    gray_mark,
    marks_end,
    read_gray_mark,
    read_weights_mark,
    short_marks,
    weights_mark,
)

FINGERPRINT = "0123456789abcdef" * 4


@pytest.mark.parametrize("components", [1, 3])
def test_both_marks_are_read_beside_each_other(components: int) -> None:
    gray, weights = gray_mark(components), weights_mark(FINGERPRINT)
    assert (read_gray_mark(gray), read_weights_mark(gray)) == (components, None)
    assert (read_gray_mark(weights), read_weights_mark(weights)) == (None, FINGERPRINT)
    for data in (weights + gray, weights + gray + b"what later versions add"):
        assert (read_gray_mark(data), read_weights_mark(data)) == (components, FINGERPRINT)


def test_other_user_data_mark_nothing() -> None:
    others = [
        None,
        b"",
        b"hello",
        gray_mark(1)[:-1],
        gray_mark(1)[:-1] + b"\2",
        weights_mark(FINGERPRINT)[:-1] + gray_mark(1),
    ]
    assert [read_gray_mark(data) for data in others] == [None] * len(others)
    with pytest.raises(ValueError, match="1 or 3"):
        gray_mark(2)


@pytest.mark.parametrize("gray", [None, 1, 3])
@pytest.mark.parametrize("weights", [b"", weights_mark(FINGERPRINT)])
def test_short_marks_say_the_same(gray: int | None, weights: bytes) -> None:
    marks = weights + (b"" if gray is None else gray_mark(gray))
    short = short_marks(marks + b"behind")
    assert short.endswith(b"behind") and short_marks(short) == short
    assert read_gray_mark(short) == gray and marks_end(short) == len(short) - len(b"behind")
    assert read_weights_mark(short) == (FINGERPRINT[:16] if weights else None)
    assert len(marks + b"behind") - len(short) == 36 * bool(weights) + 12 * (gray is not None)


def test_short_marks_that_are_cut_are_none() -> None:
    short = short_marks(weights_mark(FINGERPRINT) + gray_mark(1))
    assert read_weights_mark(short[:11]) is None and marks_end(short[:11]) == 0
    assert read_gray_mark(short[:-1]) is None and marks_end(short[:-1]) == 12
