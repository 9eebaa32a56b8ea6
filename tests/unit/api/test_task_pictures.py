"""Pictures of what tasks say: what lies below one is decoded only where it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from refdec.api import decode
from refdec.api.task import TaskOrder, run_on_file
from refdec.api.task_pictures import write_result_picture
from tests.encodable import GOLDEN

DATA = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()


@pytest.mark.parametrize(("task", "shows"), [("statistics", True), ("thumbnail", False)])
def test_what_lies_below_is_decoded_only_where_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, shows: bool
) -> None:
    order, original, decoded = TaskOrder(task, over=True), decode.decode, list[bytes]()

    def counted(source: bytes, **named: Any) -> Any:
        decoded.append(source)
        return original(source, **named)

    monkeypatch.setattr(decode, "decode", counted)
    written = write_result_picture(run_on_file(DATA, order), tmp_path / "a.png", DATA, order)
    assert decoded == ([DATA] if shows else []) and written.path.stat().st_size
    assert bool(written.remarks) is not shows
