"""Tables as results: checked, and rendered as text, JSON and picture."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from refdec.plugins.errors import ResultInvalid
from refdec.plugins.table import Table

TABLE = Table(("name", "bits"), (("luma", np.float32(12.5)), ("chroma", 3)), ("", "bit"))  # type: ignore[arg-type]


def test_three_renderings() -> None:
    assert TABLE.text() == "name    bits [bit]\nluma          12.5\nchroma           3"
    values = json.loads(json.dumps(TABLE.json()))
    assert values == {
        "kind": "table",
        "columns": ["name", "bits"],
        "units": ["", "bit"],
        "rows": [["luma", 12.5], ["chroma", 3]],
    }
    assert TABLE.picture().shape[2] == 3


def test_text_may_be_shorter_than_json() -> None:
    table = Table(("n",), tuple((n,) for n in range(5)), text_rows=2)
    assert table.text() == "n\n0\n1\n(3 more)"
    assert len(table.json()["rows"]) == 5


def test_a_table_without_rows_shows_its_columns() -> None:
    assert Table(("a", "b"), ()).text() == "a  b"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (((), ()), "no columns"),
        ((("a", "a"), ()), "one name"),
        ((("a",), (), ("x", "y")), "unit"),
        ((("a",), ((1, 2),)), "entry a column"),
        ((("a",), ((float("nan"),),)), "nan"),
        ((("a",), (([],),)), "list"),
    ],
)
def test_what_is_no_table(arguments: Any, reason: str) -> None:
    with pytest.raises(ResultInvalid, match=reason):
        Table(*arguments)
