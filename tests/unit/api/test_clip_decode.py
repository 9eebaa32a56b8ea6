"""Clips to animations, raw video and folders: nothing partial is left, what a format does not hold is named."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.errors import ToneMapAlone
from refdec.decoding.options import DecodeOptions
from refdec.limits import Limits, TooMuchMemory
from refdec.sequences.errors import ClipFormatUnknown, ClipOption, FrameDamaged, NotAClip
from refdec.sequences.opened import moving_picture
from tests.unit.heif.clips import clip_data
from tests.unit.heif.support import STREAM
from tests.unit.sequences.support import MILLISECONDS, clip

LENIENT = DecodeJob(DecodeOptions(lenient=True))


SECONDS = Fraction(sum(MILLISECONDS), 1000)


def damaged(*frames: int) -> bytes:
    """Return the clip with a changed byte in the first markers of some frames."""
    data, whole = bytearray(clip()), refdec.open_clip(clip())
    for frame in frames:
        data[whole.place(frame)[0] + 2] ^= 0xFF
    return bytes(data)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif"])
def test_an_animation(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"a{suffix}"
    report = decode_to_file(clip(), out)
    assert (report.frames, report.width, report.height) == (4, 48, 40)
    found = moving_picture(out, Limits())
    assert found is not None and found.plays == 3
    assert [frame.duration for frame in found.frames] == [Fraction(each, 1000) for each in MILLISECONDS]
    if suffix != ".gif":
        image = PIL.Image.open(out)
        for frame in refdec.open_clip(clip()):
            image.seek(frame.number - 1)
            shown, alpha = np.asarray(image.convert("RGBA")), frame.picture.alpha
            assert alpha is not None and np.array_equal(shown[..., 3], alpha.samples)
            assert np.array_equal(shown[alpha.samples > 0][:, :3], frame.picture.array[alpha.samples > 0])


def test_a_clip_of_equal_frames_becomes_one_picture_which_is_said(tmp_path: Path) -> None:
    report = decode_to_file(clip_data(), tmp_path / "a.png")
    assert any("all frames are equal" in warning for warning in report.warnings)


def test_raw_video_repeats_frames_and_says_what_is_lost(tmp_path: Path) -> None:
    report = decode_to_file(clip_data(), tmp_path / "a.y4m")
    said = " ".join(report.warnings)
    for words in ("10 for 4", "the clip plays 3", "transparency", "Exif data"):
        assert words in said
    found = moving_picture(tmp_path / "a.y4m", Limits())
    assert found is not None and len(list(found.frames)) == 10


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder_of_pictures(tmp_path: Path, workers: int) -> None:
    job = DecodeJob(DecodeOptions(workers=workers), suffix=".tif")
    report = decode_to_file(clip_data(), tmp_path / "out", job)
    assert report.frames == 4
    names = sorted(path.name for path in tmp_path.joinpath("out").iterdir())
    assert names == [f"frame-{number:05d}.tif" for number in (1, 2, 3, 4)]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    alone = tmp_path / "alone.tif"
    decode_to_file(clip_data(), alone, DecodeJob(frame=3))
    assert alone.read_bytes() == tmp_path.joinpath("out", "frame-00003.tif").read_bytes()
    assert decode_to_file(clip_data(), tmp_path / "out").frames == 4, "into a folder that is there"


def test_one_frame_by_number_or_time(tmp_path: Path) -> None:
    by_number, by_time = tmp_path / "a.jpg", tmp_path / "b.jpg"
    report = decode_to_file(clip_data(), by_number, DecodeJob(frame=2))
    assert report.frames is None and "frames" not in report.as_json()
    decode_to_file(clip_data(), by_time, DecodeJob(time=Fraction(5, 100)))
    assert by_number.read_bytes() == by_time.read_bytes()
    with pytest.raises(ClipOption):
        decode_to_file(clip_data(), by_time, DecodeJob(frame=1, time=Fraction(0)))
    with pytest.raises(NotAClip):
        decode_to_file(STREAM, by_time, DecodeJob(frame=1))


def test_formats_and_wishes_for_one_picture(tmp_path: Path) -> None:
    with pytest.raises(ClipFormatUnknown):
        decode_to_file(clip_data(), tmp_path / "a.ppm")
    with pytest.raises(ClipOption, match="--timings"):
        decode_to_file(clip_data(), tmp_path / "a.png", DecodeJob(timings=True))
    assert list(tmp_path.iterdir()) == []


def test_options_of_a_decode_are_those_of_each_frame(tmp_path: Path) -> None:
    job = DecodeJob(DecodeOptions(region=(3, 4, 20, 10)))
    report = decode_to_file(clip_data(), tmp_path / "a.png", job)
    assert (report.width, report.height) == (20, 10)
    small = decode_to_file(clip_data(), tmp_path / "b.webp", DecodeJob(scale=8))
    assert (small.width, small.height) == (9, 10)


@pytest.mark.parametrize("name", ["a.png", "a.y4m", "out"])
def test_a_bad_frame_ends_it_or_is_left_out(tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    with pytest.raises(FrameDamaged, match="Frame 2"):
        decode_to_file(damaged(2), out)
    assert list(tmp_path.iterdir()) == []
    report = decode_to_file(damaged(2), out, LENIENT)
    assert any(warning.startswith("left out: Frame 2") for warning in report.warnings)
    if name != "out":
        found = moving_picture(out, Limits())
        assert found is not None
        assert sum(frame.duration or 0 for frame in found.frames) == SECONDS, "the one before is shown longer"


def test_a_clip_without_one_good_frame_is_an_error(tmp_path: Path) -> None:
    for name in ("a.png", "a.y4m", "out"):
        with pytest.raises(FrameDamaged, match="Frame 1"):
            decode_to_file(damaged(1, 2, 3, 4), tmp_path / name, LENIENT)
    assert list(tmp_path.iterdir()) == []


def test_animations_within_memory(tmp_path: Path) -> None:
    job = DecodeJob(DecodeOptions(limits=Limits(memory_bytes=150_000)))
    with pytest.raises(TooMuchMemory):
        decode_to_file(clip_data((40,) * 100), tmp_path / "a.png", job)


@pytest.fixture(scope="module")
def hdr() -> bytes:
    frames = [np.full((64, 64, 3), 60 * index, np.uint8) for index in (1, 2)]
    options = refdec.EncodeOptions(bits=10, cicp="bt2020/pq", mdcv="bt2020,1000,0.0001", clli="1000,400")
    return encoded(frames, options)


def encoded(frames: Any, options: refdec.EncodeOptions) -> bytes:
    target = io.BytesIO()
    refdec.encode_clip(frames, target, fps=25, options=options)
    return target.getvalue()


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif"])
@pytest.mark.parametrize("chroma", [100, 128])
def test_planes_of_raw_video_become_an_animation(tmp_path: Path, suffix: str, chroma: int) -> None:
    source = tmp_path / "a.y4m"
    frames = [b"FRAME\n" + bytes([60 * index]) * 4096 + bytes([chroma]) * 2048 for index in (1, 2)]
    source.write_bytes(b"YUV4MPEG2 W64 H64 F25:1 C420jpeg XCOLORRANGE=FULL\n" + b"".join(frames))
    made, out = encoded(str(source), refdec.EncodeOptions()), tmp_path / f"a{suffix}"
    assert refdec.open_clip(made).frame(1).picture.colour == "YUV"
    assert decode_to_file(made, out).colour == ("RGB" if chroma == 100 else "gray")
    alone = tmp_path / "alone.png"
    decode_to_file(made, alone, DecodeJob(frame=1))
    if suffix != ".gif":
        shown = [np.asarray(PIL.Image.open(each).convert("RGB")) for each in (out, alone)]
        assert np.array_equal(shown[0], shown[1])


def test_an_animation_says_colours_and_light_or_what_is_lost(tmp_path: Path, hdr: bytes) -> None:
    report = decode_to_file(hdr, tmp_path / "a.png")
    assert report.warnings == ("png animations hold 8 bits of a sample, this clip has 10; a folder has all",)
    data = (tmp_path / "a.png").read_bytes()
    assert data[33:49] == struct.pack(">I", 4) + b"cICP" + bytes([9, 16, 0, 1]) + data[45:49]
    assert b"mDCV" in data and b"cLLI" in data and getattr(PIL.Image.open(tmp_path / "a.png"), "n_frames", 1) == 2
    for suffix in (".webp", ".gif", ".y4m"):
        said = " ".join(decode_to_file(hdr, tmp_path / f"a{suffix}").warnings)
        assert "transfer PQ" in said and "the mastering display and the content light level" in said


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_a_clip_is_tone_mapped(tmp_path: Path, hdr: bytes, suffix: str) -> None:
    out = tmp_path / f"a{suffix}"
    report = decode_to_file(hdr, out, DecodeJob(tone_map=True))
    assert not any("PQ" in warning or "8 bits" in warning for warning in report.warnings)
    mapped = refdec.decode(refdec.open_clip(hdr).still(1), tone_map=True).array
    if suffix == ".png":
        assert np.array_equal(np.asarray(PIL.Image.open(out)), mapped)
    with pytest.raises(ToneMapAlone):
        decode_to_file(hdr, tmp_path / "a.y4m", DecodeJob(tone_map=True))
    with pytest.raises(ToneMapAlone):
        decode_to_file(hdr, out, DecodeJob(tone_map=True, scale=8))


def frames_with_transparency(*, kept: bool) -> list[PIL.Image.Image]:
    """Return two frames whose upper half is fully transparent, with the colours below it, or without."""
    made = np.random.default_rng(7).integers(0, 256, (2, 16, 24, 4), np.uint8)
    made[..., 3] |= 1
    made[:, :8, :, 3] = 0
    if not kept:
        made[:, :8] = 0
    return [PIL.Image.fromarray(one) for one in made]


@pytest.mark.parametrize("target", ["a.png", "a.webp", "frames/"])
@pytest.mark.parametrize("kept", [True, False])
def test_the_report_on_a_lossless_clip_says_what_the_file_holds(tmp_path: Path, target: str, kept: bool) -> None:
    """Found: every clip was called lossy; WebP by Pillow has no colours below full transparency, and said nothing."""
    source = tmp_path / "source.png"
    first, second = frames_with_transparency(kept=kept)
    first.save(source, save_all=True, append_images=[second], duration=40)
    refdec.encode_clip(source, tmp_path / "a.jais", options=refdec.EncodeOptions(lossless=True))
    report = decode_to_file(tmp_path / "a.jais", tmp_path / target)
    blackened = kept and target == "a.webp"
    assert report.fidelity == ("lossy" if blackened else "lossless")
    assert any("below full transparency" in warning for warning in report.warnings) == blackened
    if target == "a.png":
        shown = PIL.Image.open(tmp_path / target)
        for number, frame in enumerate((first, second)):
            shown.seek(number)
            assert np.array_equal(np.asarray(shown.convert("RGBA")), np.asarray(frame))
    assert decode_to_file(tmp_path / "a.jais", tmp_path / "a.gif").fidelity == "lossy"
    assert decode_to_file(tmp_path / "a.jais", tmp_path / "a.y4m").fidelity == "lossy"
    assert decode_to_file(tmp_path / "a.jais", tmp_path / "lossy.png", DecodeJob(lossy=True)).fidelity == "lossy"
