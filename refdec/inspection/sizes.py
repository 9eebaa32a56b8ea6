"""Sizes of the parts of a file, as bars of a chart.

In: a syntax tree, or that of a HEIF file.  Out: one bar for every part, with its share of the file in hundredths of a
percent.  Parts of a codestream are those below its root; of a file its boxes, its items, and the parts of its picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refdec.inspection.nodes import Node, NodeKind

__all__ = ["Bar", "Chart", "size_chart"]

WIDTH = 1000
MOST_BARS = 24
DATA = "mdat"
"""The box whose items are told apart."""
HEADER = ("size", "type", "largesize")


@dataclass(frozen=True, slots=True)
class Bar:
    """One part: its bytes, and where its piece of the chart lies (units of a WIDTH-wide picture)."""

    name: str
    note: str
    bit: int
    size_bytes: int
    share: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars; `width` is the sum of their widths; `others` counts parts that are joined in the last bar."""

    bars: tuple[Bar, ...]
    width: int
    others: int


def size_chart(root: Node, *, shown: int = 0) -> Chart:
    """Return the bars of the parts of a file; above 24 of them, the rest is one bar.

    `shown`: the bit where the codestream begins whose own parts are told apart.
    """
    parts = list(_parts(root, shown))
    others = max(len(parts) - MOST_BARS, 0)
    total = max(root.n_bits >> 3, 1)
    bars: list[Bar] = []
    x = 0
    for node in parts[: MOST_BARS - 1] if others else parts:
        bars.append(_bar(node.name, node.note, node.at.bits, node.n_bits >> 3, total, x))
        x += bars[-1].width
    if others:
        rest = parts[MOST_BARS - 1 :]
        size = sum(node.n_bits >> 3 for node in rest)
        bars.append(_bar("others", f"{len(rest)} more parts", rest[0].at.bits, size, total, x))
        x += bars[-1].width
    return Chart(tuple(bars), max(x, 1), others)


def _parts(root: Node, shown: int) -> Iterator[Node]:
    """Yield the parts of a tree in file order."""
    for node in root.children:
        if node.kind is NodeKind.BOX and node.name == DATA:
            yield from (part for child in node.children if child.name not in HEADER for part in _item(child, shown))
        elif node.kind is not NodeKind.MARKER:
            yield node


def _item(node: Node, shown: int) -> Iterator[Node]:
    """Yield the parts of the picture's codestream, or the item or frame as a whole."""
    codestream = node.children[0] if node.children else None
    if codestream is None or codestream.at.bits != shown:
        yield node
    else:
        yield from _parts(codestream, shown)


def _bar(name: str, note: str, bit: int, size_bytes: int, total: int, x: int) -> Bar:
    hundredths = (10000 * size_bytes + total // 2) // total
    share = f"{hundredths // 100}.{hundredths % 100:02d} %"
    width = max((WIDTH * size_bytes + total // 2) // total, 3)
    return Bar(name, note, bit, size_bytes, share, x, width)
