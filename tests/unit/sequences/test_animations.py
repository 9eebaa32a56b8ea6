"""Animations are read frame by frame, as they are shown, with durations and loops."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

import numpy as np
import PIL.Image
import pytest
from PIL import features

from refdec.bitstream.rendering import ContentLight
from refdec.errors import RefdecError
from refdec.formats.errors import PictureDamaged, PictureTooLarge, PictureUnsupported
from refdec.formats.files import read_picture
from refdec.formats.pictures import CodePicture
from refdec.heif.boxes import FileBox
from refdec.limits import Limits, TooLarge
from refdec.sequences.animations import animation_suffix, moving_animation
from refdec.sequences.moving import FOR_EVER, MovingPicture
from refdec.tiling.geometry import Rect
from tests.unit.heif.clips import with_clip_box
from tests.unit.heif.support import clap
from tests.unit.sequences.support import (
    AV1_ENTRY,
    HEIGHT,
    MILLISECONDS,
    WIDTH,
    alpha,
    animation,
    in_av1_entry,
    pictures,
)

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


PART = Rect(4, 6, 20, 30)


def transparent() -> bytes:
    return animation(".avif", transparent=True)


@with_avif
@pytest.mark.parametrize("turned", [False, True])
def test_a_clean_aperture_of_avif_crops_every_frame(turned: bool) -> None:
    turn = (FileBox("irot", {"angle": 1}),) if turned else ()
    data = in_av1_entry(transparent(), clap(WIDTH, HEIGHT, PART).box, *turn)
    whole, cropped = codes(moving(transparent())), codes(moving(data))
    assert len(cropped) == len(whole) == 4
    for made, stored in zip(cropped, whole, strict=True):
        assert made.description.orientation == (8 if turned else 1)
        for got, plane in zip(made.components, stored.components, strict=True):
            assert np.array_equal(got, plane[PART.rows, PART.columns])
    assert cropped[3].alpha is not None and whole[3].alpha is not None
    assert np.array_equal(cropped[3].alpha.samples, whole[3].alpha.samples[PART.rows, PART.columns])
    chosen = read_picture(data, frame=4, keep_alpha=True)
    assert all(map(np.array_equal, chosen.components, cropped[3].components))


@with_avif
def test_turned_before_it_is_cropped() -> None:
    data = in_av1_entry(transparent(), FileBox("irot", {"angle": 1}), clap(HEIGHT, WIDTH, Rect(1, 2, 30, 40)).box)
    made, whole = codes(moving(data))[0], codes(moving(transparent()))[0]
    assert made.description.orientation == 8
    shown = np.rot90(whole.components[0], 1)[2:42, 1:31]
    assert np.array_equal(np.rot90(made.components[0], 1), shown)


@with_avif
def test_an_aperture_outside_of_the_frames_is_damage() -> None:
    data = in_av1_entry(transparent(), clap(200, 200, Rect(0, 0, 190, 190)).box)
    with pytest.raises(PictureDamaged, match="no sound AVIF file: clap crops"):
        moving(data)
    with pytest.raises(PictureDamaged, match="no sound AVIF file: clap crops"):
        read_picture(data, frame=1, keep_alpha=True)


@with_avif
def test_colours_and_light_of_an_avif_animation() -> None:
    """Found: PQ and BT.2020 of an animation were taken for sRGB, without a word."""

    def pq(box: FileBox) -> FileBox:
        return replace(box, values={**box.values, "colour_primaries": 9, "transfer_characteristics": 16})

    light = {"max_content_light_level": 1000, "max_pic_average_light_level": 400}
    data = in_av1_entry(with_clip_box(f"{AV1_ENTRY}/colr", pq, animation(".avif")), FileBox("clli", light))
    for made in codes(moving(data)):
        rendering = made.description.rendering
        assert rendering is not None and rendering.cicp is not None and rendering.clli == ContentLight(1000, 400)
        assert (rendering.cicp.colour_primaries, rendering.cicp.transfer_characteristics) == (9, 16)


@with_avif
def test_more_than_8_bits_of_an_avif_animation_are_named() -> None:
    data = bytearray(animation(".avif"))
    at = -1
    while (at := data.find(b"av1C", at + 1)) >= 0:
        data[at + 6] |= 0x40
    assert any("8 bits" in remark for remark in moving(bytes(data)).remarks)


@with_avif
def test_boxes_that_are_not_read_are_named() -> None:
    whole = animation(".avif")
    assert moving(whole).remarks == ()
    other = whole + b"\0\0\0\3free"
    (remark,) = moving(other).remarks
    assert remark.startswith("left behind: what its boxes say")
    delayed = with_clip_box(
        "moov/trak/edts/elst",
        lambda box: replace(box, values={**box.values, "entries": [{**box.values["entries"][0], "media_time": 7}]}),
        whole,
    )
    (remark,) = moving(delayed).remarks
    assert remark.startswith("taken to play for ever") and moving(delayed).plays == FOR_EVER
