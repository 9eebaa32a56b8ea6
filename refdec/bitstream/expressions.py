"""Expressions of the syntax table: text to function, by a list of allowed operations (1.1).

In: the text of an expression.  Out: a function from the variables known so far to an integer.  Nothing is handed to
Python's own evaluation: the text is parsed, every node must be one of the operations that the table's own description
lists.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from numbers import Integral
from typing import Any, TypeAlias

from refdec.clauses import clause
from refdec.tables import TableDamaged
from refdec.tiling.geometry import ceil_div

__all__ = ["Evaluate", "Expression", "Undefined", "Variables", "expression", "expression_of"]

Variables: TypeAlias = Mapping[str, Any]
Evaluate: TypeAlias = Callable[[Variables], int]


class Undefined(ArithmeticError):
    """An expression has no value: a division by zero or less, or an index outside a constant table."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: `value(variables)`, the names that it reads, and its value where it is constant."""

    value: Evaluate
    names: frozenset[str]
    constant: int | None


def _rounded_up(a: int, b: int) -> int:
    """Return a divided by b, rounded up, b > 0.  Raises Undefined for another b."""
    if b <= 0:
        raise Undefined
    return ceil_div(a, b)


BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
COMPARE: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
CALLS: dict[str, Callable[[int, int], int]] = {"min": min, "ceil_div": _rounded_up}


def _subscript(node: ast.Subscript) -> Evaluate:
    target, index = _compile(node.value), _compile(node.slice)

    def at(variables: Variables) -> Any:
        row: Any = target(variables)
        try:
            found = row[index(variables)]
        except IndexError:
            raise Undefined from None
        return int(found) if isinstance(found, Integral) else found

    return at


def _boolean(node: ast.BoolOp) -> Evaluate:
    parts = [_compile(part) for part in node.values]
    if isinstance(node.op, ast.And):
        return lambda variables: int(all(part(variables) for part in parts))
    return lambda variables: int(any(part(variables) for part in parts))


def _compile(node: ast.expr) -> Evaluate:
    """Return the function of one node.  Raises TableDamaged for anything that is not on the list."""
    match node:
        case ast.Constant(value=int(number)):
            return lambda _: number
        case ast.Name(id=name):
            return lambda variables: variables[name]
        case ast.Subscript():
            return _subscript(node)
        case ast.BoolOp():
            return _boolean(node)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _compile(operand)
            return lambda variables: int(not inner(variables))
        case ast.BinOp(op=kind) if type(kind) in BINARY:
            apply, left, right = BINARY[type(kind)], _compile(node.left), _compile(node.right)
            return lambda variables: apply(left(variables), right(variables))
        case ast.Compare(ops=[relation], comparators=[other]) if type(relation) in COMPARE:
            holds, first, second = COMPARE[type(relation)], _compile(node.left), _compile(other)
            return lambda variables: int(holds(first(variables), second(variables)))
        case ast.IfExp():
            test, yes, no = _compile(node.test), _compile(node.body), _compile(node.orelse)
            return lambda variables: yes(variables) if test(variables) else no(variables)
        case ast.Call(func=ast.Name(id=called), args=[one, two], keywords=[]) if called in CALLS:
            call, a, b = CALLS[called], _compile(one), _compile(two)
            return lambda variables: call(a(variables), b(variables))
    raise TableDamaged("bitstream/syntax.json", f"has an expression that is not allowed: {ast.unparse(node)}")


def expression_of(node: ast.expr) -> Expression:
    """Return the compiled form of a parsed expression.  Raises TableDamaged."""
    evaluate = _compile(node)
    calls = {call.func.id for call in ast.walk(node) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}
    names = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name)) - calls
    return Expression(evaluate, names, None if names else evaluate({}))


@cache
@clause("1.1", kind="added", reason="expressions of tables/syntax.json are executed, not retyped")
def expression(text: str) -> Expression:
    """(1.1) Return the compiled form of an expression of the syntax table.  Raises TableDamaged."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        raise TableDamaged("bitstream/syntax.json", f"has an expression that is not Python: {text}") from None
    return expression_of(tree.body)
