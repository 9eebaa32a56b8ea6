"""What a wrong picture looks like: every explanation, on the whole picture and on chroma alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from refdec.conformance.resemblance import likeness, shift_of
from refdec.formats.pictures import Colour

RNG = np.random.default_rng(5)
LUMA = RNG.integers(20, 236, (66, 68)).astype(np.int32)
CHROMA = [RNG.integers(20, 236, (33, 34)).astype(np.int32) for _ in range(2)]
WANT = [LUMA, *CHROMA]
DEEP = [plane * 4 + RNG.integers(0, 4, plane.shape) for plane in WANT]
Change = Callable[[np.ndarray], np.ndarray]

CHANGES: list[tuple[Change, str]] = [
    (lambda p: np.roll(p, 1, axis=1), "shifted by one column to the right"),
    (lambda p: np.roll(p, -1, axis=1), "shifted by one column to the left"),
    (lambda p: np.roll(p, 1, axis=0), "shifted by one row down"),
    (lambda p: np.roll(p, -3, axis=0), "shifted by 3 rows up"),
    (lambda p: np.roll(p, (1, 2), axis=(0, 1)), "shifted by one row down and 2 columns to the right"),
    (lambda p: np.concatenate([p[:, :1], p[:, :-1]], axis=1), "shifted by one column to the right"),
    (lambda p: p[:, ::-1], "mirrored left to right"),
    (lambda p: p[::-1], "upside down"),
    (lambda p: p[::-1, ::-1], "turned by 180 degrees"),
    (lambda p: p.T.reshape(p.shape), "written column by column"),
    (lambda p: 255 - p, "inverted"),
    (lambda p: np.clip(p, 40, 200), "clipped to 40..200"),
    (lambda p: p >> 2 << 2, "without its lowest 2 bits"),
    (lambda p: (p + np.roll(p, -1, axis=1) + 1) >> 1, "shifted by half a column to the left"),
    (lambda p: np.rint(p * 219 / 255 + 16), "in limited range (16..235) in place of full"),
    (lambda p: np.rint(p * 224 / 255 + 16), "in the limited range of chroma (16..240) in place of full"),
    (lambda p: np.clip(np.rint((p - 16) * 255 / 219), 0, 255), "as if it had come in limited range (16..235)"),
    (lambda p: p >> 2, "1/4 times what it should be, as by another bit depth"),
    (lambda p: np.rint(p * 0.7 + 9), "0.7 times what it should be, plus"),
]


def of(change: Change, planes: list[np.ndarray]) -> list[np.ndarray]:
    return [change(plane).astype(np.int32) for plane in planes]


@pytest.mark.parametrize(("change", "text"), CHANGES, ids=[text for _, text in CHANGES])
def test_on_the_whole_picture_and_on_chroma_only(change: Change, text: str) -> None:
    whole = likeness(WANT, of(change, WANT), 8, Colour.YUV)
    assert whole.startswith("the picture is ") and text in whole
    chroma = likeness(WANT, [LUMA, *of(change, CHROMA)], 8, Colour.YUV)
    assert chroma.startswith("only planes 1 and 2 (chroma) are wrong: ") and text in chroma
    luma = likeness(WANT, [*of(change, [LUMA]), *CHROMA], 8, Colour.YUV)
    assert luma.startswith("only plane 0 is wrong: ") and text in luma


def test_a_square_plane_can_be_transposed() -> None:
    want = [LUMA[:, :66], *(plane[:, :33] for plane in CHROMA)]
    assert likeness(want, of(np.transpose, want), 8, Colour.YUV).startswith("the picture is transposed")
    assert "turned by 90 degrees" in likeness(want, [want[0], *of(np.rot90, want[1:])], 8, Colour.YUV)


def test_planes_that_differ_in_two_ways() -> None:
    got = [LUMA, np.roll(CHROMA[0], 1, axis=1), CHROMA[1] + 2]
    found = likeness(WANT, got, 8, Colour.YUV)
    assert (
        found == "plane 1 (chroma) is shifted by one column to the right; plane 2 (chroma) is off by 2 in every sample"
    )


def test_ten_bits_that_went_through_eight() -> None:
    assert "without its lowest 2 bits" in likeness(DEEP, [p >> 2 << 2 for p in DEEP], 10, Colour.YUV)
    stretched = [np.rint((p >> 2) * (1023 / 255)).astype(np.int32) for p in DEEP]
    assert "without its lowest 2 bits" in likeness(DEEP, stretched, 10, Colour.YUV)


def test_orders_of_planes() -> None:
    same = [LUMA, LUMA[::-1].copy(), LUMA[:, ::-1].copy()]
    assert likeness(same, [same[0], same[2], same[1]], 8, Colour.RGB) == "planes 1 and 2 are exchanged"
    assert likeness(same, [same[2], same[1], same[0]], 8, Colour.RGB) == "planes 0 and 2 are exchanged"
    assert likeness(same, [same[1], same[2], same[0]], 8, Colour.RGB) == "the planes stand in the order 1, 2, 0"


def test_where_it_is_wrong() -> None:
    for place, text in (
        (np.s_[:, -1:], "only the last column is wrong"),
        (np.s_[:3], "only the first 3 rows are wrong"),
        (np.s_[-1:], "only the last row is wrong"),
    ):
        got = [plane.copy() for plane in WANT]
        for plane in got:
            plane[place] = RNG.integers(0, 256, plane[place].shape)
        assert likeness(WANT, got, 8, Colour.YUV) == text
    assert likeness(WANT, [LUMA ^ 1, *CHROMA], 8, Colour.YUV) == (
        "only plane 0 is wrong, steps of 1 only, as by another rounding"
    )


def test_noise_looks_like_nothing() -> None:
    assert likeness(WANT, [RNG.integers(0, 256, p.shape).astype(np.int32) for p in WANT], 8, Colour.YUV) == ""
    assert likeness(WANT, [np.full_like(p, 7) for p in WANT], 8, Colour.YUV) == "every plane has one value only"


def test_shifts_of_flat_and_tiny_planes_say_nothing() -> None:
    assert shift_of(np.ones((40, 40), np.int32), np.ones((40, 40), np.int32)) is None
    assert shift_of(LUMA[:9], np.roll(LUMA[:9], 1, axis=1)) is None
