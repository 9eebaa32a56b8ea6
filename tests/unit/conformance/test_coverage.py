"""The clause tracer: what runs is seen, kernels count through their callers, clauses come in the order of the text."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.conformance.coverage import all_marks, in_text_order, reached_by
from refdec.latent.sigma import levels

VECTOR = Path(__file__).resolve().parents[2] / "golden" / "vectors" / "bop_off_64x64.jai"


def test_reading_headers_reaches_chapter_1_only() -> None:
    data = VECTOR.read_bytes()
    headers, reached = reached_by(lambda: read_headers(read_codestream(data)))
    assert not isinstance(headers, Exception)
    assert {"1.3", "1.5", "1.5.1", "1.8 (8)"} <= reached.clauses
    assert not [mark for mark in reached.marks if not mark.where.startswith(("refdec.bitstream.", "refdec.limits."))]


def test_an_error_ends_the_call_and_what_it_reached_is_kept() -> None:
    error, reached = reached_by(partial(read_codestream, b"\xff\x80\xff\x81"))
    assert isinstance(error, Exception)
    assert "1.8 (1)" in reached.clauses
    assert sys.getprofile() is None


def test_a_kernel_counts_through_its_caller() -> None:
    kernels = {mark for mark in all_marks() if mark.where == "refdec.latent.kernels.levels"}
    _, reached = reached_by(partial(levels, np.zeros((1, 2, 2), np.int32)))
    assert kernels <= reached.marks
    assert "3.2" in reached.clauses


def test_order_of_the_text() -> None:
    shuffled = ["3.B.4", "1.8 (10)", "1.10", "3.9", "1.8 (9)", "1.8", "1.2"]
    assert in_text_order(shuffled) == ("1.2", "1.8", "1.8 (9)", "1.8 (10)", "1.10", "3.9", "3.B.4")


def test_the_command_line_carries_no_marks() -> None:
    assert not [mark for mark in all_marks() if mark.where.startswith("refdec.cli")]
