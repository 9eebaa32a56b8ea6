"""Rows that are kept come back as they were, from memory and from disk, with the digest of the whole."""

from __future__ import annotations

from errno import ENOSPC

import numpy as np
import pytest

from refdec.api import kept_rows as module
from refdec.api.kept_rows import kept_rows
from refdec.formats.errors import FileUnwritable
from refdec.picture.output import as_codes
from refdec.trace.picture_digest import picture_sha256


@pytest.mark.parametrize("bits", [5, 8, 12, 16])
@pytest.mark.parametrize("planes", [1, 3])
@pytest.mark.parametrize("in_memory", [1, 1 << 20])
def test_rows_and_their_digest(bits: int, planes: int, in_memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", in_memory)
    dice = np.random.default_rng(bits)
    whole = [as_codes(dice.integers(0, 1 << bits, (150, 33)), bits) for _ in range(planes)]
    with kept_rows(33, bits, planes) as kept:
        for top in range(0, 150, 40):
            kept.add(*(plane[top : top + 40] for plane in whole))
        for top, bottom in ((0, 150), (60, 61), (100, 150), (10, 90)):
            found = kept.rows(top, bottom)
            assert all(np.array_equal(a, plane[top:bottom]) for a, plane in zip(found, whole, strict=True))
            assert found[0].dtype == whole[0].dtype
        assert kept.hexdigest() == picture_sha256(whole)
        kept.add(*(plane[:1] for plane in whole))
        assert kept.rows(149, 151)[0].shape == (2, 33), "what is read does not change where rows are put"


def test_no_room_is_one_error() -> None:
    class Full:
        def seek(self, *place: int) -> None: ...

        def write(self, data: bytes) -> None:
            raise OSError(ENOSPC, "No space left on device")

    with pytest.raises(FileUnwritable, match="temporary file for the decoded picture"):
        module.KeptRows(2, 8, [Full()]).add(np.zeros((1, 2), np.uint8))  # type: ignore[list-item]
