"""HDR10, HLG and wide gamut through files: code points, mastering display and light levels in and out again."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from refdec.bitstream.rendering import Cicp, ContentLight, MasteringDisplay, RenderingInfo
from refdec.formats.description import SourceDescription
from refdec.formats.files import write_picture
from refdec.formats.icc_writer import icc_profile
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.png_chunks import files_in

from .conftest import Run

DISPLAY = MasteringDisplay((8500, 6550, 35400), (39850, 2300, 14600), 15635, 16450, 10000000, 1)
HDR10 = RenderingInfo(cicp=Cicp(9, 16, 0, 1, 2), mdcv=DISPLAY, clli=ContentLight(1000, 400))
TYPED = ("--cicp", "bt2020/pq", "--mdcv", "bt2020,1000,0.0001", "--clli", "1000,400")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    y, x = np.mgrid[0:24, 0:40]
    planes = tuple((300 + 8 * x + 5 * y + 60 * i).astype(np.uint16) for i in range(3))
    for name, said in (("hdr.png", HDR10), ("plain.png", None)):
        picture = CodePicture(planes, 10, Colour.RGB, SourceDescription(rendering=said))
        write_picture(tmp_path / name, picture, cicp=None if said is None else (9, 16))
    return tmp_path


def chunks(path: Path) -> dict[bytes, bytes]:
    ((file,), _) = files_in(path.read_bytes())
    return {kind: bytes(body) for kind, body in file.chunks}


@pytest.mark.parametrize("suffix", ["jai", "jaii"])
@pytest.mark.parametrize("wishes", [(), ("--lossless",)])
def test_hdr10_goes_in_by_chunks_or_options_and_comes_out(
    folder: Path, refdec: Callable[..., Run], suffix: str, wishes: tuple[str, ...]
) -> None:
    bits = ("--source-bits", "10", "--bit-depth", "10")
    for source, said in (("hdr.png", ()), ("plain.png", TYPED)):
        stream = f"{source[:-4]}.{suffix}"
        assert refdec("encode", source, stream, *bits, *wishes, *said, "--no-check").code == 0
        decoded = refdec("decode", stream, "out.png")
        assert decoded.code == 0 and "warning" not in decoded.err
        found = chunks(folder / "out.png")
        assert found[b"cICP"] == bytes([9, 16, 0, 1])
        assert found[b"mDCV"] == chunks(folder / "hdr.png")[b"mDCV"]
        assert found[b"cLLI"] == struct.pack(">II", 10000000, 4000000)
    assert (folder / f"hdr.{suffix}").read_bytes() == (folder / f"plain.{suffix}").read_bytes()


def test_info_and_the_boxes_say_it(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "hdr.png", "hdr.jaii", "--source-bits", "10", "--bit-depth", "10", "--no-check")
    said = json.loads(refdec("info", "hdr.jaii", "--json").out)
    assert said["bit_depth"] == 10 and said["rendering"]["cicp"]["transfer_characteristics"] == 16
    assert said["rendering"]["clli"]["maximum_content_light_level"] == 1000
    assert said["rendering"]["mdcv"]["maximum luminance (cd/m2)"] == "1000.0000"
    shown = refdec("view", "hdr.jaii").out
    assert all(word in shown for word in ("nclx", "max_content_light_level = 1000", "mdcv"))
    assert refdec("verify", "hdr.jaii").code == 0


def test_hlg_and_display_p3_by_options(folder: Path, refdec: Callable[..., Run]) -> None:
    for wish, code in (("9/18", [9, 18, 0, 1]), ("p3/srgb", [12, 13, 0, 1])):
        refdec("encode", "plain.png", "a.jai", "--source-bits", "10", "--cicp", wish, "--no-check")
        assert refdec("decode", "a.jai", "a.png").code == 0
        assert chunks(folder / "a.png")[b"cICP"] == bytes(code)
    refused = refdec("encode", "plain.png", "b.jai", "--cicp", "9")
    assert refused.code == 2 and "bt2020/pq" in refused.err and not (folder / "b.jai").exists()


@pytest.mark.parametrize("suffix", ["tif", "jpg", "webp", "ppm", "npy"])
def test_what_a_format_cannot_say_is_named(folder: Path, refdec: Callable[..., Run], suffix: str) -> None:
    refdec("encode", "hdr.png", "hdr.jai", "--source-bits", "10", "--no-check")
    said = refdec("decode", "hdr.jai", f"out.{suffix}").err
    assert "BT.2020" in said and "PQ" in said
    assert f"{suffix} has no place for the mastering display and the content light level" in said


def test_display_p3_by_its_profile_comes_out_everywhere(folder: Path, refdec: Callable[..., Run]) -> None:
    """As CICP from a bare codestream, as the very profile from a HEIF file."""
    profile = icc_profile(12, 13, gray=False)
    assert profile is not None
    Image.fromarray(np.full((16, 16, 3), 90, np.uint8)).save(folder / "p3.png", icc_profile=profile)
    for suffix in ("jai", "jaii"):
        made = refdec("encode", "p3.png", f"p3.{suffix}", "--no-check")
        assert made.code == 0 and "left behind" not in made.err
        for out in ("png", "tif", "jpg", "webp"):
            assert "warning" not in refdec("decode", f"p3.{suffix}", f"p3.{out}").err
            found = Image.open(folder / f"p3.{out}").info.get("icc_profile")
            if out == "png":
                assert chunks(folder / "p3.png")[b"cICP"] == bytes([12, 13, 0, 1])
            else:
                assert found == profile
                opened = ImageCms.getOpenProfile(io.BytesIO(found))
                assert "CICP 12 13" in ImageCms.getProfileDescription(opened)


def test_code_points_that_are_typed_take_the_place_of_a_profile(folder: Path, refdec: Callable[..., Run]) -> None:
    profile = icc_profile(12, 13, gray=False)
    Image.fromarray(np.full((16, 16, 3), 90, np.uint8)).save(folder / "p3.png", icc_profile=profile)
    made = refdec("encode", "p3.png", "p3.jaii", "--cicp", "9/14", "--no-check")
    assert made.code == 0 and "ICC profile of the source makes way" in made.err
    refdec("decode", "p3.jaii", "back.png")
    assert chunks(folder / "back.png")[b"cICP"] == bytes([9, 14, 0, 1]) and b"iCCP" not in chunks(folder / "back.png")


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "npy"])
def test_a_tone_map_makes_a_picture_for_any_display(folder: Path, refdec: Callable[..., Run], suffix: str) -> None:
    refdec("encode", "hdr.png", "hdr.jaii", "--source-bits", "10", "--lossless", "--no-check")
    made = refdec("decode", "hdr.jaii", f"sdr.{suffix}", "--tone-map")
    assert made.code == 0 and "8 bit RGB" in made.err + made.out and "lossless" not in made.err + made.out
    assert "warning" not in made.err
    assert refdec("decode", "hdr.jaii", "deep.png", "--tone-map", "--bit-depth", "10", "--region", "0,0,8,8").code == 0
    assert chunks(folder / "deep.png")[b"cICP"] == bytes([1, 13, 0, 1]) and b"mDCV" not in chunks(folder / "deep.png")


def test_what_a_tone_map_does_not_go_with(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "plain.png", "plain.jai", "--source-bits", "10", "--no-check")
    for wishes in (("a.yuv",), ("a.png", "--scale", "8"), ("a.png", "--timings")):
        refused = refdec("decode", "plain.jai", *wishes, "--tone-map")
        assert refused.code == 2 and "RD1633" in refused.err and not (folder / wishes[0]).exists()
    plain = refdec("decode", "plain.jai", "a.png", "--tone-map")
    assert plain.code == 0 and "shown as they are" in plain.err
