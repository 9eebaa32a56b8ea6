"""The annotated syntax tree of a codestream (1.3, 1.4, 1.5): every bit of the file under a name.

In: bytes.  Out: `SyntaxTree`: SOC, substreams with marker, size and payload, every header element, the layout of
entropy-coded payloads, EOC, trailing bytes.  A damaged codestream is shown as far as it reads; problems stand at the
node where they are found.  Needs no weights and loads no Numba.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from refdec.bitstream.bits import BitReader
from refdec.bitstream.editions import Edition
from refdec.bitstream.floatrecord import layer_in_words
from refdec.bitstream.framing import MARKER_BYTES, SIZE_BYTES, Substream
from refdec.bitstream.headers import field_list_name
from refdec.bitstream.layerrecord import layer_part
from refdec.bitstream.markers import Marker, describe_code
from refdec.bitstream.privaterecord import read_private_record
from refdec.bitstream.survey import BIT_CODED
from refdec.bitstream.syntax import CLAUSES
from refdec.bitstream.userdata import read_gray_mark, read_weights_mark
from refdec.bitstream.verbs import ElementRecord
from refdec.clauses import clause
from refdec.errors import BitOffset, CodestreamError, RefdecError
from refdec.inspection.nodes import Node, NodeKind, leaf, parent
from refdec.inspection.payload_layout import FirstSymbols, payload_nodes
from refdec.inspection.problems import Findings, find_problems
from refdec.limits import Limits

__all__ = ["SyntaxTree", "build_tree"]

MARKER_BITS = 8 * MARKER_BYTES
NO_SYMBOLS: FirstSymbols = {}


@dataclass(frozen=True, slots=True)
class SyntaxTree:
    """The tree of a file, the file's bytes, and what was found on the way."""

    root: Node
    data: bytes
    findings: Findings

    @property
    def problems(self) -> tuple[RefdecError, ...]:
        """All problems; those with a place stand in the tree too."""
        return self.findings.problems


@clause("1.3")
def build_tree(
    data: bytes,
    *,
    edition: Edition | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    any_level: bool = False,
    symbols: FirstSymbols = NO_SYMBOLS,
) -> SyntaxTree:
    """(1.3) Return the syntax tree of a file; nothing is raised for what the file holds.

    `symbols` gives the first decoded values of the units, where a decoder has found them.
    """
    findings = find_problems(data, edition=edition, limits=limits, lenient=lenient, any_level=any_level)
    children = list(_top(data, findings, symbols))
    written = f", by {findings.survey.edition.words}" if findings.codestream.substreams else ""
    note = f"{len(data)} bytes, {len(findings.codestream.substreams)} substreams{written}"
    root = parent(NodeKind.CODESTREAM, "codestream", 0, children, "1.3", note)
    return SyntaxTree(_with_problems(root, findings.problems), data, findings)


def _top(data: bytes, findings: Findings, symbols: FirstSymbols) -> Iterable[Node]:
    """Yield the nodes below the root: what was cut out, what lies between, and what follows."""
    codestream = findings.codestream
    position = 0
    if int.from_bytes(data[:MARKER_BYTES], "big") == Marker.SOC and len(data) >= MARKER_BYTES:
        yield _marker(Marker.SOC, 0)
        position = MARKER_BYTES
    for part in codestream.substreams:
        if part.offset > position:
            yield _unread(position, part.offset, "skipped")
        yield _substream(part, findings, symbols)
        position = part.payload_offset + len(part.payload)
    if findings.whole:
        start = codestream.end - MARKER_BYTES
        if start > position:
            yield _unread(position, start, "skipped")
        yield _marker(Marker.EOC, 8 * start)
        if codestream.trailing_bytes:
            bits = 8 * codestream.trailing_bytes
            note = "no part of the codestream"
            yield leaf(NodeKind.TRAILING, "trailing bytes", 8 * codestream.end, bits, "1.3", note=note)
    elif position < len(data):
        yield _broken(data, position)


def _unread(start: int, stop: int, name: str = "not read") -> Node:
    return leaf(NodeKind.UNREAD, name, 8 * start, 8 * (stop - start), "1.8")


@clause("1.3")
def _marker(marker: Marker, start: int) -> Node:
    """(1.3) Return the node of a marker at bit `start`."""
    return leaf(
        NodeKind.MARKER,
        "marker",
        start,
        MARKER_BITS,
        "1.3",
        value=int(marker),
        descriptor="u(16)",
        note=describe_code(marker),
    )


def _size_nodes(view: memoryview, first_byte: int) -> list[Node]:
    """Return the nodes of a size field and its padding; empty where it does not read."""
    bits = BitReader(view, first_byte=first_byte)
    try:
        value = bits.ue("substream_size")
    except CodestreamError:
        return []
    start, end = 8 * first_byte, bits.place.bits
    nodes = [
        leaf(
            NodeKind.ELEMENT, "substream_size", start, end - start, "1.3", value=value, descriptor="ue(v)", note="bytes"
        )
    ]
    padding = bits.byte_align()
    if width := bits.place.bits - end:
        nodes.append(leaf(NodeKind.PADDING, "byte_align", end, width, "1.3", value=padding, range=(0, 0)))
    return nodes


