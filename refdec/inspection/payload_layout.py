"""Layout of entropy-coded payloads (1.4): region tables, thread directories, thread data, first symbols.

In: a substream and the picture header.  Out: nodes that cover its payload.  What cannot be read is covered by one node
of kind "unread"; why it cannot be read is found elsewhere (`problems`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from refdec.bitstream.bits import BitReader
from refdec.bitstream.framing import Substream
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.entropy.threads import read_sizes
from refdec.errors import CodestreamError, RefdecError
from refdec.inspection.nodes import Node, NodeKind, leaf, parent

__all__ = ["FirstSymbols", "payload_nodes"]

FirstSymbols = Mapping[tuple[Marker, int], tuple[int, ...]]
"""First decoded values of a unit by marker and region (0 for SOZ and SOQ)."""

TABLE_CLAUSE = "1.4.1"


def _closing(part: Substream, byte: int) -> str:
    """Return in words where the bit that closes a thread stands (2.3.1)."""
    last = part.payload[byte]
    if last == 0:
        return "no closing bit"
    place = part.payload_offset + byte
    return f"closed by bit {8 - last.bit_length()} of byte {place}"


class _Payload:
    """One payload on its way to nodes; bytes count from the payload's start, bits of nodes from the file's."""

    def __init__(self, part: Substream, threads: int, symbols: FirstSymbols) -> None:
        self.part = part
        self.threads = threads
        self.symbols = symbols
        self.origin = 8 * part.payload_offset

    def at(self, byte: int) -> int:
        """Return the bit of the file where a byte of the payload begins."""
        return self.origin + 8 * byte

    def unread(self, start: int, stop: int) -> Node:
        """Return the node of bytes that cannot be read."""
        return leaf(NodeKind.UNREAD, "not read", self.at(start), 8 * (stop - start), "1.8")

    @clause("1.4.1")
    def unit(self, name: str, start: int, stop: int, region: int, note: str = "") -> Node:
        """(1.4.1) Return the node of one region data unit: thread directory, thread data, first symbols."""
        children = self._symbols(start, region)
        directory = self._directory(start, stop)
        children += directory
        try:
            used, *sizes = read_sizes(bytes(self.part.payload[start:stop]), self.threads, strict=False)
        except CodestreamError:
            read = directory[-1].end.bits if directory else self.at(start)
            rest = leaf(NodeKind.UNREAD, "not read", read, self.at(stop) - read, "1.8")
            return parent(NodeKind.UNIT, name, self.at(start), [*children, rest], TABLE_CLAUSE, note)
        begin = start + used
        for thread, size in enumerate(sizes):
            closing = _closing(self.part, begin + size - 1)
            text = f"{size} bytes, {closing}"
            children.append(
                leaf(
                    NodeKind.DATA,
                    f"thread_data[{thread}]",
                    self.at(begin),
                    8 * size,
                    TABLE_CLAUSE,
                    value=size,
                    note=text,
                )
            )
            begin += size
        return parent(NodeKind.UNIT, name, self.at(start), children, TABLE_CLAUSE, note)

    def _symbols(self, start: int, region: int) -> list[Node]:
        """Return a node without bits that lists the first values of the unit, if they are known."""
        values = self.symbols.get((self.part.marker, region))
        if values is None:
            return []
        text = " ".join(map(str, values))
        return [leaf(NodeKind.SYMBOLS, "first symbols", self.at(start), 0, "2.6", note=text)]

    @clause("1.4.1")
    def _directory(self, start: int, stop: int) -> list[Node]:
        """(1.4.1) Return the sizes of all threads but the last, and the padding behind them."""
        count = self.threads - 1
        return self._codes("thread_size_delta", start, stop, count, "se(v)", TABLE_CLAUSE) if count else []

    def _codes(self, name: str, start: int, stop: int, count: int, descriptor: str, rule: str) -> list[Node]:
        """Return the nodes of a table of Exp-Golomb codes as far as they read, padding included."""
        bits = BitReader(self.part.payload[start:stop], first_byte=self.part.payload_offset + start)
        nodes: list[Node] = []
        for index in range(count):
            before = bits.place
            try:
                value = bits.se() if descriptor == "se(v)" else bits.ue()
            except CodestreamError:
                return nodes
            nodes.append(
                leaf(
                    NodeKind.ELEMENT,
                    f"{name}[{index}]",
                    before.bits,
                    bits.place.bits - before.bits,
                    rule,
                    value=value,
                    descriptor=descriptor,
                )
            )
        before = bits.place
        padding = bits.byte_align()
        width = bits.place.bits - before.bits
        if width:
            nodes.append(leaf(NodeKind.PADDING, "byte_align", before.bits, width, rule, value=padding, range=(0, 0)))
        return nodes

    @clause("1.4.2")
    def dependent(self, regions: int, notes: list[str]) -> list[Node]:
        """(1.4.2) Return the region table and the units of all regions."""
        size = len(self.part.payload)
        table = self._codes("region_size", 0, size, regions - 1, "ue(v)", "1.4.2") if regions > 1 else []
        sizes = [node.value or 0 for node in table if node.kind is NodeKind.ELEMENT]
        start = (table[-1].end.bits - self.origin + 7) // 8 if table else 0
        if len(sizes) < regions - 1:
            read = table[-1].end.bits if table else self.origin
            return [*table, leaf(NodeKind.UNREAD, "not read", read, self.at(size) - read, "1.8")]
        edges = [start]
        for length in sizes:
            if edges[-1] + length > size:
                break
            edges.append(edges[-1] + length)
        whole = len(edges) == regions
        edges += [size] if whole else []
        units = [
            self.unit(f"region_data[{region}]", *edge, region, notes[region])
            for region, edge in enumerate(pairwise(edges))
        ]
        return [*table, *units] if whole else [*table, *units, self.unread(edges[-1], size)]

    @clause("1.4.3")
    def independent(self, notes: list[str]) -> list[Node]:
        """(1.4.3) Return the region's index and its unit."""
        size = len(self.part.payload)
        if not size:
            return []
        region = self.part.payload[0]
        span = (0, len(notes) - 1)
        index = leaf(
            NodeKind.ELEMENT, "region_idx", self.origin, 8, "1.4.3", value=region, descriptor="u(8)", range=span
        )
        note = notes[region] if region < len(notes) else ""
        return [index, self.unit(f"region_data[{region}]", 1, size, region, note)]


