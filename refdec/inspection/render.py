"""Syntax trees as text and as JSON.

In: a tree, or paths chosen from one.  Out: lines, or plain dictionaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from refdec.clauses import clause_path
from refdec.errors import RefdecError
from refdec.inspection.box_tree import BoxTree
from refdec.inspection.nodes import Node, NodeKind
from refdec.inspection.selection import compacted
from refdec.inspection.tree import SyntaxTree

__all__ = [
    "as_json",
    "box_lines",
    "ending_json",
    "node_json",
    "problem_json",
    "raw_bits",
    "text_lines",
    "text_of_paths",
]

MOST_BITS = 24
MOST_BYTES = 8
BITS_COLUMN = 24
NAME_COLUMN = 58


def raw_bits(data: bytes, node: Node) -> str:
    """Return the bits of a node: binary up to 24 bits, hexadecimal for whole bytes, the first eight of many."""
    start, count = node.at.bits, node.n_bits
    if count == 0:
        return ""
    whole = start % 8 == 0 and count % 8 == 0
    if whole and (
        count > MOST_BITS or node.kind in (NodeKind.MARKER, NodeKind.DATA, NodeKind.TRAILING, NodeKind.UNREAD)
    ):
        taken = data[start >> 3 : (start >> 3) + min(count >> 3, MOST_BYTES)]
        return taken.hex() + ("..." if count > 8 * MOST_BYTES else "")
    shown = min(count, 8 * MOST_BYTES)
    stop = start + shown
    number = int.from_bytes(data[start >> 3 : (stop + 7) >> 3], "big") >> (-stop % 8)
    bits = f"{number & ((1 << shown) - 1):0{shown}b}"
    return bits if count <= MOST_BITS else bits[:MOST_BITS] + "..."


def _value(node: Node) -> str:
    if node.kind is NodeKind.MARKER:
        return f" = {node.value:04x}" if node.value is not None else ""
    if node.kind is NodeKind.DATA or node.value is None:
        return ""
    return f" = {node.value}"


def _line(data: bytes, depth: int, node: Node) -> str:
    """Return the line of a node: place, raw bits, name and value, descriptor, range, clause, note."""
    inner = node.children and node.kind is not NodeKind.RUN
    bits = "" if inner else raw_bits(data, node)
    name = "  " * depth + node.name + _value(node)
    span = f"{node.range[0]}..{node.range[1]}" if node.range else ""
    facts = "  ".join(part for part in (f"{node.descriptor:<7}", f"{span:<9}", f"{node.clause:<6}", node.note))
    return f"{node.at!s:>9}  {bits:<{BITS_COLUMN + 3}}  {name:<{NAME_COLUMN}}  {facts}".rstrip()


def _problem_lines(node: Node, depth: int) -> Iterator[str]:
    for problem in node.problems:
        yield " " * (11 + BITS_COLUMN + 5) + "  " * depth + f"!! {problem.headline()}"
    if node.range is not None and not node.problems and not node.legal:
        yield " " * (11 + BITS_COLUMN + 5) + "  " * depth + "!! outside its range"


def _tree_lines(data: bytes, node: Node, depth: int) -> Iterator[str]:
    yield _line(data, depth, node)
    yield from _problem_lines(node, depth)
    hidden = node.kind is NodeKind.RUN
    for child in node.children:
        if not hidden:
            yield from _tree_lines(data, child, depth + 1)
        elif not child.legal:
            yield _line(data, depth + 1, child)
            yield from _problem_lines(child, depth + 1)


HEADING = (
    f"{'byte.bit':>9}  {'bits':<{BITS_COLUMN + 3}}  {'element':<{NAME_COLUMN}}  "
    f"{'coding':<7}  {'range':<9}  {'clause':<6}"
).rstrip()


def box_lines(boxes: BoxTree) -> Iterator[str]:
    """Yield the lines of the boxes of a HEIF file, and where its codestream begins, whose own lines come next."""
    yield HEADING
    yield from _tree_lines(boxes.data, boxes.root, 0)
    which = "The codestream of the first tile" if boxes.of_tiles else "The codestream"
    yield f"{which} begins at byte {boxes.codestream_at} of the file; places below count from its first byte."


def text_lines(tree: SyntaxTree, *, everything: bool = False) -> Iterator[str]:
    """Yield the lines of a tree; arrays of more than eight elements are one line each unless `everything` is wanted."""
    root = tree.root if everything else compacted(tree.root)
    yield HEADING
    yield from _tree_lines(tree.data, root, 0)


def text_of_paths(
    tree: SyntaxTree, paths: Iterable[tuple[Node, ...]], *, everything: bool = False, whole: bool = True
) -> Iterator[str]:
    """Yield the lines of chosen nodes: the way to each, and (`whole`) everything below it."""
    yield HEADING
    shown: tuple[Node, ...] = ()
    for path in paths:
        for depth, node in enumerate(path[:-1]):
            if depth >= len(shown) or shown[depth] is not node:
                yield _line(tree.data, depth, node)
                yield from _problem_lines(node, depth)
        last = path[-1]
        depth = len(path) - 1
        if whole:
            yield from _tree_lines(tree.data, last if everything else compacted(last), depth)
        else:
            yield _line(tree.data, depth, last)
            yield from _problem_lines(last, depth)
        shown = path


def problem_json(problem: RefdecError) -> dict[str, Any]:
    """Return a problem as plain values: code, clause, place, message, and what helps."""
    return {
        "code": problem.code,
        "clause": problem.clause,
        "at": None if problem.at is None else str(problem.at),
        "message": problem.explain().splitlines()[0],
        "hints": list(problem.hints()),
    }


def ending_json(problem: RefdecError) -> dict[str, Any]:
    """Return the problem that ended the work as plain values: `through` holds the clauses on the way to it."""
    return problem_json(problem) | {"through": list(clause_path(problem))}


def node_json(data: bytes, node: Node) -> dict[str, Any]:
    """Return a node and all below it as plain values; what it does not have is left out."""
    made: dict[str, Any] = {"name": node.name, "kind": str(node.kind), "at": str(node.at), "n_bits": node.n_bits}
    if not node.children and node.n_bits:
        made["bits"] = raw_bits(data, node)
    optional: dict[str, Any] = {
        "value": node.value,
        "descriptor": node.descriptor or None,
        "range": None if node.range is None else list(node.range),
        "legal": None if node.range is None else node.legal,
        "clause": node.clause or None,
        "note": node.note or None,
        "problems": [problem_json(problem) for problem in node.problems] or None,
        "children": [node_json(data, child) for child in node.children] or None,
    }
    return made | {name: value for name, value in optional.items() if value is not None}


def as_json(
    tree: SyntaxTree, paths: Iterable[tuple[Node, ...]] | None = None, *, boxes: BoxTree | None = None
) -> dict[str, Any]:
    """Return a tree as plain values; with `paths`, only the chosen nodes, each with the names above it.

    `boxes` of the file around the codestream, whose places count from the first byte of the file, stand beside it.
    """
    head: dict[str, Any] = {
        "bytes": len(tree.data),
        "legal": not tree.problems,
        "problems": [problem_json(problem) for problem in tree.problems],
    }
    if boxes is not None:
        head["file"] = {"codestream_at": boxes.codestream_at, "boxes": node_json(boxes.data, boxes.root)}
    if paths is None:
        return head | {"tree": node_json(tree.data, tree.root)}
    chosen = [{"path": [node.name for node in path[:-1]], **node_json(tree.data, path[-1])} for path in paths]
    return head | {"selected": chosen}
