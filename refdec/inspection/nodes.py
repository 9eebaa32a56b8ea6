"""What a syntax tree is made of: nodes that cover bits of a file.

Leaves with bits lie in file order and cover every bit of the file exactly once; an inner node covers what its
children do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from refdec.errors import BitOffset, RefdecError

__all__ = ["Node", "NodeKind", "leaf", "parent"]


class NodeKind(StrEnum):
    """What a node stands for."""

    CODESTREAM = "codestream"
    SUBSTREAM = "substream"
    PAYLOAD = "payload"
    UNIT = "unit"
    RUN = "run"
    MARKER = "marker"
    ELEMENT = "element"
    PADDING = "padding"
    DATA = "data"
    SYMBOLS = "symbols"
    TRAILING = "trailing"
    UNREAD = "unread"
    BOX = "box"


@dataclass(frozen=True, slots=True)
class Node:
    """A span of bits: `at`, `n_bits`; a value and its legal `range` (inclusive) where it is a number.

    `note` says in words what the value means; `problems` are the rules that are broken at this place.
    """

    kind: NodeKind
    name: str
    at: BitOffset
    n_bits: int
    clause: str = ""
    value: int | None = None
    descriptor: str = ""
    range: tuple[int, int] | None = None
    note: str = ""
    problems: tuple[RefdecError, ...] = ()
    children: tuple[Node, ...] = ()

    @property
    def end(self) -> BitOffset:
        """The place after the node's last bit."""
        return self.at + self.n_bits

    @property
    def legal(self) -> bool:
        """Whether nothing is wrong at this very place (children may be wrong all the same)."""
        inside = self.range is None or self.value is None or self.range[0] <= self.value <= self.range[1]
        return inside and not self.problems

    @property
    def base(self) -> str:
        """The name without indices."""
        return self.name.partition("[")[0]

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """Yield (depth, node) of this node and all below it, parents first."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    def leaves(self) -> Iterator[Node]:
        """Yield the nodes without children, in file order."""
        return (node for _, node in self.walk() if not node.children)

    def path_to(self, bit: int) -> tuple[Node, ...]:
        """Return the nodes from this one down to the leaf that holds a bit of the file; empty if none does."""
        if not self.at.bits <= bit < self.end.bits:
            return ()
        index = bisect_right(self.children, bit, key=lambda child: child.at.bits)
        while index > 0:
            index -= 1
            child = self.children[index]
            if path := child.path_to(bit):
                return (self, *path)
            if child.n_bits:
                break  # children lie in file order; only empty ones share their start with another
        return (self,)


def leaf(kind: NodeKind, name: str, start: int, n_bits: int, clause: str = "", **more: object) -> Node:
    """Return a node without children that begins at bit `start` of the file."""
    return Node(kind, name, BitOffset(start), n_bits, clause, **more)  # type: ignore[arg-type]


def parent(kind: NodeKind, name: str, start: int, children: list[Node], clause: str = "", note: str = "") -> Node:
    """Return a node that covers its children, which begin at bit `start`."""
    end = children[-1].end.bits if children else start
    return Node(kind, name, BitOffset(start), end - start, clause, note=note, children=tuple(children))
