"""A table as a task's result: rows of names and numbers under named columns.

In: columns, units and rows.  Out: `Table`, checked when it is made, with its renderings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from refdec.plugins import drawing
from refdec.plugins.drawing import RgbArray
from refdec.plugins.result import Scalar, TaskResult, plain, require, shown

__all__ = ["Table"]


@dataclass(frozen=True, slots=True)
class Table(TaskResult):
    """Rows under named columns; `units` has a text for each column, empty where it has none (or is empty as a whole).

    `text_rows`: how many rows `text` and `picture` show, 0 for all; JSON always has all of them.
    """

    kind: ClassVar[str] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    units: tuple[str, ...] = ()
    text_rows: int = 0

    def __post_init__(self) -> None:
        require(len(self.columns) > 0, self.kind, "it has no columns")
        require(len(set(self.columns)) == len(self.columns), self.kind, "two columns have one name")
        require(len(self.units) in (0, len(self.columns)), self.kind, "there is not one unit for each column")
        require(all(len(row) == len(self.columns) for row in self.rows), self.kind, "a row has not an entry a column")
        rows = tuple(
            tuple(plain(self.kind, name, entry) for name, entry in zip(self.columns, row, strict=True))
            for row in self.rows
        )
        object.__setattr__(self, "rows", rows)

    def _lines(self) -> list[str]:
        count = self.text_rows or len(self.rows)
        units = self.units or ("",) * len(self.columns)
        heads = [f"{name} [{unit}]" if unit else name for name, unit in zip(self.columns, units, strict=True)]
        cells = [[shown(entry) for entry in row] for row in self.rows[:count]]
        lines = _aligned([heads, *cells], [self._is_text(column) for column in range(len(self.columns))])
        left = len(self.rows) - count
        return [*lines, f"({left} more)"] if left > 0 else lines

    def _is_text(self, column: int) -> bool:
        return any(isinstance(row[column], str) for row in self.rows)

    def text(self) -> str:
        """Return a line of names, then a line per row, aligned."""
        return "\n".join(self._lines())

    def json(self) -> dict[str, Any]:
        """Return {"columns", "units", "rows": [[...] ...]}."""
        facts = {"columns": list(self.columns), "units": list(self.units)}
        return {"kind": self.kind, **facts, "rows": [list(row) for row in self.rows]}

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the lines of `text` as a picture."""
        return drawing.text_lines(self._lines())


def _aligned(rows: Sequence[Sequence[str]], left: Sequence[bool]) -> list[str]:
    """Return rows as lines: texts to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(left))]
    return [
        "  ".join(
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, left, strict=True)
        ).rstrip()
        for row in rows
    ]
