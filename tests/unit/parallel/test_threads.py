"""What only threads do; what all pools promise is in test_ordered."""

from __future__ import annotations

import threading

import pytest

from refdec.parallel.errors import UnitTimeout
from refdec.parallel.threads import ThreadPool
from tests.unit.parallel import work


def test_a_late_unit_is_left_behind() -> None:
    release = threading.Event()
    with pytest.raises(UnitTimeout, match="Unit 0"), ThreadPool(release, workers=1, timeout_s=0.05) as pool:
        list(pool.map(work.wait_for, [0]))
    late = [thread for thread in threading.enumerate() if thread.name.startswith("refdec worker")]
    assert len(late) == 1
    release.set()
    late[0].join()


def test_units_within_the_limit_pass() -> None:
    with ThreadPool(None, workers=1, timeout_s=5) as pool:
        assert list(pool.map(work.nap, [0.01, 0.02])) == [0.01, 0.02]


def test_after_an_error_the_threads_are_gone() -> None:
    before = threading.active_count()
    with pytest.raises(work.Broken), ThreadPool(None, workers=2, look_ahead=8) as pool:
        list(pool.map(work.break_from_three, range(3, 9)))
    assert threading.active_count() == before
