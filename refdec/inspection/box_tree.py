"""The boxes of a HEIF file as a tree of nodes, beside that of its codestream.

In: the bytes of a file.  Out: `BoxTree`: every box with its size, type, version, flags and fields where they lie, and
which bytes are those of which item.  Places count from the first byte of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from refdec.errors import BitOffset, CodestreamError, UnsupportedError, first_of
from refdec.heif.boxes import FieldPlace, FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxtable import box_layout
from refdec.heif.clipfile import ClipFile, clip_of_boxes
from refdec.heif.grid import first_coded, is_grid
from refdec.heif.heiffile import HeifFile
from refdec.heif.reading import heif_of_boxes
from refdec.inspection.nodes import Node, NodeKind, leaf
from refdec.limits import Limits

__all__ = ["BoxTree", "box_tree", "printable"]

SIZE_BITS, VERSION_BITS, FLAGS_BITS = 32, 8, 24
LARGE_SIZE_BITS = 64
DATA = ("mdat", "idat")
"""Boxes of the bytes of items."""
SHOWN_FRAMES = 4096
LAYOUTS_INSIDE = {"iref": "reference", "tref": "track_reference"}
"""Boxes inside of others whose type says what they are for, not what they look like."""


@dataclass(frozen=True, slots=True)
class BoxTree:
    """The boxes of a file below one root, its bytes, and the byte where the codestream of its picture begins.

    Of a picture made of tiles that is the one of the first tile.

    `file` and `clip` are what the boxes amount to, None where they amount to none.
    """

    root: Node
    data: bytes
    codestream_at: int
    file: HeifFile | None = None
    clip: ClipFile | None = None

    @property
    def of_tiles(self) -> bool:
        """Whether the picture is made of tiles."""
        return self.file is not None and is_grid(self.file)


def box_tree(data: bytes, limits: Limits) -> BoxTree:
    """Return the tree of a file.  Raises what reading its boxes raises."""
    boxes = read_boxes(data, limits=limits, places=True)
    kinds = [box.kind for box in boxes]
    file = heif_of_boxes(boxes, data) if "meta" in kinds or "moov" not in kinds else None
    clip, wrong = None, ""
    if "moov" in kinds:
        try:
            clip = clip_of_boxes(boxes, data, limits)
        except (CodestreamError, UnsupportedError) as problem:  # the boxes show what it is
            if file is None:
                raise
            wrong = f", its clip cannot be read: {problem.headline()}"
    parts = [*(() if file is None else _items_of(file)), *(() if clip is None else _frames_of(clip))]
    parts.sort(key=lambda part: part[:2])
    children = tuple(_node(box, parts) for box in boxes)
    note = f"{len(data)} bytes"
    note += "" if file is None else f", brand {file.major_brand}, {len(file.items)} items"
    note += "" if clip is None else f", a clip of {clip.count} frames"
    note += wrong
    root = Node(NodeKind.BOX, "HEIF file", BitOffset(0), 8 * len(data), note=note, children=children)
    picture = None if file is None else first_coded(file)
    places = () if picture is None else picture.places
    if clip is not None and not places:
        places = clip.places(0)
    return BoxTree(root, data, places[0][0] if places else 0, file, clip)


Part = tuple[int, int, str, str]
"""Byte, length, name and a note of what lies there."""


def _items_of(file: HeifFile) -> Iterator[Part]:
    for item in file.items:
        note = f"{printable(item.kind)} {printable(item.name)}".strip()
        yield from ((*place, f"item {item.id}", note) for place in item.places)


def _frames_of(clip: ClipFile) -> Iterator[Part]:
    """Yield the frames of a clip and their transparency, not more than SHOWN_FRAMES."""
    for index in range(min(clip.count, SHOWN_FRAMES)):
        picture, *alpha = clip.places(index)
        yield (*picture, f"frame {index + 1}", "")
        yield from ((*place, f"frame {index + 1}", "transparency") for place in alpha)


def _node(box: FileBox, parts: list[Part], layout: str | None = None) -> Node:
    """Return the node of a box: its header, its fields, the boxes inside."""
    inside = LAYOUTS_INSIDE.get(box.kind)
    found = [*_header(box, layout), *map(_field, box.fields)]
    if box.kind in DATA:
        found[-1:] = _items(box, parts)
    children = [*found, *(_node(child, parts, inside) for child in box.children)]
    end = 8 * (box.at + box.size)
    if left := end - children[-1].end.bits:
        children.append(leaf(NodeKind.UNREAD, "not read", end - left, left))
    title = box_layout(box.kind, layout).title
    return Node(NodeKind.BOX, printable(box.kind), box.place, 8 * box.size, note=title, children=tuple(children))


def _header(box: FileBox, layout: str | None) -> Iterator[Node]:
    """Yield size and type, the large size where there is one, version and flags where the box has them."""
    at, full = 8 * box.at, box_layout(box.kind, layout).versions is not None
    after = 8 * box.payload_at - at - 2 * SIZE_BITS - (VERSION_BITS + FLAGS_BITS if full else 0)
    large = after >= LARGE_SIZE_BITS
    size = 1 if large else box.size
    yield leaf(NodeKind.ELEMENT, "size", at, SIZE_BITS, value=size, descriptor="u(32)")
    yield leaf(NodeKind.DATA, "type", at + SIZE_BITS, SIZE_BITS, descriptor="4cc", note=printable(box.kind))
    at += 2 * SIZE_BITS
    if large:
        yield leaf(NodeKind.ELEMENT, "largesize", at, LARGE_SIZE_BITS, value=box.size, descriptor="u(64)")
        at += LARGE_SIZE_BITS
    if full:
        yield leaf(NodeKind.ELEMENT, "version", at, VERSION_BITS, value=box.version, descriptor="u(8)")
        yield leaf(NodeKind.ELEMENT, "flags", at + VERSION_BITS, FLAGS_BITS, value=box.flags, descriptor="u(24)")


def _field(place: FieldPlace) -> Node:
    """Return the node of a field: a number, or text and bytes as a note."""
    if isinstance(place.value, int):
        descriptor = f"u({place.n_bits})"
        return leaf(NodeKind.ELEMENT, place.name, place.at.bits, place.n_bits, value=place.value, descriptor=descriptor)
    note = place.value if isinstance(place.value, str) else f"{place.n_bits // 8} bytes"
    return leaf(NodeKind.DATA, place.name, place.at.bits, place.n_bits, note=printable(note))


def _items(box: FileBox, parts: list[Part]) -> list[Node]:
    """Return what of the bytes of a box is which item or frame, in file order; bytes between them are of none."""
    start, stop = box.payload_at, box.at + box.size
    inside = [part for part in parts if start <= part[0] and part[0] + part[1] <= stop]
    found: list[Node] = []
    for (at, length), group in groupby(inside, key=lambda part: part[:2]):
        if at < start:
            continue  # lies over the one before
        if at > start:
            found.append(_bytes("of no item", start, at - start))
        (_, _, name, note), *others = group
        also = f"also {first_of([other[2] for other in others], 1)}" if others else ""
        found.append(_bytes(name, at, length, ", ".join(filter(None, (note, also)))))
        start = at + length
    if start < stop:
        found.append(_bytes("of no item", start, stop - start))
    return found


def _bytes(name: str, at: int, length: int, note: str = "") -> Node:
    said = f"{note}, {length} bytes" if note else f"{length} bytes"
    return leaf(NodeKind.DATA, name, 8 * at, 8 * length, note=said)


def printable(text: str) -> str:
    """Return a text of a stranger as it can be shown in a line."""
    return "".join(c if c.isprintable() else "?" for c in text[:80])
