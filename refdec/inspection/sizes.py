"""Sizes of the parts of a file, as bars of a chart.

In: a syntax tree.  Out: one bar for every part below the root, with its share of the file in hundredths of a percent.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.inspection.nodes import Node, NodeKind

__all__ = ["Bar", "Chart", "size_chart"]

WIDTH = 1000
MOST_BARS = 24


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


def size_chart(root: Node) -> Chart:
    """Return the bars of the parts of a file; above 24 of them, the rest is one bar."""
    parts = [node for node in root.children if node.kind is not NodeKind.MARKER]
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


def _bar(name: str, note: str, bit: int, size_bytes: int, total: int, x: int) -> Bar:
    hundredths = (10000 * size_bytes + total // 2) // total
    share = f"{hundredths // 100}.{hundredths % 100:02d} %"
    width = max((WIDTH * size_bytes + total // 2) // total, 3)
    return Bar(name, note, bit, size_bytes, share, x, width)
