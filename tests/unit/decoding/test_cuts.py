"""Units of huge pictures are narrower where several workers each hold one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from refdec.bitstream.transforms import Synthesis
from refdec.decoding.cuts import NARROW_COLUMNS, UNIT_COLUMNS, unit_grid


@pytest.mark.parametrize(
    ("width", "workers", "columns"),
    [(768, 1, UNIT_COLUMNS), (7680, 1, UNIT_COLUMNS), (3840, 2, UNIT_COLUMNS), (7680, 2, NARROW_COLUMNS)],
)
def test_units_are_as_wide_as_workers_can_hold(
    width: int, workers: int, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refdec.decoding.cuts.synthesis_tiles", lambda picture, component: [])
    decoder: Any = SimpleNamespace(headers=SimpleNamespace(picture=None), transform=Synthesis.BOP)
    grid = unit_grid(decoder, (width * 9 // 16, width), workers)
    widths = [right - left for left, right in grid.columns]
    assert sum(widths) == width and max(widths) <= columns * 9 // 8 + 16
    assert max(widths) > min(columns * 3 // 4, width - 1)
