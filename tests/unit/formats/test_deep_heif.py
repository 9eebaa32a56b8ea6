"""HEIC pictures of more than 8 bits: codes in their own depth, gray and with transparency."""

from __future__ import annotations

import io

import numpy as np
import pytest

from refdec.formats.deep_heif import deep_heif_samples
from refdec.formats.errors import PictureDamaged

heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: no HEIC here")


@pytest.mark.parametrize(("mode", "channels"), [("I;16", 1), ("RGB;16", 3), ("RGBA;16", 4)])
def test_codes_have_their_own_depth(mode: str, channels: int) -> None:
    codes = np.full((16, 16, channels), 777, np.uint16)
    target = io.BytesIO()
    heif.from_bytes(mode, (16, 16), (codes << 6).tobytes()).save(target, quality=-1)
    found = deep_heif_samples(target.getvalue(), 0, 10)
    assert found.dtype == np.uint16 and found.shape == codes.shape
    assert int(found.max()) < 1024 and int(np.abs(found.astype(np.int32) - 777).max()) < 4


def test_damage_is_one_error() -> None:
    with pytest.raises(PictureDamaged, match="no sound HEIF file"):
        deep_heif_samples(b"\0\0\0\x14ftypheic\0\0\0\0mif1", 0, 10)
