"""What a picture of the wrong size may be: padded, turned, of another chroma format or with other bytes a sample.

In: the size that was expected and what came.  Out: a clause of a sentence, "" where nothing fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refdec.bitstream.chroma import ChromaFormat
from refdec.formats.yuv import YuvLayout
from refdec.tiling.geometry import ceil_div

__all__ = ["raw_bytes", "raw_size_likeness", "size_likeness"]

Size = tuple[int, int]
MULTIPLES = (2, 4, 8, 16, 32, 64)
FORMATS = {**{form.digits: form.label for form in ChromaFormat}, "400": "luma alone"}
"""What raw files hold, and its name."""


def _shapes(width: int, height: int) -> Iterator[tuple[Size, str]]:
    """Yield sizes that decoders write by mistake, and what they are, the likeliest first."""
    if width != height:
        yield (height, width), "width and height are exchanged"
    for n in MULTIPLES:
        yield (ceil_div(width, n) * n, ceil_div(height, n) * n), f"the size is padded to multiples of {n}"
    for n in MULTIPLES:
        yield (width // n * n, height // n * n), f"the size is cut to multiples of {n}"
    for by, how in ((1, "too many"), (-1, "too few")):
        yield (width + by, height), f"one column {how}"
        yield (width, height + by), f"one row {how}"
        yield (width + by, height + by), f"one column and one row {how}"
    yield (width * 2, height * 2), "twice the size"
    yield (ceil_div(width, 2), ceil_div(height, 2)), "half the size"


def size_likeness(expected: Size, found: Size) -> str:
    """Return what a (width, height) looks like beside the right one."""
    return next((text for size, text in _shapes(*expected) if size == found != expected), "")


def raw_bytes(layout: YuvLayout) -> int:
    """Return the bytes of a raw file of one picture."""
    return sum(h * w for h, w in layout.sizes) * (1 if layout.bits <= 8 else 2)


def raw_size_likeness(expected: YuvLayout, size: int) -> str:
    """Return what a raw file of `size` bytes looks like, where another was expected."""
    wanted = raw_bytes(expected)
    for chroma, name in FORMATS.items():
        if raw_bytes(replace(expected, chroma=chroma)) == size != wanted:
            return f"as many bytes as {name} has"
    for times, text in ((2, "twice the bytes: 16 bits a sample"), (1, "half the bytes: 8 bits a sample")):
        if size == sum(h * w for h, w in expected.sizes) * times != wanted:
            return text
    for (width, height), text in _shapes(expected.width, expected.height):
        if raw_bytes(replace(expected, width=width, height=height)) == size != wanted:
            return text
    pictures, rest = divmod(size, wanted)
    return f"{pictures} pictures in the place of one" if pictures > 1 and not rest else ""
