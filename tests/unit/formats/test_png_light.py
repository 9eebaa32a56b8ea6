"""mDCV and cLLI: their bytes, both ways."""

from __future__ import annotations

import struct

import pytest

from refdec.bitstream.rendering import ContentLight, MasteringDisplay, RenderingInfo
from refdec.formats.png_light import content_light, light_chunks, mastering_display

DISPLAY = MasteringDisplay((8500, 6550, 35400), (39850, 2300, 14600), 15635, 16450, 10000000, 1)
BODY = struct.pack(">8H2I", 35400, 14600, 8500, 39850, 6550, 2300, 15635, 16450, 10000000, 1)


def test_both_chunks_there_and_back() -> None:
    said = dict(light_chunks(RenderingInfo(mdcv=DISPLAY, clli=ContentLight(1000, 400))))
    assert said == {b"mDCV": BODY, b"cLLI": struct.pack(">II", 10000000, 4000000)}
    assert mastering_display(BODY) == DISPLAY and content_light(said[b"cLLI"]) == ContentLight(1000, 400)


def test_the_brightest_level_fits() -> None:
    ((_, body),) = light_chunks(RenderingInfo(clli=ContentLight(65535, 0)))
    assert content_light(body) == ContentLight(65535, 0)


def test_nothing_is_said_of_nothing() -> None:
    assert list(light_chunks(RenderingInfo())) == []
    assert mastering_display(None) is None and content_light(None) is None


@pytest.mark.parametrize("levels", [(10000001, 0), (0, 65536 * 10000)])
def test_levels_that_rdi_cannot_hold(levels: tuple[int, int]) -> None:
    assert content_light(struct.pack(">II", *levels)) is None


def test_bodies_of_another_length() -> None:
    assert mastering_display(BODY[:-1]) is None and content_light(BODY) is None
