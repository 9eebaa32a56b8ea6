"""Encoding to files: the file that appears, and the report about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from refdec.api.encode_file import encode_to_file
from refdec.encoding.ratecontrol import RateOutOfReach
from tests.encodable import GOLDEN


def test_files_and_reports(tmp_path: Path) -> None:
    name = "kodim15_m1_+0_65x79"
    report = encode_to_file(GOLDEN / f"{name}.source.png", tmp_path / "a.jai", displacement=0)
    data = (tmp_path / "a.jai").read_bytes()
    assert report.bytes == len(data) and report.as_json()["model"] == 1
    assert abs(report.bits_per_pixel - 8 * len(data) / (65 * 79)) < 1e-9


def test_a_rate_out_of_reach_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RateOutOfReach):
        encode_to_file(GOLDEN / "kodim15_m1_+0_65x79.source.png", tmp_path / "a.jai", bpp=1e-6)
    assert not list(tmp_path.iterdir())
