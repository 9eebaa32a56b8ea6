"""The fingerprint of a picture is the same of whole planes and of rows, however many at a time."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from refdec.trace.picture_digest import picture_digest, picture_sha256

LUMA = np.arange(6 * 4, dtype=np.uint16).reshape(6, 4) * 40
CHROMA = (LUMA[::2, ::2] + 1, LUMA[::2, ::2] + 2)


def test_whole_planes_are_little_endian_numbers_of_32_bits() -> None:
    assert picture_sha256((LUMA,)) == hashlib.sha256(LUMA.astype("<i4").tobytes()).hexdigest()


@pytest.mark.parametrize("rows", [2, 4, 6])
def test_rows_give_the_digest_of_the_whole(rows: int) -> None:
    with picture_digest() as digest:
        for top in range(0, 6, rows):
            digest.add(LUMA[top : top + rows], *(plane[top // 2 : (top + rows) // 2] for plane in CHROMA))
        assert digest.hexdigest() == picture_sha256((LUMA, *CHROMA))


def test_gray_has_one_plane() -> None:
    with picture_digest() as digest:
        digest.add(LUMA[:3])
        digest.add(LUMA[3:])
        assert digest.hexdigest() == picture_sha256((LUMA,))
