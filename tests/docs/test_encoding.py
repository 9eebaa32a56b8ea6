"""docs/encoding.md: its table is that of the bundled weights, its snippet runs (its commands: tests/newcomer)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refdec.api.weights import load_weights
from refdec.plugins.core import Core
from tests.encodable import GOLDEN

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "encoding.md").read_text(encoding="utf-8")
PICTURE = GOLDEN / "kodim15_m1_+0_65x79.source.png"
ROW = re.compile(r"^\| (\d+) \| (\d) \| (-?\d+) \| ([\d.]+) \| [\d.]+ \| [\d.]+ \| ([\d.]+) \|", re.MULTILINE)


def test_the_table_is_that_of_the_bundled_weights() -> None:
    pack = load_weights(None)
    assert f"Weights {pack.fingerprint}." in PAGE, "measure anew, by the command on the page"
    rows = ROW.findall(PAGE)
    assert [int(row[0]) for row in rows] == [1, *range(10, 101, 10)]
    core = Core(pack)
    for quality, model, displacement, _, _ in rows:
        point = core.operating_point(int(quality))
        assert (point.model_id, point.displacement) == (int(model), int(displacement))
    for column in (3, 4):
        values = [float(row[column]) for row in rows]
        assert values == sorted(set(values))


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.png").write_bytes(PICTURE.read_bytes())
    (tmp_path / "photo.jai").write_bytes((GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes())
    first, second = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, object] = {}
    exec(first, found)
    assert isinstance(found["stream"], bytes)
    exec(second, found)
    assert found["same"] == (tmp_path / "photo.jai").read_bytes()
