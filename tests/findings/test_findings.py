"""Every file that fuzzing or mutation has found, replayed: `<target>-<what it was>.bin` goes through its target again.

Files that were slow must need few calls: work is counted, not timed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.fuzz.targets import TARGETS

FILES = sorted(Path(__file__).parent.glob("*.bin"))
MOST_CALLS = 1_000_000
"""Python calls that a tiny file may cost without any decoding; what was found cost tens of millions."""


def calls_of(path: Path) -> int:
    """Replay a file and return how many Python functions were called."""
    target, data = TARGETS[path.name.partition("-")[0]], path.read_bytes()
    target(data[:2])
    count = 0

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(watch)
    try:
        target(data)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_found_is_no_finding_any_more(path: Path) -> None:
    assert calls_of(path) < MOST_CALLS


def test_all_names_begin_with_a_target() -> None:
    assert FILES
    assert {path.name.partition("-")[0] for path in FILES} <= set(TARGETS)
