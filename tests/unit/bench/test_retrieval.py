"""The measurement of recall: variants, distractors and what is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from refdec.bench import retrieval
from refdec.bench.retrieval import VARIANTS, Variant, measure_recall, quarters
from refdec.plugins.manager import load_plugins

from .test_codecs import save, scene


def test_variants_do_what_their_names_say() -> None:
    rgb = scene(100, 80)
    assert np.array_equal(Variant("mirrored", mirrored=True).of(rgb), rgb[:, ::-1])
    assert np.array_equal(Variant("corner", place=(1.0, 1.0)).of(rgb), rgb[10:, 8:])
    assert np.array_equal(Variant("both", place=(0.0, 0.5), mirrored=True).of(rgb), rgb[:90, 4:76][:, ::-1])
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)
    assert [part.shape for part in quarters(rgb)] == [(50, 40, 3)] * 4


def test_recall_of_two_pictures(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(retrieval, "VARIANTS", (Variant("lower rate", -300), Variant("mirrored", mirrored=True)))
    paths = [save(tmp_path / f"{seed}.png", scene(128, 160, seed)) for seed in (1, 4)]
    shares: list[float] = []
    rows, size = measure_recall(paths, load_plugins(), progress=shares.append)
    assert size == 10
    assert [(row.variant, row.queries) for row in rows] == [("lower rate", 2), ("mirrored", 2)]
    assert all(row.recall_at_1 <= row.recall_at_5 <= 1 for row in rows)
    assert rows[1].right_score > 0.5
    assert shares == sorted(shares) and shares[-1] == 1
    assert set(rows[0].as_json()) >= {"recall_at_1", "right_score"}
