"""Exceptions on their way between processes."""

from __future__ import annotations

import pickle

import pytest

from refdec.errors import BitOffset
from refdec.parallel.errors import WorkerFailed
from refdec.parallel.failures import WorkerTraceback, packed, unpacked
from tests.unit.parallel import work


def caught(error: Exception) -> Exception:
    try:
        raise error
    except Exception as same:
        return same


def test_an_error_comes_back_with_all_its_values() -> None:
    error = unpacked(packed(caught(work.Broken(5, at=BitOffset(77)))))
    assert type(error) is work.Broken
    assert (error.unit, error.at, error.args) == (5, BitOffset(77), (5,))
    assert isinstance(error.__cause__, WorkerTraceback)
    assert "in caught" in str(error.__cause__)


@pytest.mark.parametrize("error", [ValueError("x", 3), OSError(28, "full", "a.png"), MemoryError()])
def test_builtin_exceptions_come_back(error: Exception) -> None:
    again = unpacked(packed(caught(error)))
    assert (type(again), again.args, str(again)) == (type(error), error.args, str(error))


def test_what_cannot_be_pickled_comes_back_as_text() -> None:
    error = unpacked(packed(caught(work.Untransportable())))
    assert isinstance(error, WorkerFailed)
    assert error.kind == "tests.unit.parallel.work.Untransportable"
    assert "Traceback" in error.text


def test_errors_of_refdec_survive_plain_pickling() -> None:
    error = pickle.loads(pickle.dumps(work.Broken(5, at=BitOffset(77))))
    assert str(error) == "Unit 5 is broken. [RD0999] (clause 1.2, at byte.bit 9.5)"