@clause("1.3")
def _substream(part: Substream, findings: Findings, symbols: FirstSymbols) -> Node:
    """(1.3) Return the node of a substream: marker, size, payload."""
    first_byte = part.offset + MARKER_BYTES
    view = memoryview(findings.codestream.data)[first_byte : part.payload_offset]
    payload = Node(
        NodeKind.PAYLOAD,
        f"{part.marker.name} payload",
        BitOffset.of_byte(part.payload_offset),
        8 * len(part.payload),
        CLAUSES.get(field_list_name(part.marker, findings.survey.edition), "1.4"),
        note=f"{len(part.payload)} bytes{_private_note(part)}{_layer_note(part)}",
        children=tuple(_payload_children(part, findings, symbols)),
    )
    children = [_marker(part.marker, 8 * part.offset), *_size_nodes(view, first_byte), payload]
    note = describe_code(part.marker).partition("(")[2].rstrip(")")
    return parent(NodeKind.SUBSTREAM, part.marker.name, 8 * part.offset, children, "1.3", note)


def _payload_children(part: Substream, findings: Findings, symbols: FirstSymbols) -> list[Node]:
    if part.marker in BIT_CODED:
        return _header_nodes(part, findings)
    picture = findings.survey.picture
    if picture is None or not _layout_known(findings):
        return [_unread(part.payload_offset, part.payload_offset + len(part.payload))] if part.payload else []
    return payload_nodes(part, picture, symbols, legal=findings.headers is not None)


def _layout_known(findings: Findings) -> bool:
    """Whether PIH gives numbers of regions and threads that can be believed: all its own elements are legal."""
    return all(not found.problems for found in findings.survey.parts if found.part.marker.name == "PIH")


@clause("1.5")
def _header_nodes(part: Substream, findings: Findings) -> list[Node]:
    """(1.5) Return one node for each element of a header, then its padding or what is not read."""
    stop = 8 * (part.payload_offset + len(part.payload))
    try:
        survey = findings.survey.of(part)
    except KeyError:  # TON whose PIH does not read
        return [_unread(part.payload_offset, part.payload_offset + len(part.payload))]
    note = _user_note(part)
    nodes = [_element(record, note) for record in survey.records]
    left = stop - survey.end.bits
    if survey.values is None:
        nodes.append(leaf(NodeKind.UNREAD, "not read", survey.end.bits, left, "1.8"))
    elif left > 7:
        nodes.append(leaf(NodeKind.UNREAD, "surplus bits", survey.end.bits, left, "1.8 (9)"))
    elif left:
        value = part.payload[-1] & ((1 << left) - 1)
        nodes.append(leaf(NodeKind.PADDING, "byte_align", survey.end.bits, left, "1.5", value=value, range=(0, 0)))
    return nodes


def _user_note(part: Substream) -> str:
    if part.marker is not Marker.UDI:
        return ""
    data = bytes(part.payload)
    named, components = read_weights_mark(data), read_gray_mark(data)
    notes = [] if named is None else [f"names the weights {named[:16]}..."]
    if components is not None:
        notes.append("marks a gray source of one component" if components == 1 else "marks a gray source")
    return "; ".join(notes)


def _private_note(part: Substream) -> str:
    private = read_private_record(bytes(part.payload)) if part.marker is Marker.UDI else None
    if private is None:
        return ""
    kind = "left out" if private.sealed is None else f"sealed in {len(private.sealed.ciphertext)} bytes"
    return f"; private regions: {len(private.rectangles)}, {kind}"


def _layer_note(part: Substream) -> str:
    layer = layer_part(bytes(part.payload))[1] if part.marker is Marker.UDI else None
    return "" if layer is None else f"; lossless layer: {layer_in_words(layer)}, {len(layer)} bytes"


def _element(record: ElementRecord, note: str) -> Node:
    return Node(
        NodeKind.ELEMENT,
        record.name,
        record.bit_offset,
        record.n_bits,
        record.clause,
        record.value,
        record.descriptor,
        record.range,
        note if record.name == "UDI_data[0]" else "",
    )


def _broken(data: bytes, position: int) -> Node:
    """Return what follows the last whole substream: marker and size if they read, and the rest as not read."""
    rest = len(data) - position
    code = int.from_bytes(data[position : position + MARKER_BYTES], "big")
    if rest < MARKER_BYTES or code not in Marker._value2member_map_ or code in (Marker.SOC, Marker.EOC):
        return _unread(position, len(data))
    marker = Marker(code)
    first_byte = position + MARKER_BYTES
    children = [_marker(marker, 8 * position)]
    children += _size_nodes(memoryview(data)[first_byte : first_byte + SIZE_BYTES], first_byte)
    read = children[-1].end.bits
    if read < 8 * len(data):
        children.append(leaf(NodeKind.UNREAD, "not read", read, 8 * len(data) - read, "1.8"))
    return parent(NodeKind.SUBSTREAM, marker.name, 8 * position, children, "1.3", "cut")


def _with_problems(root: Node, problems: Iterable[RefdecError]) -> Node:
    """Return the tree with every problem at the leaf that holds its place; at the root where it has none."""
    at_leaf: dict[tuple[int, int, str], list[RefdecError]] = {}
    homeless: list[RefdecError] = []
    ends = {node.at: node for node in root.leaves() if node.kind is NodeKind.UNREAD and not node.n_bits}
    for problem in problems:
        if problem.at is None:
            homeless.append(problem)
            continue
        path = (ends[problem.at],) if problem.at in ends else root.path_to(min(problem.at.bits, root.end.bits - 1))
        if path:
            at_leaf.setdefault(_key(path[-1]), []).append(problem)
        else:
            homeless.append(problem)
    placed = _placed(root, at_leaf) if at_leaf else root
    return replace(placed, problems=tuple(homeless))


def _key(node: Node) -> tuple[int, int, str]:
    return node.at.bits, node.n_bits, node.name


def _placed(node: Node, at_leaf: dict[tuple[int, int, str], list[RefdecError]]) -> Node:
    if not node.children:
        found = at_leaf.get(_key(node))
        return replace(node, problems=tuple(found)) if found else node
    return replace(node, children=tuple(_placed(child, at_leaf) for child in node.children))
