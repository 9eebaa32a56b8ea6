"""The search at a point: never worse than analysis, and the same each time."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from refdec_encoders.refine import pieces
from refdec_encoders.refine.search import Problem, improve

from refdec.limits import Limits, TooMuchMemoryToEncode
from refdec.plugins.api import OperatingPoint
from refdec.plugins.core import Core
from tests.encodable import bundled
from tests.unit.encoders.refine.support import SETTINGS, networks, setting


def problem(rows: int = 96, columns: int = 112) -> Problem:
    core, picture, targets, _ = setting(rows, columns)
    return Problem(core, picture, SETTINGS, networks(), "psnr-y", 1.2, targets, OperatingPoint(1, -200, 100))


def test_some_steps_give_less_error_or_fewer_bits() -> None:
    asked = problem()
    plain = improve(asked, asked.start, lambda piece, pieces, step: 1.0)
    found = improve(asked, asked.start, lambda piece, pieces, step: step / 15)
    assert plain.coded.bits == asked.coded(asked.start).bits
    assert found.squared < plain.squared or found.coded.bits < plain.coded.bits
    assert not np.array_equal(found.targets.luma_q18, asked.start.luma_q18)
    again = improve(asked, asked.start, lambda piece, pieces, step: step / 15)
    assert np.array_equal(again.targets.luma_q18, found.targets.luma_q18)


def test_bad_targets_do_not_make_it_worse() -> None:
    asked = problem()
    spoilt = replace(asked.start, luma_q18=asked.start.luma_q18 + (1 << 18))
    found = improve(asked, spoilt, lambda piece, pieces, step: 1.0)
    assert np.array_equal(found.targets.luma_q18, asked.start.luma_q18)


def test_pieces_are_improved_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LONGEST", 8)
    asked, told = problem(200, 140), []

    def pace(piece: int, count: int, step: int) -> float:
        told.append((piece, count, step))
        return step / 4

    found = improve(asked, asked.start, pace)
    assert [entry[:2] for entry in told] == [(n, 4) for n in range(4) for _ in range(5)]
    plain = asked.coded(asked.start)
    assert found.coded.bits != plain.bits
    for rows in (slice(0, 8), slice(8, 13)):
        for columns in (slice(0, 4), slice(4, 9)):
            part = slice(None), rows, columns
            assert not np.array_equal(found.targets.luma_q18[part], asked.start.luma_q18[part])


def test_memory_is_asked_for() -> None:
    asked = problem()
    for memory, enough in ((35 << 20, False), (1 << 30, True)):
        core = Core(bundled(), limits=Limits(memory_bytes=memory))
        small = replace(asked, core=core)
        assert small.coded(asked.start).bits > 0
        with nullcontext() if enough else pytest.raises(TooMuchMemoryToEncode):
            improve(small, asked.start, lambda piece, pieces, step: 1.0)
