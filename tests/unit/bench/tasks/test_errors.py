"""What keeps tasks from being measured says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from refdec.bench.tasks.entries import folders_of
from refdec.bench.tasks.errors import DataUnclear, NoData


def test_data_that_is_unclear_is_explained(tmp_path: Path) -> None:
    for text in ("photos", "portraits=photos", "events="):
        with pytest.raises(DataUnclear) as problem:
            folders_of([text])
        assert "thumbnail" in problem.value.explain() and "refdec bench tasks --data" in problem.value.explain()
    with pytest.raises(NoData) as absent:
        folders_of([f"events={tmp_path / 'absent'}"])
    assert "refdec bench tasks --help" in absent.value.explain()
