"""What a picture of the wrong size looks like, as a PNG and as raw bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refdec.conformance.sizes import raw_bytes, raw_size_likeness, size_likeness
from refdec.formats.yuv import YuvLayout

SIZES = [
    ((67, 65), "width and height are exchanged"),
    ((66, 68), "the size is padded to multiples of 2"),
    ((80, 80), "the size is padded to multiples of 16"),
    ((128, 128), "the size is padded to multiples of 64"),
    ((64, 66), "the size is cut to multiples of 2"),
    ((66, 67), "one column too many"),
    ((65, 66), "one row too few"),
    ((130, 134), "twice the size"),
    ((33, 34), "half the size"),
    ((65, 67), ""),
    ((300, 5), ""),
]


@pytest.mark.parametrize(("found", "text"), SIZES)
def test_sizes(found: tuple[int, int], text: str) -> None:
    assert size_likeness((65, 67), found) == text


@pytest.mark.parametrize("bits", [8, 10])
def test_raw_files(bits: int) -> None:
    layout = YuvLayout(65, 67, bits, "420")
    for (width, height), text in SIZES[:6]:
        size = raw_bytes(replace(layout, width=width, height=height))
        assert raw_size_likeness(layout, size) == (text if size != raw_bytes(layout) else "")
    assert raw_size_likeness(layout, raw_bytes(replace(layout, chroma="444"))) == "as many bytes as 4:4:4 has"
    assert raw_size_likeness(layout, raw_bytes(replace(layout, chroma="400"))) == "as many bytes as luma alone has"
    assert "16 bits" in raw_size_likeness(YuvLayout(65, 67, 8, "420"), raw_bytes(replace(layout, bits=10)))
    assert "8 bits" in raw_size_likeness(YuvLayout(65, 67, 10, "420"), raw_bytes(replace(layout, bits=8)))
    assert raw_size_likeness(layout, 3 * raw_bytes(layout)) == "3 pictures in the place of one"
    assert raw_size_likeness(layout, raw_bytes(layout)) == raw_size_likeness(layout, 7) == ""
