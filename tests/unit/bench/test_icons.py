"""The measurement of very small pictures: the same icons every time, every way of every size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from refdec.bench.icons import ICON_SIDES, drawn_icons, measure_icons

from .test_codecs import save, scene


def test_the_same_dozen_every_time() -> None:
    first, again = drawn_icons(), drawn_icons()
    assert len(first) == 12 and len({icon.tobytes() for icon in first}) == 12
    assert all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(first, again, strict=True))
    assert ICON_SIDES == (16, 32, 64)


def test_every_way_of_every_size(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{seed}.png", scene(64, 96, seed)) for seed in (1, 4)]
    shares: list[float] = []
    rows = measure_icons(paths, sides=(8, 20), progress=shares.append)
    assert shares == [0.5, 1.0] and {row.side for row in rows} == {8, 20}
    sizes = {(row.side, row.way): row.size_bytes for row in rows}
    for side in (8, 20):
        short, whole = (sizes[side, f"refdec, quality 25{way}"] for way in (", --compact", ""))
        assert 40 < whole - short < 50
        assert sizes[side, "refdec --lossless --compact"] > short and sizes[side, "PNG"] > 60
    exact = {row.way for row in rows if row.decibels is None}
    assert exact == {"PNG", "WebP without loss", "refdec --lossless --compact"}
    assert set(rows[0].as_json()) == {"side", "way", "size_bytes", "decibels"}
