"""Scores: files are read strictly, means are over viewers, intervals are those of Student's t."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from refdec.bench.errors import SessionInvalid, SessionsApart
from refdec.bench.look_scores import Score, Session, merged_scores, read_session, same_page, t_quantile, viewers_of

GOOD: dict[str, Any] = {
    "format": "refdec look session",
    "schema": 1,
    "page": "p",
    "viewer": "Anna",
    "trials": [{"picture": "one", "codec": "jpeg", "bpp": 0.5, "reference": 90, "test": 70}],
}


@pytest.mark.parametrize(
    ("freedom", "printed"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (29, 2.045), (30, 2.042), (120, 1.980)],
)
def test_quantiles_are_those_of_the_printed_tables(freedom: int, printed: float) -> None:
    assert t_quantile(freedom) == pytest.approx(printed, abs=0.0005)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps(GOOD))
    assert read_session(path) == Session("p", "Anna", (Score("one", "jpeg", 0.5, 90, 70),))


@pytest.mark.parametrize(
    "change",
    [
        {"format": "else"},
        {"schema": 2},
        {"page": None, "trials": 5},
        {"trials": [{"picture": "one"}]},
        {"trials": [GOOD["trials"][0] | {"test": 101}]},
        {"trials": [GOOD["trials"][0] | {"bpp": float("nan")}]},
        {"trials": [7]},
        {"trials": {"a": 1}},
        {"trials": [GOOD["trials"][0] | {"test": 10**400}]},
    ],
)
def test_other_files_are_refused(change: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(SessionInvalid, match=r"s\.json"):
        read_session(path)
    path.write_bytes(b"\x00[")
    with pytest.raises(SessionInvalid):
        read_session(path)


def test_one_viewer_over_pictures_and_several_over_viewers() -> None:
    anna = Session("p", "Anna", (Score("one", "jpeg", 2, 90, 70), Score("two", "jpeg", 2, 80, 50)))
    ben = Session("p", "Ben", (Score("one", "jpeg", 2, 60, 60), Score("two", "jpeg", 2, 70, 64)))
    (alone,), (both,) = merged_scores([anna]), merged_scores([anna, ben])
    assert (alone.mean, alone.observations, alone.trials) == (25, 2, 2)
    assert (both.mean, both.observations, both.trials) == (14, 2, 4)
    assert both.half_width == pytest.approx(12.7062 * 11.0)
    (single,) = merged_scores([Session("p", "", anna.scores[:1])])
    assert single.half_width is None


def test_a_viewer_is_one_observation_however_many_files_there_are() -> None:
    anna = Session("p", "Anna", (Score("one", "jpeg", 2, 90, 70),), "on Monday")
    later = Session("p", "Anna", (Score("one", "jpeg", 2, 80, 50),), "on Friday")
    ben = Session("p", "Ben", (Score("one", "jpeg", 2, 60, 55),), "on Friday")
    (twice,) = merged_scores([anna, anna, ben])
    assert (twice.mean, twice.observations, twice.trials) == (12.5, 2, 2)
    (again,) = merged_scores([anna, later, ben])
    assert (again.mean, again.observations, again.trials) == (15, 2, 3)
    (alone,) = merged_scores([anna, later])
    assert (alone.mean, alone.observations) == (25, 2)
    nobody = [Session("p", "", anna.scores, day) for day in ("on Monday", "on Friday")]
    assert len(viewers_of(nobody)) == 2


def test_rows_are_in_the_order_of_rates_and_means() -> None:
    scores = [
        Score("one", codec, bpp, 50, 50 - worse) for codec, bpp, worse in [("a", 1, 9), ("b", 1, 3), ("c", 0.5, 9)]
    ]
    assert [row.codec for row in merged_scores([Session("p", "", tuple(scores))])] == ["c", "b", "a"]


def test_sessions_on_other_pages_are_not_mixed() -> None:
    sessions = {name: Session(page, "", ()) for name, page in (("a", "p"), ("b", "p"), ("c", "q"))}
    with pytest.raises(SessionsApart, match="a and c"):
        same_page(sessions)
    assert same_page({"a": sessions["a"], "b": sessions["b"]}) == "p"
