"""Choosing parts of a syntax tree: by the name of an element, by a place in the file; runs drawn together.

In: a tree.  Out: the chosen nodes with the nodes above them, or a tree whose long runs are one node each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from refdec.errors import BitOffset
from refdec.inspection.errors import BadOffset, NothingSelected
from refdec.inspection.nodes import Node, NodeKind, parent

__all__ = ["at_offset", "by_name", "compacted", "parse_offset"]

LONGEST_RUN = 8
"""So many elements of one array are shown one by one; more are one line."""

FAMILIES = {
    "cube_flag": "cube_group_flag",
    "icci_use_shortList": "icci_use",
    "icci_model_signalled_idx": "icci_use",
}
"""Arrays whose elements alternate in the syntax count as one run, under the name of the first."""


def parse_offset(text: str) -> BitOffset:
    """Return the place that "29.2", "29" or "0x1d.2" names; raises BadOffset."""
    match = re.fullmatch(r"(0[xX][0-9a-fA-F]+|[0-9]+)(?:\.([0-7]))?", text.strip())
    if match is None:
        raise BadOffset(text)
    return BitOffset(8 * int(match[1], 0) + int(match[2] or 0))


def at_offset(root: Node, place: BitOffset) -> tuple[Node, ...]:
    """Return the nodes from the root to the leaf that holds a place; raises BadOffset behind the end of the file."""
    path = root.path_to(place.bits)
    if not path:
        raise BadOffset(str(place), root.n_bits >> 3)
    return path


def by_name(root: Node, pattern: str) -> list[tuple[Node, ...]]:
    """Return the paths to the nodes that a pattern names: exactly, by wildcards * and ?, else by its beginning.

    Below a node that matches nothing more is looked for.  Raises NothingSelected.
    """
    exact = re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern))
    found = list(_matches((root,), exact))
    if not found:
        found = list(_matches((root,), re.compile(re.escape(pattern) + ".*")))
    if not found:
        raise NothingSelected(pattern)
    return found


def _matches(path: tuple[Node, ...], pattern: re.Pattern[str]) -> Iterator[tuple[Node, ...]]:
    node = path[-1]
    if len(path) > 1 and (pattern.fullmatch(node.name) or pattern.fullmatch(node.base)):
        yield path
        return
    for child in node.children:
        yield from _matches((*path, child), pattern)


def compacted(node: Node) -> Node:
    """Return the tree with every long run of elements of one array under a node of its own."""
    if not node.children:
        return node
    children: list[Node] = []
    run: list[Node] = []
    for child in node.children:
        family = _family(child)
        if run and family != _family(run[0]):
            children += _closed(run)
            run = []
        if family:
            run.append(child)
        else:
            children.append(compacted(child))
    return replace(node, children=(*children, *_closed(run)))


def _family(node: Node) -> str:
    """Return the run that a node can be part of; empty for what is no element of an array."""
    if node.kind is not NodeKind.ELEMENT or "[" not in node.name:
        return ""
    name = FAMILIES.get(node.base, node.base)
    return name if "][" not in node.name else f"{name}[{node.name.split('[')[1]}"


def _closed(run: list[Node]) -> list[Node]:
    """Return a run as one node if it is long, else its elements."""
    if len(run) <= LONGEST_RUN:
        return run
    first, last = run[0], run[-1]
    note = f"{len(run)} elements: {_values(run)}"
    made = parent(NodeKind.RUN, f"{first.name} .. {last.name}", first.at.bits, run, first.clause, note)
    return [replace(made, descriptor=first.descriptor)]


def _values(run: list[Node], most: int = 32) -> str:
    """Return the first values of a run as text, flags without gaps."""
    values = [str(node.value) for node in run[:most]]
    text = ("" if all(node.n_bits == 1 for node in run) else " ").join(values)
    return text + ("..." if len(run) > most else "")
