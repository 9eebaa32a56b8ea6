"""The verdict on a clip names every bad frame with its number and byte."""

from __future__ import annotations

import refdec
from refdec.decoding.options import DecodeOptions
from refdec.verification.clips import verify_clip
from refdec.verification.files import VerifyRequest, verify_file
from refdec.verification.verdict import Conformity
from tests.unit.heif.clips import TABLES, clip_data, damaged_clip, with_clip_box
from tests.unit.heif.support import setting


def test_a_good_clip() -> None:
    verdict = verify_file(clip_data(), VerifyRequest())
    assert verdict.outcome is Conformity.CONFORMANT and verdict.picture == "4 of 4 frames of 65 x 79, 0.2 s"


def test_each_bad_frame_is_named() -> None:
    verdict = verify_clip(refdec.open_clip(damaged_clip(2)), workers=2)
    assert verdict.outcome is Conformity.NOT_CONFORMANT and verdict.picture.startswith("3 of 4")
    (problem,) = verdict.problems
    assert problem.headline().startswith("Frame 2 (byte ")


def test_what_the_boxes_say_otherwise() -> None:
    data = with_clip_box(f"{TABLES}/stsd/jaim", setting(width=64))
    verdict = verify_file(data, VerifyRequest())
    assert {problem.code for problem in verdict.problems} == {"RD2509"}
    assert "64 x 79" in verdict.problems[0].headline() and "Frame 1" in verdict.problems[0].headline()


def test_a_cut_clip() -> None:
    cut = clip_data(alpha=False)[:-5]
    assert [problem.code for problem in verify_file(cut, VerifyRequest()).problems] == ["RD2002"]
    lenient = verify_file(cut, VerifyRequest(options=DecodeOptions(lenient=True)))
    assert [problem.code for problem in lenient.problems] == ["RD2011", "RD2022"]
