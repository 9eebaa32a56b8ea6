"""The example of `docs/writing.md` runs, and its table names what is written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.formats.files import WRITERS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "writing.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    shutil.copy(Path(refdec.__file__).parent / "data" / "demo.jai", tmp_path / "photo.jai")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(example, "docs/writing.md", "exec"), names)
    assert (tmp_path / "photo.webp").read_bytes().startswith(b"RIFF")
    assert np.asarray(names["rows"]).shape[0] == 100


def test_every_format_is_in_the_table() -> None:
    table = " ".join(line for line in PAGE.splitlines() if line.startswith("|"))
    assert [suffix for suffix in WRITERS if f"`{suffix}`" not in table] == []
