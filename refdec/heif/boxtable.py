"""The table of boxes, compiled: which fields a box has, in which order, with which widths.

In: `files/boxes.json` of the tables.  Out: `BoxLayout` of a type, which `boxes` walks to read, to write and to list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from refdec import tables
from refdec.bitstream.expressions import Expression, expression

__all__ = [
    "BoxBranch",
    "BoxField",
    "BoxLayout",
    "Inside",
    "Numbers",
    "Records",
    "Row",
    "box_layout",
    "four_cc",
    "known_boxes",
    "named_values",
]


@dataclass(frozen=True, slots=True)
class BoxField:
    """One field: `kind` is "u" (of `width` bits), "4cc", "text" or "rest"; `counts`: the list whose length it is."""

    name: str
    kind: str
    width: Expression | None = None
    optional: bool = False
    counts: str | None = None


@dataclass(frozen=True, slots=True)
class BoxBranch:
    """One of two lists, by a condition."""

    condition: Expression
    then: tuple[Row, ...]
    otherwise: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """A list of records, `count` of them or (None) up to the end of the box."""

    name: str
    count: Expression | None
    body: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """Boxes up to the end of the box: of any type, or (not None) all of one layout."""

    layout: str | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A list of `count` numbers of `width` bits, 32 or 64: tables that may be long are kept as arrays."""

    name: str
    width: int
    count: Expression


Row: TypeAlias = BoxField | BoxBranch | Records | Inside | Numbers


@dataclass(frozen=True, slots=True)
class BoxLayout:
    """The fields of a box; `versions` that are read, None for a box without version and flags."""

    title: str
    versions: tuple[int, ...] | None
    rows: tuple[Row, ...]


def four_cc(text: str) -> int:
    """Return the number that four characters are."""
    return int.from_bytes(text.encode("latin-1"), "big")


@cache
def named_values() -> Mapping[str, int]:
    """Return the constants that the conditions of the table name."""
    return {name: four_cc(text) for name, text in tables.boxes()["constants"].items()}


@cache
def known_boxes() -> frozenset[str]:
    """Return the types of boxes whose fields are known."""
    return frozenset(tables.boxes()["boxes"])


@cache
def box_layout(kind: str, named: str | None = None) -> BoxLayout:
    """Return the layout of a type of box, or a `named` one; what is not known is bytes."""
    boxes = tables.boxes()
    entry = boxes["layouts"][named] if named is not None else boxes["boxes"].get(kind, boxes["layouts"]["unknown"])
    versions = entry.get("versions")
    counted = dict(_counted(entry["fields"]))
    return BoxLayout(entry["title"], None if versions is None else tuple(versions), _rows(entry["fields"], counted))


def _counted(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (field, list) of the fields that count a list; "" is the list of boxes inside."""
    found = []
    for row in rows:
        if "count" in row:
            found.append((row["count"], row.get("for", row.get("numbers", ""))))
        for part in ("body", "then", "else"):
            found += _counted(row.get(part, []))
    return found


def _rows(rows: list[dict[str, Any]], counted: Mapping[str, str]) -> tuple[Row, ...]:
    return tuple(_row(row, counted) for row in rows)


def _row(row: dict[str, Any], counted: Mapping[str, str]) -> Row:
    if "field" in row:
        name, kind = row["field"], row["type"]
        width = expression(kind[2:-1]) if kind.startswith("u(") else None
        return BoxField(name, "u" if width else kind, width, row.get("optional", False), counted.get(name))
    if "if" in row:
        return BoxBranch(expression(row["if"]), _rows(row["then"], counted), _rows(row.get("else", []), counted))
    if "for" in row:
        count = row.get("count")
        return Records(row["for"], None if count is None else expression(count), _rows(row["body"], counted))
    if "numbers" in row:
        bits = expression(row["type"][2:-1]).constant
        assert bits is not None, "numbers of a list have one width"
        return Numbers(row["numbers"], bits, expression(row["count"]))
    if "boxes" in row:
        return Inside(None if row["boxes"] == "any" else row["boxes"])
    raise tables.TableDamaged("files/boxes.json", f"has an entry of an unknown kind: {sorted(row)}")