@clause("1.4")
def payload_nodes(part: Substream, picture: PictureHeader, symbols: FirstSymbols, *, legal: bool) -> list[Node]:
    """(1.4) Return the nodes of the payload of SOZ, SORP, SORS or SOQ; together they cover all its bytes.

    `legal`: the headers break no rule, so that regions have sizes that can be shown.
    """
    if part.marker is Marker.SOZ:
        return [_Payload(part, picture.num_threads_z, symbols).unit("region_data", 0, len(part.payload), 0)]
    if part.marker is Marker.SOQ:
        return [_Payload(part, picture.num_threads_q, symbols).unit("region_data", 0, len(part.payload), 0)]
    component = int(part.marker is Marker.SORS)
    payload = _Payload(part, picture.num_threads_r[component], symbols)
    notes = _region_notes(picture, component) if legal else [""] * picture.num_regions
    return payload.independent(notes) if picture.independent_regions else payload.dependent(len(notes), notes)


def _region_notes(picture: PictureHeader, component: int) -> list[str]:
    """Return for each region which latent positions it holds."""
    from refdec.tiling.regions import RegionGrid

    try:
        regions = RegionGrid.of(picture, component).regions
    except RefdecError:
        return [""] * picture.num_regions
    cores = [region.y_core for region in regions]
    return [f"latent rows {c.y}..{c.y + c.h - 1}, columns {c.x}..{c.x + c.w - 1}" for c in cores]
