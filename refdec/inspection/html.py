"""One self-contained page about a codestream: tree beside hex dump, sizes, picture, maps, fingerprints.

In: a syntax tree, a summary, what a decoder found where one ran, and the HEIF file around the codestream where there is
one.  Out: the text of an HTML file that needs no network: style and script are inside, pictures are data URLs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from refdec.errors import BitOffset
from refdec.inspection.file_view import MOST_NODES, FileView
from refdec.inspection.maps import ChannelMaps, Preview
from refdec.inspection.nodes import Node, NodeKind
from refdec.inspection.render import problem_json, raw_bits
from refdec.inspection.selection import compacted
from refdec.inspection.sizes import size_chart
from refdec.inspection.summary import Info
from refdec.inspection.tile_facts import TileFacts
from refdec.inspection.tree import SyntaxTree

__all__ = ["Decoding", "render_page"]

MOST_BYTES = 1 << 20
MOST_EXACT = 1 << 53
"""Numbers that a script holds exactly are below."""
HEAD_BYTES = 2048
TAIL_BYTES = 64


@dataclass(frozen=True, slots=True)
class Decoding:
    """What a decoder adds to the page; `failure` says why it could not."""

    preview: Preview | None = None
    maps: Sequence[ChannelMaps] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    failure: str = ""


def render_page(
    tree: SyntaxTree,
    *,
    name: str,
    version: str,
    info: Info | None = None,
    tiles: TileFacts | None = None,
    decoding: Decoding | None = None,
    file: FileView | None = None,
) -> str:
    """Return the page; `info` is None where the headers are not legal, `decoding` None where nothing was decoded.
    `tiles`: what is known of those that the picture is made of, of whose first one the page shows most.

    `file`: the HEIF file whose picture the codestream is; its tree then holds that of the codestream.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("refdec", "inspection/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    root, data = (tree.root, tree.data) if file is None else (file.root, file.data)
    nodes, shortened = _rows(root, data)
    windows, complete = _windows(root, data)
    shown = 0 if file is None else 8 * (file.shown_at or 0)
    material = {
        "nodes": nodes,
        "length": len(data),
        "shown": shown,
        "windows": windows,
        "maps": [_maps_json(maps) for maps in decoding.maps] if decoding else [],
        "semantics": _semantics(root),
    }
    page: str = environment.get_template("view.html").render(
        name=name,
        version=version,
        length=len(data),
        facts=_facts(info, tiles),
        problems=_problems(tree, file),
        chart=size_chart(root, shown=shown),
        decoding=decoding,
        preview=_data_url(decoding.preview.image) if decoding and decoding.preview else "",
        complete=complete,
        shortened=shortened,
        file=file,
        material=json.dumps(material, separators=(",", ":")).replace("<", "\\u003c"),
    )
    return page


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _problems(tree: SyntaxTree, file: FileView | None) -> list[dict[str, Any]]:
    """Return the problems with the bit where each leads, and its place in words, which counts as the page does."""
    if file is None:
        found = [(problem, "", None if problem.at is None else problem.at.bits) for problem in tree.problems]
    else:
        found = list(file.problems)
    return [
        problem_json(problem) | {"of": whose, "bit": bit, "at": None if bit is None else str(BitOffset(bit))}
        for problem, whose, bit in found
    ]


def _maps_json(maps: ChannelMaps) -> dict[str, Any]:
    return {
        "title": maps.title,
        "component": maps.component,
        "shape": list(maps.shape),
        "labels": list(maps.labels),
        "images": [_data_url(image) for image in maps.images],
        "low": maps.low,
        "high": maps.high,
        "top": maps.overview_high,
        "factor": maps.factor,
        "signed": maps.low.startswith("-"),
    }


def _facts(info: Info | None, tiles: TileFacts | None) -> list[tuple[str, str]]:
    """Return what the head of the page says about the picture."""
    if info is None:
        return []
    coded = "" if info.coded_format == info.output_format else f" (coded {info.coded_format})"
    rows, columns = info.regions
    regions = f"{rows} x {columns}, {'independent' if info.independent_regions else 'dependent'}"
    made_of, differ = "", list[tuple[str, str]]()
    if tiles is not None:
        first = tiles.first
        made_of = f", {tiles.grid.rows} x {tiles.grid.columns} tiles of {first.width} x {first.height}"
        names = ", ".join(name.replace("_", " ") for name in tiles.differences())
        differ = [("of the first tile alone", names)] if names else []
    return [
        ("picture", f"{info.width} x {info.height}{made_of}"),
        ("format", f"{info.bit_depth} bit {info.output_format}{coded}, {info.colour}"),
        ("profile, level", f"{info.profile}, {info.level_idc}"),
        ("synthesis", ", ".join(info.synthesis_transforms)),
        ("model, displacement", f"{info.model_id}, {info.displacement[0]} / {info.displacement[1]}"),
        ("rate", f"{info.codestream_bytes} bytes, {info.bits_per_pixel} bit/sample"),
        ("regions", regions if rows * columns > 1 else "one"),
        ("threads", f"z {info.threads_z}, residual {info.threads_residual[0]} / {info.threads_residual[1]}"),
        ("tools", ", ".join(info.tools) or "none"),
        *differ,
    ]


def _rows(whole: Node, data: bytes) -> tuple[list[list[Any]], bool]:
    """Return the nodes in file order as short lists, and whether elements of long runs had to be left out."""
    root = compacted(whole)
    rows = [_row(data, depth, node) for depth, node in root.walk()]
    if len(rows) <= MOST_NODES:
        return rows, False
    kept = [_row(data, depth, node) for depth, node in _without_runs(root, 0)]
    return kept[:MOST_NODES], True


def _without_runs(node: Node, depth: int) -> list[tuple[int, Node]]:
    found = [(depth, node)]
    if node.kind is not NodeKind.RUN:
        for child in node.children:
            found += _without_runs(child, depth + 1)
    return found


def _row(data: bytes, depth: int, node: Node) -> list[Any]:
    """Return depth, kind, name, first bit, bits, value, raw bits, descriptor, range, clause, note, problems."""
    inner = bool(node.children) and node.kind is not NodeKind.RUN
    span = "" if node.range is None else f"{node.range[0]}..{node.range[1]}"
    problems = [problem.headline() for problem in node.problems]
    if not node.legal and not problems:
        problems = ["outside its range"]
    return [
        depth,
        str(node.kind),
        node.name,
        node.at.bits,
        node.n_bits,
        _value(node),
        "" if inner else raw_bits(data, node),
        node.descriptor,
        span,
        node.clause,
        node.note,
        problems,
    ]


def _value(node: Node) -> int | str | None:
    """Return the value of a node: markers as they are written, and no number that a script would round."""
    if node.value is None or (node.kind is not NodeKind.MARKER and node.value < MOST_EXACT):
        return node.value
    return f"{node.value:04x}" if node.kind is NodeKind.MARKER else str(node.value)


def _windows(root: Node, data: bytes) -> tuple[list[list[Any]], bool]:
    """Return the bytes of the hex dump as [offset, base64] pieces, and whether they are all bytes of the file.

    Of a file above 1 MiB, only the beginning and the end of each leaf are kept.
    """
    if len(data) <= MOST_BYTES:
        return [[0, base64.b64encode(data).decode()]], True
    spans: list[tuple[int, int]] = []
    for node in root.leaves():
        first, last = node.at.bits >> 3, (node.end.bits + 7) >> 3
        pieces = [(first, last)] if last - first <= HEAD_BYTES else [(first, first + HEAD_BYTES - TAIL_BYTES)]
        if last - first > HEAD_BYTES:
            pieces.append((last - TAIL_BYTES, last))
        for begin, end in pieces:
            if spans and begin <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((begin, end))
    kept: list[list[Any]] = []
    room = MOST_BYTES
    for begin, end in spans:
        stop = min(end, begin + room)
        if stop > begin:
            kept.append([begin, base64.b64encode(data[begin:stop]).decode()])
            room -= stop - begin
    return kept, False


def _semantics(root: Node) -> dict[str, str]:
    """Return what the syntax table says in words about the elements of a tree."""
    from refdec import tables

    wanted = {node.base for _, node in root.walk() if node.kind is NodeKind.ELEMENT}
    found: dict[str, str] = {}

    def visit(value: Any) -> None:
        if isinstance(value, Mapping):
            if "field" in value and "semantics" in value:
                name = str(value["field"]).partition("[")[0]
                if name in wanted:
                    found[name] = str(value["semantics"])
            for part in value.values():
                visit(part)
        elif isinstance(value, list):
            for part in value:
                visit(part)

    visit(tables.syntax())
    return found
