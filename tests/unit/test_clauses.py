"""Through which clauses the decoder came to an error: of real damaged streams, in this process and from workers."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest

from refdec.bitstream.errors import CodestreamCut, ElementOutOfRange, NotComputable, OutOfBits, ReservedBitDepth
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.clauses import clause, clause_path, note_clause, registry, way_in_words
from refdec.conformance.suite import open_suite
from refdec.errors import CodestreamError, RefdecError
from refdec.parallel.attempts import JobOrder, attempt
from refdec.parallel.failures import packed, unpacked
from refdec.parallel.outcomes import Job
from refdec.parallel.pool import ProcessPool


def broken(case: str) -> bytes:
    suite = open_suite(None)
    return suite.stream(suite.case(case))


def read(data: bytes) -> None:
    read_headers(read_codestream(data))


def read_in_worker(state: object, case: str) -> None:
    read(broken(case))


def caught(work: Callable[[], object]) -> Exception:
    try:
        work()
    except Exception as error:
        return error
    raise AssertionError("no error")


# Case of the bundled suite -> the error that reading its headers raises, and the way to it.
WAYS = {
    "bad_codestream_cut": (CodestreamCut, ("1.3", "1.8 (2)", "1.8 (1)")),
    "bad_code_too_long": (CodestreamError, ("1.3", "1.8 (3)", "1.2", "1.8 (3)")),
    "bad_element_out_of_range": (ElementOutOfRange, ("1.8", "1.5", "1.5.1", "1.8 (8)")),
    "bad_out_of_bits": (OutOfBits, ("1.8", "1.5", "1.5.1", "1.8 (8)", "1.8 (7)")),
    "bad_not_computable": (NotComputable, ("1.8", "1.5", "1.5.2", "1.8 (11)")),
    "bad_reserved_bit_depth": (ReservedBitDepth, ("1.8", "1.5", "1.5.1", "1.8 (8)", "1.6.1")),
    "bad_offset_tile_count_wrong": (CodestreamError, ("1.8", "1.8 (10)", "1.6.7")),
}


@pytest.mark.parametrize("case", WAYS)
def test_the_way_to_the_error_of_a_damaged_stream(case: str) -> None:
    kind, way = WAYS[case]
    error = caught(lambda: read(broken(case)))
    assert isinstance(error, kind)
    assert clause_path(error) == way
    assert way_in_words(way) == f"came through clauses {' > '.join(way)}"


@pytest.mark.parametrize("case", WAYS)
def test_the_way_survives_pickling_more_than_once(case: str) -> None:
    error = caught(lambda: read(broken(case)))
    once = pickle.loads(pickle.dumps(error))
    twice = pickle.loads(pickle.dumps(once))
    assert clause_path(once) == clause_path(twice) == WAYS[case][1]
    assert str(twice) == str(error)
    assert clause_path(unpacked(packed(error))) == WAYS[case][1]


def test_the_way_from_a_worker_goes_on_in_the_parent() -> None:
    @clause("3.2")
    def in_parent(case: str) -> None:
        with ProcessPool(None, workers=1) as pool:
            list(pool.map(read_in_worker, [case]))

    for case in ("bad_element_out_of_range", "bad_codestream_cut"):
        error = caught(lambda case=case: in_parent(case))  # type: ignore[misc]
        assert isinstance(error, WAYS[case][0])
        assert clause_path(error) == ("3.2", *WAYS[case][1])


def test_a_batch_reports_the_way() -> None:
    order = JobOrder(0, Job(Path(__file__)))
    outcome = attempt(lambda job: read(broken("bad_element_out_of_range")), order)
    way = WAYS["bad_element_out_of_range"][1]
    assert outcome.through == way
    assert outcome.as_line()["through"] == list(way)
    assert "through" not in attempt(lambda job: None, order).as_line()


def test_every_broken_stream_of_the_suite_has_a_way() -> None:
    known = {mark.clause for mark in registry()}
    suite = open_suite(None)
    ways = []
    for name in suite.select(("bad_*",)):
        try:
            read(suite.stream(suite.case(name)))
        except RefdecError as error:
            way = clause_path(error)
            ways.append(way)
            assert way[-1] == error.clause
            assert set(way[:-1]) <= known
            assert all(first != second for first, second in pairwise(way))
    assert len(ways) > 30
    assert min(map(len, ways)) > 1


# -- what the walk follows and what it does not


class Broken(RefdecError):
    code, clause = "RD0999", "1.2"


@clause("5.1")
@clause("5.2")
def two_marks(work: Callable[[], NoReturn]) -> None:
    work()


@clause("5.3")
def anew(work: Callable[[], None]) -> None:
    try:
        work()
    except RefdecError:
        raise_anew()


@clause("5.4")
def raise_anew() -> NoReturn:
    raise Broken from None


@clause("5.5")
def while_handling() -> None:
    try:
        two_marks(fail)
    except RefdecError:
        fail()


@cache
@clause("5.6")
def cached() -> None:
    fail()


@clause("5.7")
@dataclass(frozen=True)
class Marked:
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            fail()

    @clause("5.8")
    def own_mark(self) -> None:
        fail()

    @property
    def value(self) -> int:
        fail()

    @staticmethod
    def alone() -> None:
        fail()


@dataclass(frozen=True)
class Unmarked:
    """Its generated code equals that of Marked; it is not the same."""

    number: int

    def __post_init__(self) -> None:
        fail()


def fail() -> NoReturn:
    raise Broken


def noted() -> None:
    try:
        fail()
    except Broken as problem:
        note_clause(problem, "5.9")
        raise


@pytest.mark.parametrize(
    ("work", "way"),
    [
        (fail, ("1.2",)),
        (lambda: two_marks(fail), ("5.1 + 5.2", "1.2")),
        (cached, ("5.6", "1.2")),
        (lambda: Marked(-1), ("5.7", "1.2")),
        (lambda: Marked(1).own_mark(), ("5.8", "1.2")),
        (lambda: Marked(1).value, ("5.7", "1.2")),
        (Marked.alone, ("5.7", "1.2")),
        (lambda: Unmarked(1), ("1.2",)),
        (noted, ("5.9", "1.2")),
        (lambda: two_marks(noted), ("5.1 + 5.2", "5.9", "1.2")),  # type: ignore[arg-type]
    ],
)
def test_marks_are_found_by_code(work: Callable[[], object], way: tuple[str, ...]) -> None:
    assert clause_path(caught(work)) == way


def test_an_error_raised_anew_goes_on_with_the_way_of_the_first() -> None:
    """The frame that caught the first, what it had called, then what it called to raise the second."""
    error = caught(lambda: anew(lambda: two_marks(fail)))
    assert clause_path(error) == ("5.3", "5.1 + 5.2", "5.4", "1.2")
    assert clause_path(pickle.loads(pickle.dumps(error))) == ("5.3", "5.1 + 5.2", "5.4", "1.2")


def test_an_error_that_was_merely_being_handled_is_no_part_of_the_way() -> None:
    assert clause_path(caught(while_handling)) == ("5.5", "1.2")


def test_errors_in_a_circle_have_a_way() -> None:
    first, second = caught(fail), caught(lambda: two_marks(fail))
    first.__cause__, second.__cause__ = second, first
    assert clause_path(first) == ("5.1 + 5.2", "1.2")


def test_an_error_that_was_never_raised_names_its_own_clause() -> None:
    assert clause_path(Broken()) == ("1.2",)
    assert clause_path(ValueError()) == ()
    assert way_in_words(("1.2",)) == way_in_words(()) == ""


def test_an_origin_that_is_brought_along_is_not_told_twice() -> None:
    """Pickling support that clusters install carries an error's cause, too, which refdec's own way already holds."""
    error = pickle.loads(pickle.dumps(caught(lambda: anew(lambda: two_marks(fail)))))
    error.__cause__ = pickle.loads(pickle.dumps(caught(lambda: two_marks(fail))))
    assert clause_path(error) == ("5.3", "5.1 + 5.2", "5.4", "1.2")
