"""Animations are read frame by frame, as they are shown, with durations and loops."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import PIL.Image
import pytest
from PIL import features

from refdec.errors import RefdecError
from refdec.formats.errors import PictureTooLarge, PictureUnsupported
from refdec.formats.pictures import CodePicture
from refdec.limits import Limits, TooLarge
from refdec.sequences.animations import animation_suffix, moving_animation
from refdec.sequences.moving import FOR_EVER, MovingPicture
from tests.unit.sequences.support import MILLISECONDS, alpha, animation, pictures

LIMITS = Limits()
SUFFIXES = [".gif", ".png", ".webp"]
with_avif = pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF, nothing is tried")


def moving(data: bytes, limits: Limits = LIMITS) -> MovingPicture:
    found = moving_animation(data, name="a", limits=limits)
    assert found is not None
    return found


def codes(found: MovingPicture) -> list[CodePicture]:
    made = [frame.picture for frame in found.frames]
    assert all(isinstance(each, CodePicture) for each in made)
    return [each for each in made if isinstance(each, CodePicture)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_times_and_loops(suffix: str) -> None:
    data = animation(suffix)
    assert animation_suffix(data) == suffix
    found = moving(data)
    assert (found.count, found.plays, found.remarks) == (4, 4 if suffix == ".gif" else 3, ())
    frames = list(found.frames)
    assert [frame.duration for frame in frames] == [Fraction(each, 1000) for each in MILLISECONDS]
    for frame, wanted in zip(frames, pictures(), strict=True):
        assert isinstance(frame.picture, CodePicture)
        made = np.dstack(frame.picture.components).astype(int)
        assert abs(made - wanted).mean() < (12 if suffix == ".gif" else 1e-9)


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_transparency_of_each_frame(suffix: str) -> None:
    made = codes(moving(animation(suffix, transparent=True)))
    assert [each.alpha is None for each in made] == [True, True, False, False]
    for index in (2, 3):
        plane = made[index].alpha
        assert plane is not None and np.array_equal(plane.samples, alpha(index))


def test_loops_of_gif_are_repetitions() -> None:
    assert [moving(animation(".gif", loop=loop)).plays for loop in (None, 0, 1, 7)] == [1, FOR_EVER, 2, 8]
    assert [moving(animation(".png", loop=loop)).plays for loop in (0, 1)] == [FOR_EVER, 1]


def test_a_thirtieth_of_a_second_in_png_is_one() -> None:
    found = moving(animation(".png", duration=[1000 / 30] * 4))
    assert {frame.duration for frame in found.frames} == {Fraction(1, 30)}


def test_frames_without_a_duration_say_none() -> None:
    found = moving(animation(".gif", duration=0))
    assert {frame.duration for frame in found.frames} == {None} and found.usual == Fraction(1, 10)


def test_a_still_picture_beside_an_animation_is_named() -> None:
    found = moving(animation(".png", default_image=True))
    assert found.count == 3 and "still picture" in found.remarks[0]
    assert np.array_equal(np.dstack(codes(found)[0].components), pictures()[1])


def test_single_pictures_are_none() -> None:
    for suffix in SUFFIXES:
        assert moving_animation(animation(suffix, count=1), name="a", limits=LIMITS) is None
    assert animation_suffix(b"\xff\xd8\xff") == animation_suffix(b"") == ""


@with_avif
def test_avif_and_how_often_it_plays() -> None:
    found = moving(animation(".avif", transparent=True))
    assert (found.count, found.plays) == (4, FOR_EVER)
    frames = list(found.frames)
    assert [frame.duration for frame in frames] == [Fraction(each, 1000) for each in MILLISECONDS]
    assert isinstance(frames[3].picture, CodePicture) and frames[3].picture.alpha is not None


def test_limits_hold_before_anything_is_decoded() -> None:
    for suffix in SUFFIXES:
        with pytest.raises(PictureTooLarge):
            moving(animation(suffix), Limits(pixels=1000))
        with pytest.raises(TooLarge, match="number of frames"):
            moving(animation(suffix), Limits(samples=3))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damage_ends_in_one_error(suffix: str) -> None:
    whole = animation(suffix)
    for keep in range(16, len(whole), max(1, len(whole) // 25)):
        try:
            found = moving_animation(whole[:keep], name="a", limits=LIMITS)
            for _ in () if found is None else found.frames:
                pass
        except RefdecError as problem:
            assert problem.headline()


def test_animations_of_16_bits_are_refused() -> None:
    data = bytearray(animation(".png"))
    target = io.BytesIO()
    PIL.Image.fromarray(np.zeros((4, 4), np.uint16)).save(target, "PNG")
    deep = target.getvalue()
    at, frame = data.find(b"acTL") - 4, data.find(b"fcTL") - 4
    control = bytes(data[at : at + 20]) + bytes(data[frame : frame + 38]) * 2
    with pytest.raises(PictureUnsupported, match="16 bits"):
        moving(deep[:33] + control + deep[33:])
