"""Which syntax elements a suite takes to the ends of their ranges (1.5).

In: streams.  Out: for each element of the syntax table, whether its lowest and its highest legal value occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from refdec.bitstream import syntax
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import environment, field_list_name, read_headers
from refdec.bitstream.markers import Marker
from refdec.tables import syntax as syntax_table

__all__ = ["NEVER", "NOT_IN_SMALL", "ExtremeRow", "element_names", "extreme_rows", "seen_values"]

BIT_CODED = (Marker.PIH, Marker.TON, Marker.RDI, Marker.UDI)
LARGE = "needs a picture of many megapixels or rows: suites of size full"
NOT_IN_SMALL = {
    ("img_width_minus64", "high"): LARGE,
    ("img_height_minus64", "high"): LARGE,
    ("num_ver_splits_minus1", "high"): LARGE,
    ("num_hor_splits_minus1", "high"): LARGE,
    ("synthesis_tile_overlap", "high"): LARGE,
    ("icci_tile_size", "high"): LARGE,
    ("icci_tile_overlap", "high"): LARGE,
    ("numTiles", "high"): LARGE,
    ("len_mask_y", "high"): LARGE,
    ("len_mask_x", "high"): LARGE,
}
"""Ends of ranges that only suites of size full reach, with the reason."""

NEVER = {
    ("stream_profile_idc", "high"): "1 to 15 are reserved (1.7.1): a case that must be refused",
    ("colour_transform_idx", "high"): "2 has no definition that two decoders share (5.10); a case that may be refused",
    ("colour_transform_matrix", "low"): "only with colour_transform_idx 2",
    ("colour_transform_matrix", "high"): "only with colour_transform_idx 2",
    ("colour_transform_offset", "low"): "only with colour_transform_idx 2",
    ("colour_transform_offset", "high"): "only with colour_transform_idx 2",
    ("icci_tile_size", "low"): "tiles must advance by 176 samples (5.7.4), so 11 is the least",
    ("icci_tile_overlap", "low"): "overlap 0 crashes the reference software (1.10 note 9)",
}
"""Ends of ranges that no suite reaches, with the reason."""

Range = tuple[int, int]
Seen = Mapping[str, frozenset[tuple[int, Range]]]
"""By name without indices: the (value, range at that place) pairs that occur."""


@dataclass(frozen=True, slots=True)
class ExtremeRow:
    """One element: its list, its name without indices, and which ends of its range occur."""

    header: str
    name: str
    low_seen: bool
    high_seen: bool


def _leaves(nodes: Iterable[Mapping[str, Any]], structures: Mapping[str, Any]) -> Iterator[str]:
    for node in nodes:
        if "field" in node:
            yield node["field"].partition("[")[0]
        if "call" in node:
            yield from _leaves(structures[node["call"]], structures)
        for branch in ("then", "else", "body"):
            yield from _leaves(node.get(branch, ()), structures)


def element_names() -> tuple[tuple[str, str], ...]:
    """Return (header, element) for every coded element of the table, without indices, each once."""
    table = syntax_table()
    found = [
        (marker.name, name)
        for marker in BIT_CODED
        for name in _leaves(table["substreams"][marker.name], table["structures"])
    ]
    return tuple(dict.fromkeys(found))


def seen_values(streams: Iterable[bytes]) -> Seen:
    """Return the values of all elements in legal streams."""
    seen: dict[str, set[tuple[int, Range]]] = {}
    for data in streams:
        codestream = read_codestream(data)
        headers = read_headers(codestream)
        for marker in BIT_CODED:
            part = codestream.only(marker)
            if part is None:
                continue
            known = environment(marker.name, headers.picture, part.payload)
            for record in syntax.annotate(field_list_name(marker, headers.edition), part.payload, known):
                name = record.name.partition("[")[0]
                seen.setdefault(name, set()).add((record.value, record.range))
    return {name: frozenset(values) for name, values in seen.items()}


def extreme_rows(seen: Seen) -> tuple[ExtremeRow, ...]:
    """Return one row for each element of the table; an end counts where a value equals the range at its place."""
    rows = []
    for header, name in element_names():
        values = seen.get(name, frozenset())
        low = any(value == span[0] for value, span in values)
        high = any(value == span[1] for value, span in values)
        rows.append(ExtremeRow(header, name, low, high))
    return tuple(rows)
