"""Pillow opens and saves `.jai` once the adapter is imported."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec
import refdec.adapters.pillow as adapter
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from tests.encodable import GOLDEN, photograph

STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"


def test_open_reads_headers_first_and_pixels_when_asked() -> None:
    image = Image.open(STREAM)
    assert (image.format, image.size, image.mode) == (adapter.FORMAT, (65, 79), "RGB")
    assert image.info["bit_depth"] == 8
    assert np.array_equal(np.asarray(image), refdec.decode(STREAM).array)


def test_save_takes_the_words_of_encode(tmp_path: Path) -> None:
    picture = photograph(100, 90)
    Image.fromarray(picture).save(tmp_path / "a.jai", displacement=-100)
    assert (tmp_path / "a.jai").read_bytes() == refdec.encode(picture, displacement=-100)
    buffer = BytesIO()
    Image.fromarray(picture[..., 0]).save(buffer, adapter.FORMAT)
    assert Image.open(BytesIO(buffer.getvalue())).size == (90, 100)


@pytest.mark.parametrize("suffix", CODESTREAM_SUFFIXES)
def test_every_suffix_of_codestreams_is_known(suffix: str) -> None:
    assert Image.registered_extensions()[suffix] == adapter.FORMAT


def test_what_cannot_be_is_an_error_of_pillow() -> None:
    with pytest.raises(OSError, match="RGBA"):
        Image.new("RGBA", (64, 64)).save(BytesIO(), adapter.FORMAT)
    with pytest.raises(OSError, match="out of reach"):
        Image.new("RGB", (64, 64)).save(BytesIO(), adapter.FORMAT, bpp=1e-6)
    with pytest.raises(OSError, match="cannot identify"):
        Image.open(BytesIO(b"\xff\x80 this is none"))
    cut = STREAM.read_bytes()[:-60]
    with pytest.raises(OSError):
        Image.open(BytesIO(cut)).load()
