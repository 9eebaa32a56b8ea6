"""How bright a picture is, in a PNG: the chunks mDCV and cLLI, and the parts of RDI that say the same (1.6.8).

In: the bodies of chunks, or a `RenderingInfo`.  Out: the other one; None for numbers that RDI cannot hold.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from refdec.bitstream.rendering import ContentLight, MasteringDisplay, RenderingInfo

__all__ = ["content_light", "light_chunks", "mastering_display"]

LIGHT_UNIT = 10000
"""cLLI counts in 0.0001 cd/m2, RDI in cd/m2; mDCV has the units of RDI."""
GREEN_BLUE_RED, RED_GREEN_BLUE = (1, 2, 0), (2, 0, 1)
"""The order of components in RDI, and in mDCV, as places in the other one."""


def mastering_display(chunk: bytes | None) -> MasteringDisplay | None:
    """Return what an mDCV chunk says."""
    if chunk is None or len(chunk) != 24:
        return None
    numbers = struct.unpack(">8H2I", chunk)
    x = [numbers[2 * component] for component in GREEN_BLUE_RED]
    y = [numbers[2 * component + 1] for component in GREEN_BLUE_RED]
    return MasteringDisplay((x[0], x[1], x[2]), (y[0], y[1], y[2]), *numbers[6:])


def content_light(chunk: bytes | None) -> ContentLight | None:
    """Return the levels of a cLLI chunk where RDI can say them exactly: whole cd/m2, below 65536."""
    if chunk is None or len(chunk) != 8:
        return None
    numbers = struct.unpack(">2I", chunk)
    if any(number % LIGHT_UNIT or number // LIGHT_UNIT >> 16 for number in numbers):
        return None
    return ContentLight(*(number // LIGHT_UNIT for number in numbers))


def light_chunks(rendering: RenderingInfo) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and body of the chunks that say what RDI says."""
    if rendering.mdcv is not None:
        display = rendering.mdcv
        points = [n for place in RED_GREEN_BLUE for n in (display.primaries_x[place], display.primaries_y[place])]
        white = display.white_point_x, display.white_point_y
        yield b"mDCV", struct.pack(">8H2I", *points, *white, display.maximum_luminance, display.minimum_luminance)
    if rendering.clli is not None:
        levels = rendering.clli.maximum_content_light_level, rendering.clli.maximum_frame_average_light_level
        yield b"cLLI", struct.pack(">2I", *(level * LIGHT_UNIT for level in levels))
