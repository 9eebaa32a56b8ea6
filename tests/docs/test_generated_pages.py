"""Pages made from the code are current."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = generator()


@pytest.mark.parametrize("name", GENERATE.PAGES)
def test_page_is_current(name: str) -> None:
    made = GENERATE.PAGES[name]()
    assert (DOCS / name).read_text(encoding="utf-8") == made, f"docs/{name} is out of date: make docs"


def test_no_reason_is_out_of_date() -> None:
    record = json.loads((DOCS / "coverage.json").read_text())
    marks = GENERATE._marks()
    assert not set(GENERATE.UNREACHED) & set(record["builtin"])
    assert set(GENERATE.UNREACHED) <= set(marks)
    assert not set(GENERATE.TEXT_ONLY) & set(marks)
    assert set(GENERATE.TEXT_ONLY) <= {number for number, _ in GENERATE._headings()}
