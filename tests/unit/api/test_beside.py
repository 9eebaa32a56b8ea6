"""Clean apertures: what is decoded is the part that a file shows, whatever else is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.transcode import transcode_to_file
from refdec.decoding.errors import RegionOffGrid, RegionOutside
from refdec.decoding.options import DecodeOptions
from refdec.formats.files import read_picture
from refdec.heif.boxes import FileBox
from refdec.heif.errors import ApertureWrong
from refdec.heif.heiffile import Property
from refdec.tiling.geometry import Rect
from refdec.verification.files import VerifyRequest, verify_file
from tests.unit.heif.support import HEIGHT, STREAM, WIDTH, clap, transformed, whole_file

PART = Rect(9, 5, 40, 60)
TURN = Property(FileBox("irot", {"angle": 1}), essential=True)
MIRROR = Property(FileBox("imir", {"axis": 1}), essential=True)
CROP = clap(WIDTH, HEIGHT, PART)
CROPPED = transformed(CROP, TURN)


@pytest.fixture(scope="module")
def stored() -> npt.NDArray[np.unsignedinteger]:
    return refdec.decode(STREAM).array


def test_it_is_cropped_and_then_turned(stored: npt.NDArray[np.unsignedinteger]) -> None:
    found = refdec.decode(CROPPED)
    assert np.array_equal(found.array, np.rot90(stored[PART.rows, PART.columns]))
    assert found.alpha is not None and found.metadata.icc
    whole = refdec.decode(transformed()).alpha
    assert whole is not None
    assert np.array_equal(found.alpha.samples, np.rot90(whole.samples[PART.rows, PART.columns]))


def test_the_order_is_that_of_the_properties(stored: npt.NDArray[np.unsignedinteger]) -> None:
    turned_first = transformed(TURN, clap(HEIGHT, WIDTH, Rect(2, 3, 30, 40)), MIRROR, clap(30, 40, Rect(1, 0, 29, 7)))
    wanted = np.rot90(stored)[3:43, 2:32][:, ::-1][:7, 1:30]
    assert np.array_equal(refdec.decode(turned_first).array, wanted)


def test_regions_count_in_what_is_shown() -> None:
    whole = refdec.decode(CROPPED).array
    part = refdec.decode(CROPPED, region=(10, 4, 20, 30))
    assert np.array_equal(part.array, whole[4:34, 10:30])
    assert part.alpha is not None and part.alpha.samples.shape == (30, 20)
    with pytest.raises(RegionOutside):
        refdec.decode(CROPPED, region=(0, 0, 61, 40))


def test_files_small_pictures_and_previews_are_cropped(tmp_path: Path) -> None:
    report = decode_to_file(CROPPED, tmp_path / "a.png")
    assert (report.width, report.height) == (60, 40)
    shown = np.stack(read_picture((tmp_path / "a.png").read_bytes(), suffix=".png", keep_alpha=True).components[:3], -1)
    assert np.array_equal(shown, refdec.decode(CROPPED).array)
    small = refdec.decode(CROPPED, scale=8)
    assert small.array.shape == (5, 8, 3)
    assert decode_to_file(CROPPED, tmp_path / "b.png", DecodeJob(scale=8)).width == 8
    stream = refdec.open_progressive(CROPPED)
    assert np.array_equal(stream.preview(*stream.channels).array, refdec.decode(CROPPED).array)


def test_chroma_that_has_no_sample_at_the_corner_is_refused(tmp_path: Path) -> None:
    planes = bytes(64 * 48 * 3 // 2)
    plain = refdec.encode(planes, format="yuv", size=(64, 48), subsampling="420", bits=8, container="jaii")
    odd = transformed(clap(64, 48, Rect(1, 0, 8, 8)), data=plain)
    even = transformed(clap(64, 48, Rect(2, 4, 7, 8)), data=plain)
    assert refdec.decode(odd, colour="RGB").array.shape == (8, 8, 3)
    with pytest.raises(RegionOffGrid):
        decode_to_file(odd, tmp_path / "x.yuv")
    assert decode_to_file(even, tmp_path / "y.yuv").width == 7
    assert (tmp_path / "y.yuv").stat().st_size == 7 * 8 + 2 * 4 * 4


def test_encoding_it_again_encodes_what_is_shown(tmp_path: Path) -> None:
    for container in ("jai", "jaii"):
        made = refdec.encode(CROPPED, container=container, strip=container == "jai")
        info = refdec.read_info(made)
        assert (info.width, info.height) == (60, 40)
    report = transcode_to_file(CROPPED, tmp_path / "x.jai")
    assert report.warnings and "the clean aperture to which it is to be cropped" in report.warnings[0]
    assert (tmp_path / "x.jai").read_bytes() == STREAM


def test_apertures_outside_are_one_error_and_verify_says_so() -> None:
    wrong = transformed(clap(WIDTH, HEIGHT, Rect(30, 0, 40, 60)))
    with pytest.raises(ApertureWrong):
        refdec.decode(wrong)
    verdict = verify_file(wrong, VerifyRequest())
    assert [problem.code for problem in verdict.problems] == ["RD2016"]
    loose = transformed(Property(CROP.box))
    assert [problem.code for problem in verify_file(loose, VerifyRequest()).problems] == ["RD2011"]
    assert not verify_file(transformed(CROP), VerifyRequest()).problems


def test_info_tells_the_part() -> None:
    assert refdec.read_info(CROPPED).as_json()["file"]["crop"] == [9, 5, 40, 60]
    assert "crop" not in refdec.read_info(whole_file()).as_json()["file"]


def test_faces_are_covered_in_what_is_shown() -> None:
    options = DecodeOptions(region=(0, 0, 8, 8))
    assert refdec.decode(CROPPED, options=options, blur_faces=True).array.shape == (8, 8, 3)
