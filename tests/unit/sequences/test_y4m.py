"""y4m is read frame by frame, within limits; limited range becomes full range."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest

from refdec.formats.errors import PictureDamaged, PictureTooLarge, PictureUnsupported
from refdec.formats.pictures import CodePicture, Colour
from refdec.limits import Limits, TooLarge
from refdec.sequences.errors import FrameSourceWrong
from refdec.sequences.moving import MovingPicture
from refdec.sequences.y4m import moving_y4m
from tests.unit.sequences.support import y4m

LIMITS = Limits()


def moving(data: bytes, limits: Limits = LIMITS) -> MovingPicture:
    return moving_y4m(io.BytesIO(data), name="a.y4m", limits=limits)


def first(data: bytes) -> CodePicture:
    picture = next(iter(moving(data).frames)).picture
    assert isinstance(picture, CodePicture)
    return picture


def test_frames_and_rate() -> None:
    found = moving(y4m())
    frames = list(found.frames)
    assert len(frames) == 3 and {frame.duration for frame in frames} == {Fraction(1001, 30000)}
    for index, frame in enumerate(frames):
        assert isinstance(frame.picture, CodePicture) and frame.picture.colour is Colour.YUV
        assert [plane.shape for plane in frame.picture.components] == [(4, 6), (2, 3), (2, 3)]
        assert {int(plane.min()) for plane in frame.picture.components} == {10 * (index + 1)}
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("layout", "size", "shapes", "bits"),
    [
        ("Cmono", 24, [(4, 6)], 8),
        ("C422", 48, [(4, 6), (4, 3), (4, 3)], 8),
        ("C444", 72, [(4, 6)] * 3, 8),
        ("C420p10", 72, [(4, 6), (2, 3), (2, 3)], 10),
        ("Cmono12", 48, [(4, 6)], 12),
    ],
)
def test_layouts(layout: str, size: int, shapes: list[tuple[int, int]], bits: int) -> None:
    data = b"YUV4MPEG2 W6 H4 F25:1 " + layout.encode() + b" XCOLORRANGE=FULL\nFRAME\n" + bytes([7, 1] * (size // 2))
    picture = first(data)
    assert [plane.shape for plane in picture.components] == shapes and picture.bits == bits
    if bits > 8:
        assert int(picture.components[0].max()) == 0x107


def test_limited_range_becomes_full_range() -> None:
    head = b"YUV4MPEG2 W4 H1 F25:1 C444\nFRAME\n"
    picture = first(head + bytes([16, 235, 0, 126]) + bytes([128, 16, 240, 129]) * 2)
    luma, chroma, _ = picture.components
    assert luma.tolist() == [[0, 255, 0, 128]] and chroma.tolist() == [[128, 1, 255, 129]]
    assert "limited range" in moving(head).remarks[0]
    deep = np.array([64, 940, 512, 512, 512, 512], "<u2").tobytes()
    picture = first(b"YUV4MPEG2 W2 H1 F25:1 C444p10\nFRAME\n" + deep)
    assert picture.components[0].tolist() == [[0, 1023]] and picture.components[1].tolist() == [[512, 512]]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("W0 H4 F25:1", "its size W"),
        ("W6 F25:1", "its size H"),
        ("W6 H4 F25:0", "its rate F"),
        ("W6 H4", "its rate F"),
        ("W9999999999 H4 F25:1", "its size W"),
    ],
)
def test_heads_that_say_nothing_useful(head: str, words: str) -> None:
    with pytest.raises(PictureDamaged, match=words):
        moving(y4m(head))


def test_what_is_not_read() -> None:
    for words in ("C411", "C444alpha", "C420 It"):
        with pytest.raises(PictureUnsupported):
            moving(y4m(f"W6 H4 F25:1 {words}"))
    assert "the shape of a pixel 4:3" in moving(y4m("W6 H4 F25:1 A4:3 XCOLORRANGE=FULL")).remarks[0]


def test_damage_and_limits() -> None:
    with pytest.raises(PictureTooLarge):
        moving(y4m("W60000 H60000 F25:1"))
    with pytest.raises(PictureDamaged, match="does not end within"):
        moving(b"YUV4MPEG2 W6 H4 F25:1 X" + b"x" * 5000)
    with pytest.raises(PictureDamaged, match="does not begin"):
        moving(b"RIFF\n")
    with pytest.raises(FrameSourceWrong, match=r"frame 3: RD0706, .* ends after 30 of 36 bytes"):
        list(moving(y4m()[:-6]).frames)
    with pytest.raises(FrameSourceWrong, match=r"frame 1: RD0706, .* no line FRAME"):
        list(moving(y4m(frames=0) + b"frame\n").frames)
    with pytest.raises(TooLarge, match="number of frames"):
        list(moving(y4m(), Limits(samples=2)).frames)


def test_parameters_of_a_frame_are_passed_over() -> None:
    data = y4m(frames=1).replace(b"FRAME\n", b"FRAME Ip XY\n")
    assert len(list(moving(data).frames)) == 1
