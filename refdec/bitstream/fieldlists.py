"""The field lists of the syntax table (1.5), compiled into nodes that `syntax` walks.

In: the JSON of tables/syntax.json.  Out: a tuple of nodes for each substream.  A loop over one element whose width does
not change becomes a `Run`, which readers and writers handle as one array.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, cast

from refdec import tables
from refdec.bitstream.expressions import Expression, expression, expression_of
from refdec.clauses import clause

__all__ = [
    "Assign",
    "Element",
    "FieldBranch",
    "FieldList",
    "Invoke",
    "Loop",
    "Node",
    "Run",
    "constants",
    "field_list",
    "least_bits",
]


@dataclass(frozen=True, slots=True)
class Element:
    """One syntax element: its name, its indices, its width (or the maximum that gives it) and its legal range."""

    name: str
    indices: tuple[Expression, ...]
    descriptor: str
    width: int | None
    maximum: Expression | None
    low: Expression
    high: Expression

    def label(self, place: tuple[int, ...]) -> str:
        """Return the name with its indices, as messages and the viewer print it."""
        return self.name + "".join(f"[{index}]" for index in place)


@dataclass(frozen=True, slots=True)
class Assign:
    """A derived variable (`element` False) or the value of an absent element (True)."""

    name: str
    indices: tuple[Expression, ...]
    value: Expression
    element: bool


@dataclass(frozen=True, slots=True)
class FieldBranch:
    """One of two lists, by a condition."""

    condition: Expression
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A list repeated with `variable` = 0..count - 1; each turn takes `turn_bits` bits at least."""

    variable: str
    count: Expression
    body: tuple[Node, ...]
    turn_bits: int


@dataclass(frozen=True, slots=True)
class Run:
    """A loop over one element whose last index is the loop variable, plus `start` where that is not None."""

    count: Expression
    element: Element
    start: Expression | None


@dataclass(frozen=True, slots=True)
class Invoke:
    """A named sub-list with arguments."""

    arguments: tuple[tuple[str, Expression], ...]
    body: tuple[Node, ...]


Node: TypeAlias = Element | Assign | FieldBranch | Loop | Run | Invoke


@dataclass(frozen=True, slots=True)
class FieldList:
    """The compiled list of one substream, and the names of its syntax elements."""

    nodes: tuple[Node, ...]
    names: frozenset[str]


def _split(text: str) -> tuple[str, list[ast.expr]]:
    """Return base name and index expressions of "cube_flag[c][8 * g + k]"."""
    node: ast.expr = ast.parse(text, mode="eval").body
    indices: list[ast.expr] = []
    while isinstance(node, ast.Subscript):
        indices.insert(0, node.slice)
        node = node.value
    if not isinstance(node, ast.Name):
        raise tables.TableDamaged("bitstream/syntax.json", f"has a field name that is none: {text}")
    return node.id, indices


def _element(row: dict[str, Any], indices: list[ast.expr], name: str) -> Element:
    descriptor = str(row["descriptor"])
    inner = descriptor.removeprefix("u(").removesuffix(")")
    low, high = (expression(str(bound)) for bound in row["range"])
    return Element(
        name,
        tuple(expression_of(index) for index in indices),
        descriptor,
        None if inner == "v" else int(inner),
        expression(str(row["max"])) if inner == "v" else None,
        low,
        high,
    )


def _run(row: dict[str, Any]) -> Run | None:
    """Return the run that a loop amounts to, or None where its body is more than one element in a line."""
    variable, body = row["for"], row["body"]
    if len(body) != 1 or "field" not in body[0]:
        return None
    name, indices = _split(body[0]["field"])
    match indices[-1] if indices else None:
        case ast.Name(id=last) if last == variable:
            start = None
        case ast.BinOp(op=ast.Add(), left=base, right=ast.Name(id=last)) if last == variable:
            start = expression_of(base)
        case _:
            return None
    element = _element(body[0], indices[:-1], name)
    parts = [*element.indices, element.low, element.high, *(e for e in (element.maximum, start) if e)]
    if any(variable in part.names for part in parts):
        return None
    return Run(expression(str(row["count"])), element, start)


def _node(row: dict[str, Any]) -> Node:
    if "field" in row:
        name, indices = _split(row["field"])
        return _element(row, indices, name)
    if "let" in row or "infer" in row:
        name, indices = _split(row.get("let") or row["infer"])
        return Assign(name, tuple(expression_of(i) for i in indices), expression(row["expr"]), "infer" in row)
    if "if" in row:
        return FieldBranch(expression(row["if"]), _nodes(row["then"]), _nodes(row.get("else", [])))
    if "for" in row:
        body = _nodes(row["body"])
        return _run(row) or Loop(row["for"], expression(str(row["count"])), body, least_bits(body))
    if "call" in row:
        arguments = tuple((name, expression(str(text))) for name, text in row["args"].items())
        return Invoke(arguments, _nodes(tables.syntax()["structures"][row["call"]]))
    raise tables.TableDamaged("bitstream/syntax.json", f"has an entry of an unknown kind: {sorted(row)}")


def _nodes(rows: list[dict[str, Any]]) -> tuple[Node, ...]:
    return tuple(_node(row) for row in rows)


def least_bits(nodes: tuple[Node, ...]) -> int:
    """Return a lower bound of the bits that a list takes, whatever its elements say."""
    total = 0
    for node in nodes:
        match node:
            case Element():
                total += node.width or 0
            case FieldBranch():
                total += min(least_bits(node.then), least_bits(node.otherwise))
            case Loop():
                total += (node.count.constant or 0) * node.turn_bits
            case Run():
                total += (node.count.constant or 0) * (node.element.width or 0)
            case Invoke():
                total += least_bits(node.body)
    return total


def _names(nodes: tuple[Node, ...]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        match node:
            case Element():
                found.add(node.name)
            case Run():
                found.add(node.element.name)
            case Assign(element=True):
                found.add(node.name)
            case FieldBranch():
                found |= _names(node.then) | _names(node.otherwise)
            case Loop() | Invoke():
                found |= _names(node.body)
    return found


@cache
@clause("1.5")
def field_list(name: str) -> FieldList:
    """(1.5) Return the compiled list of "PIH", "PIH_draft", "TON", "RDI" or "UDI"."""
    nodes = _nodes(tables.syntax()["substreams"][name])
    return FieldList(nodes, frozenset(_names(nodes)))


@cache
def constants() -> dict[str, tuple[int, ...]]:
    """Return the constant tables that expressions may index, such as EFE_NUM_SPLIT."""
    return {name: tuple(cast("list[int]", row)) for name, row in tables.syntax()["constants"].items()}
