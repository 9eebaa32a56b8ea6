"""What every pool promises: order, bounded look-ahead, errors in their turn, one map at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refdec.errors import BitOffset
from refdec.parallel.errors import PoolUnusable, WorkerFailed
from refdec.parallel.ordered import Pool
from refdec.parallel.pool import open_pool
from tests.unit.parallel import work

Opener = Callable[..., Pool[work.State]]


@pytest.fixture(params=["inline", "threads", "fork"])
def opened(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Open pools of one kind, which are closed after the test."""
    pools: list[Pool[work.State]] = []

    def opener(**options: Any) -> Pool[work.State]:
        pools.append(open_pool(work.small_state(), kind=request.param, **{"workers": 2, **options}))
        return pools[-1]

    yield opener
    for pool in pools:
        pool.close()


def test_results_come_in_the_order_of_the_units(opened: Opener) -> None:
    assert list(opened(workers=3).map(work.look_up_after_a_while, range(40))) == [(n, n) for n in range(40)]


def test_no_units_no_results(opened: Opener) -> None:
    assert list(opened().map(work.look_up, [])) == []


def test_one_map_after_another(opened: Opener) -> None:
    pool = opened()
    for count in (1, 5, 2):
        assert list(pool.map(work.look_up, range(count))) == list(range(count))


@pytest.mark.parametrize("look_ahead", [2, 3, 7])
def test_units_are_drawn_within_the_window(opened: Opener, look_ahead: int) -> None:
    pool = opened(look_ahead=look_ahead)
    drawn = 0

    def units() -> Iterator[int]:
        nonlocal drawn
        for unit in range(30):
            drawn += 1
            yield unit

    most = 0
    for consumed, result in enumerate(pool.map(work.look_up, units())):
        assert result == consumed
        most = max(most, drawn - consumed)
    assert most == pool.look_ahead
    assert drawn == 30


def test_window_is_never_smaller_than_the_crew() -> None:
    with open_pool(None, workers=3, look_ahead=1, kind="threads") as pool:
        assert pool.look_ahead == 3
    with open_pool(None, workers=3, kind="threads") as pool:
        assert pool.look_ahead == 6
    with pytest.raises(ValueError, match="0 workers"):
        open_pool(None, workers=0, kind="threads")


def test_errors_keep_their_class_and_come_in_their_turn(opened: Opener) -> None:
    results = []
    with pytest.raises(work.Broken) as caught:
        for result in opened(look_ahead=8).map(work.break_from_three, range(10)):
            results.append(result)
    assert results == [0, 1, 2]
    assert (caught.value.unit, caught.value.at, caught.value.exit_code) == (3, BitOffset(24), 3)
    assert str(caught.value) == "Unit 3 is broken. [RD0999] (clause 1.2, at byte.bit 3.0)"


def test_bugs_look_like_bugs(opened: Opener) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        list(opened().map(work.divide, [1, 0]))
    text = "".join(str(error) for error in (caught.value, caught.value.__cause__))
    assert "division" in text


def test_workers_trace_is_kept() -> None:
    with pytest.raises(ZeroDivisionError) as caught, open_pool(None, workers=1, kind="fork") as pool:
        list(pool.map(work.divide, [0]))
    assert "in divide" in str(caught.value.__cause__)


def test_exception_that_cannot_be_pickled() -> None:
    with pytest.raises(WorkerFailed, match="Untransportable"), open_pool(None, workers=1, kind="fork") as pool:
        list(pool.map(work.fail_without_pickle, [0]))


def test_an_error_closes_the_pool(opened: Opener) -> None:
    pool = opened()
    with pytest.raises(work.Broken):
        list(pool.map(work.break_from_three, [5]))
    with pytest.raises(PoolUnusable, match="it is closed"):
        list(pool.map(work.look_up, [1]))


def test_two_maps_at_a_time_are_refused(opened: Opener) -> None:
    pool = opened()
    first = pool.map(work.look_up, range(9))
    assert next(first) == 0
    with pytest.raises(PoolUnusable, match="another map"):
        next(pool.map(work.look_up, range(9)))
    assert list(first) == list(range(1, 9))


def test_giving_up_a_map_closes_the_pool(opened: Opener) -> None:
    pool = opened()
    results = pool.map(work.look_up, range(9))
    next(results)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(PoolUnusable, match="it is closed"):
        list(pool.map(work.look_up, [1]))


def test_an_error_of_the_units_comes_through(opened: Opener) -> None:
    def units() -> Iterator[int]:
        yield 1
        raise KeyError("no more rectangles")

    with pytest.raises(KeyError, match="no more rectangles"):
        list(opened().map(work.look_up, units()))


def test_closing_twice_is_allowed(opened: Opener) -> None:
    pool = opened()
    pool.close()
    pool.kill()
    pool.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 30), workers=st.integers(1, 4), look_ahead=st.integers(1, 9))
def test_workers_and_window_do_not_change_the_result(count: int, workers: int, look_ahead: int) -> None:
    state = work.small_state()
    for kind in ("threads", "fork"):
        with open_pool(state, workers=workers, look_ahead=look_ahead, kind=kind) as pool:
            assert list(pool.map(work.look_up, range(count))) == list(range(count))
