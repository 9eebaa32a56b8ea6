"""Clips of folders, animations, raw video and arrays: the same bytes at any number of workers, equal frames once."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import refdec
from refdec.api.clip_encode import encode_source
from refdec.api.clip_options import ClipOptions
from refdec.formats.errors import NoSuchPicture
from refdec.lossless.errors import MaxErrorOutOfRange
from refdec.sequences.errors import ClipOption, FrameMissing, FrameRateInvalid, FramesDiffer, NotAClip
from tests.unit.sequences.support import MILLISECONDS, alpha, animation, pictures, y4m

FAST = refdec.EncodeOptions(quality=20)
ALONE = refdec.encode(pictures()[1], quality=20)


def made(source: object, **wishes: object) -> bytes:
    target = io.BytesIO()
    refdec.encode_clip(source, target, **({"options": FAST} | wishes))  # type: ignore[arg-type]
    return target.getvalue()


def test_every_frame_is_coded_as_it_would_be_alone() -> None:
    data = made(pictures(), fps=25)
    clip = refdec.open_clip(data)
    assert clip.codestream(2) == ALONE and len(clip) == 4 and not clip.has_alpha
    assert set(clip.durations) == {Fraction(1, 25)} and clip.plays == 1


def test_any_number_of_workers_makes_the_same_file() -> None:
    first = hashlib.sha256(made(pictures(), fps="30000/1001")).hexdigest()
    assert hashlib.sha256(made(pictures(), fps="30000/1001", workers=2)).hexdigest() == first
    transparent = animation(".png", transparent=True)
    assert made(transparent) == made(transparent, workers=2)
    clip = refdec.open_clip(made(pictures(), fps="30000/1001", workers=3))
    assert set(clip.durations) == {Fraction(1001, 30000)}


def test_equal_frames_are_coded_once_and_keep_their_number_and_time() -> None:
    one, two, *_ = pictures()
    report = refdec.encode_clip([one, two, two, one, one], target := io.BytesIO(), fps=10, options=FAST)
    assert (report.frames, report.distinct, report.seconds) == (5, 2, "0.5")
    clip = refdec.open_clip(target.getvalue())
    places = [clip.place(number) for number in range(1, 6)]
    assert places[1] == places[2] and places[0] == places[3] == places[4]
    assert len(target.getvalue()) < len(made([one, two], fps=10)) + 100
    assert [frame.number for frame in clip] == [1, 2, 3, 4, 5]


def test_a_folder(tmp_path: Path) -> None:
    for index, picture in enumerate(pictures()):
        PIL.Image.fromarray(picture).save(tmp_path / f"f{index + 8}.png")
    (tmp_path / "notes.txt").write_text("x")
    report = refdec.encode_clip(tmp_path, tmp_path / "a.jaii", options=FAST)
    assert report.frames == 4 and "notes.txt" in report.warnings[0]
    clip = refdec.open_clip(tmp_path / "a.jaii")
    assert set(clip.durations) == {Fraction(1, 25)} and clip.codestream(2) == ALONE


def test_an_animation_keeps_times_loops_and_transparency() -> None:
    clip = refdec.open_clip(made(animation(".png", transparent=True)))
    assert list(clip.durations) == [Fraction(each, 1000) for each in MILLISECONDS] and clip.plays == 3
    for frame in clip:
        plane = frame.picture.alpha
        assert plane is not None and np.array_equal(plane.samples, alpha(frame.number - 1))
    faster = refdec.open_clip(made(animation(".png"), fps=50, plays=0))
    assert set(faster.durations) == {Fraction(1, 50)} and faster.plays == 0 and not faster.has_alpha


def test_frames_that_say_no_duration_are_shown_as_browsers_do() -> None:
    report = refdec.encode_clip(animation(".gif", duration=0), io.BytesIO(), options=FAST)
    assert report.seconds == "0.4" and any("tenth of a second" in warning for warning in report.warnings)
    assert refdec.encode_clip(animation(".gif", duration=0), io.BytesIO(), fps=5, options=FAST).seconds == "0.8"


def test_a_frame_that_is_gone_is_an_error_about_itself(tmp_path: Path) -> None:
    PIL.Image.fromarray(pictures()[0]).save(tmp_path / "0.png")
    with pytest.raises(FileNotFoundError, match=r"1\.png"):
        refdec.encode_clip([tmp_path / "0.png", tmp_path / "1.png"], tmp_path / "a.jaii", options=FAST)
    assert [path.name for path in tmp_path.iterdir()] == ["0.png"]


def test_raw_video() -> None:
    clip = refdec.open_clip(made(y4m("W16 H12 F24:1 C420jpeg XCOLORRANGE=FULL", 2, 288)))
    assert len(clip) == 2 and clip.seconds == Fraction(1, 12)
    frame = clip.frame(1).picture
    assert frame.colour == "YUV" and frame.subsampling == (2, 2)


def test_a_lossless_clip_gives_every_sample() -> None:
    clip = refdec.open_clip(made(pictures()[:2], options=refdec.EncodeOptions(quality=20, lossless=True)))
    for frame, picture in zip(clip, pictures(), strict=False):
        assert np.array_equal(frame.picture.array, picture)


def test_pictures_on_their_side_are_turned_and_metadata_of_the_first_kept(tmp_path: Path) -> None:
    for index, maker in enumerate(("First", "Second")):
        exif = PIL.Image.Exif()
        exif[0x010F], exif[0x0112] = maker, 6
        PIL.Image.fromarray(pictures()[index]).save(tmp_path / f"{index}.jpg", exif=exif, quality=95)
    report = refdec.encode_clip(tmp_path, target := io.BytesIO(), options=FAST)
    assert (report.width, report.height) == (40, 48)
    said = " ".join(report.warnings)
    assert "turned right" in said and "Exif data of others" in said
    clip = refdec.open_clip(target.getvalue())
    frame = clip.frame(2).picture
    assert b"First" in frame.metadata.exif and frame.array.shape[:2] == (48, 40)
    turned = np.rot90(pictures()[1], -1).astype(int)
    assert abs(frame.array.astype(int) - turned).mean() < 25


def test_frames_of_another_kind_are_refused() -> None:
    small = pictures()[1][:-1]
    for other in (small, pictures()[1].astype(np.uint16) * 257):
        with pytest.raises(FramesDiffer, match="Frame 2"):
            made([pictures()[0], other])


def test_wishes_that_are_for_one_picture() -> None:
    for options in (refdec.EncodeOptions(max_bytes=1000), refdec.EncodeOptions(thumbnail=True)):
        with pytest.raises(ClipOption):
            made(pictures(), options=options)


def test_nothing_is_left_of_a_clip_that_fails(tmp_path: Path) -> None:
    target = tmp_path / "a.jaii"
    with pytest.raises(FramesDiffer):
        refdec.encode_clip([pictures()[0], pictures()[1][:-1]], target, options=FAST)
    with pytest.raises(refdec.InputError):
        refdec.encode_clip(y4m()[:-3], target, options=FAST)
    assert list(tmp_path.iterdir()) == []


def test_which_files_become_clips_and_which_pictures(tmp_path: Path) -> None:
    gif = tmp_path / "a.gif"
    gif.write_bytes(animation(".gif"))
    assert encode_source(gif, tmp_path / "a.jaii", FAST).as_json()["frames"] == 4
    one = encode_source(gif, tmp_path / "b.jaii", refdec.EncodeOptions(quality=20, frame=2))
    assert "frames" not in one.as_json()
    with pytest.raises(refdec.RefdecError, match="4 pictures"):
        encode_source(gif, tmp_path / "a.jai", FAST)
    raw = y4m("W16 H12 F24:1 C420jpeg", 2, 288)
    with pytest.raises(ClipOption, match="bare codestream"):
        encode_source(raw, tmp_path / "a.jai", FAST)
    second = encode_source(raw, tmp_path / "a.jai", refdec.EncodeOptions(quality=20, frame=2))
    assert any("limited range" in warning for warning in second.warnings)
    with pytest.raises(NoSuchPicture):
        encode_source(raw, tmp_path / "a.jai", refdec.EncodeOptions(quality=20, frame=3))
    with pytest.raises(NotAClip, match="--fps"):
        encode_source(animation(".gif", count=1), tmp_path / "a.jaii", FAST, clip=ClipOptions(fps=Fraction(5)))


def test_one_picture_of_a_folder(tmp_path: Path) -> None:
    for index, picture in enumerate(pictures()):
        PIL.Image.fromarray(picture).save(tmp_path / f"{index}.png")
    out = io.BytesIO()
    encode_source(str(tmp_path), out, replace(FAST, frame=2))
    assert out.getvalue() == ALONE
    with pytest.raises(NoSuchPicture):
        encode_source(str(tmp_path), io.BytesIO(), replace(FAST, frame=9))


def test_a_layer_of_floats_is_for_single_pictures() -> None:
    rows = np.linspace(0, 1, 3 * 4096, dtype="<f4").tobytes()
    frames = [b"PF\n64 64\n-1.0\n" + rows]
    with pytest.raises(ClipOption, match="layer of floats"):
        made(frames, options=refdec.EncodeOptions(lossless=True))
    out = io.BytesIO()
    report = refdec.encode_clip(frames, out, options=FAST)
    assert any("floats of 32 bits are left behind" in warning for warning in report.warnings)


def test_rates_and_loops_that_are_none() -> None:
    for wishes in ({"fps": float("nan")}, {"fps": -1.5}, {"plays": 1.5}, {"plays": 1 << 31}):
        with pytest.raises(FrameRateInvalid):
            made(pictures(), **wishes)
    assert set(refdec.open_clip(made(pictures(), fps=12.5)).durations) == {Fraction(2, 25)}


def test_a_clip_as_a_source_of_one_picture() -> None:
    data = made(pictures(), fps=25)
    with pytest.warns(refdec.PictureWarning, match="all but the first of the 4 frames"):
        first = refdec.encode(data, quality=20)
    assert first == refdec.encode(refdec.open_clip(data).frame(1).picture, quality=20)
    for number in (1, 2):
        alone = refdec.encode(data, quality=20, frame=number)
        assert alone == refdec.encode(refdec.open_clip(data).codestream(number), quality=20)
    with pytest.raises(FrameMissing):
        refdec.encode(data, frame=9)
    with pytest.raises(NoSuchPicture):
        refdec.encode(ALONE, frame=2)


def test_a_largest_error_that_is_no_whole_number() -> None:
    with pytest.raises(MaxErrorOutOfRange):
        refdec.EncodeOptions(max_error=1.5)  # type: ignore[arg-type]
