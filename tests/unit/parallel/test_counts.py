"""How many workers are started, and what is said where they are fewer than was asked for."""

from __future__ import annotations

import warnings

import pytest

from refdec.parallel import counts
from refdec.parallel.counts import FewerWorkersWarning, most_workers, tell_fewer, workers_for


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_told", set())


@pytest.mark.parametrize(("cores", "most"), [(1, 16), (2, 16), (4, 16), (5, 20), (64, 256)])
def test_more_than_are_of_use_are_not_started(cores: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found: as many processes were started as a user asked for, 100000 too."""
    monkeypatch.setattr(counts, "available_cores", lambda: cores)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (workers_for(None), workers_for(1), workers_for(most)) == (cores, 1, most)
    with pytest.warns(FewerWorkersWarning, match=f"100000 workers .*; {most} are started") as said:
        assert workers_for(100_000) == workers_for(most + 1) == most_workers() == most
    assert len(said) == 1, "it is told once"


def test_what_the_system_gives_is_told_once_with_the_reason() -> None:
    reason = BlockingIOError(11, "Resource temporarily unavailable")
    with pytest.warns(FewerWorkersWarning) as said:
        tell_fewer(3, 3, reason)
        tell_fewer(3, 2, reason)
        tell_fewer(3, 1, reason)
    (warning,) = said
    assert str(warning.message).startswith("the system starts 2 of 3 workers (Resource temporarily unavailable); ")


def test_none_at_all() -> None:
    with pytest.warns(
        FewerWorkersWarning, match=r"starts no worker \(can't start new thread\); what is made is the same"
    ):
        tell_fewer(2, 0, RuntimeError("can't start new thread"))


def test_warnings_that_are_errors_stop_nothing() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("error")
        tell_fewer(2, 1, OSError(11, "Resource temporarily unavailable"))
    assert "1 of 2 workers" in str(said[0].message)
