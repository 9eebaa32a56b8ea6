"""A HEIF file for a page: its boxes, with the codestreams in the places where they lie, and its items in words.

In: the boxes of a file and the syntax trees of codestreams in it.  Out: `FileView`, whose one tree covers every bit of
the file; places of all its nodes count from the first byte of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from refdec.errors import RefdecError, first_of
from refdec.heif.boxes import FileBox
from refdec.heif.grid import first_coded
from refdec.heif.heiffile import HeifFile, Item, Reference
from refdec.heif.picturefile import PICTURE_KIND
from refdec.heif.tracks import Track
from refdec.inspection.box_tree import BoxTree, printable
from refdec.inspection.nodes import Node, NodeKind
from refdec.inspection.selection import compacted
from refdec.inspection.tree import SyntaxTree

__all__ = ["MOST_CODESTREAMS", "MOST_NODES", "FileView", "codestream_places", "file_view"]

MOST_NODES = 20_000
"""Rows that a page holds; codestreams beside the picture's that would go beyond it stay closed."""
MOST_CODESTREAMS = 16
"""Codestreams that are laid open: that of the picture, then thumbnails and tiles, then frames."""
MOST_ROWS = 256
MOST_FIELDS, MOST_LOOKED_AT = 8, 64
UNTOLD = ("reserved", "pre_defined", "num_", "component_count", "entry_count")
"""Fields that tell nothing, or what the others tell."""
RELATIONS = {
    "thmb": "thumbnail of item",
    "auxl": "auxiliary image of item",
    "cdsc": "describes item",
    "dimg": "made of item",
    "prem": "colours multiplied by item",
}
Place = tuple[int, int]
"""Byte of the file and length."""


@dataclass(frozen=True, slots=True)
class PropertyWords:
    """A property of an item: its type, its fields in words, and the bit of the file where its box begins."""

    kind: str
    words: str
    bit: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item or a track in words; `bit` of the file where its bytes begin, None: it has none of its own."""

    name: str
    kind: str
    size_bytes: int
    bit: int | None
    properties: tuple[PropertyWords, ...]
    relations: str


@dataclass(frozen=True, slots=True)
class FileView:
    """The tree of a whole file.

    `shown_at`: the byte where the picture's codestream begins, or (`of_tiles`) that of its first tile; None where it
    lies in several parts, which have no place in one tree.  `problems`: (problem, the codestream it is of, bit of the
    file or None).  `closed`: how many further codestreams are not laid open.
    """

    root: Node
    data: bytes
    shown_at: int | None
    items: tuple[ItemRow, ...]
    problems: tuple[tuple[RefdecError, str, int | None], ...]
    closed: int
    of_tiles: bool


def codestream_places(boxes: BoxTree) -> Iterator[tuple[Place, str]]:
    """Yield where codestreams lie that are in one piece, with a name: the picture's, those of other items, frames."""
    file, clip = boxes.file, boxes.clip
    found: set[Place] = set()
    first = None if file is None else first_coded(file)
    items = () if file is None else sorted(file.items, key=lambda item: item is not first)
    named = [
        (item.places[0], f"item {item.id}") for item in items if item.kind == PICTURE_KIND and len(item.places) == 1
    ]
    frames = 0 if clip is None else clip.count
    for place, name in (*named, *((clip.places(index)[0], f"frame {index + 1}") for index in range(frames) if clip)):
        if place not in found and place[1] and place[0] + place[1] <= len(boxes.data):
            found.add(place)
            yield place, name


def file_view(boxes: BoxTree, shown: SyntaxTree, trees: Mapping[Place, tuple[str, SyntaxTree]]) -> FileView:
    """Return the view of a file.

    `shown`: the tree of the codestream that its picture is.  `trees`: names and trees of codestreams by their places,
    that of the picture among them where it is in one piece.
    """
    room = MOST_NODES - _size(boxes.root)
    opened: dict[Place, SyntaxTree] = {}
    problems: list[tuple[RefdecError, str, int | None]] = []
    shown_at = next((at for (at, _), (_, tree) in trees.items() if tree is shown), None)
    if shown_at is None:
        problems += [(problem, "", None) for problem in shown.problems]
    for place, (name, tree) in trees.items():
        room -= _size(tree.root)
        if room < 0 and tree is not shown:
            continue
        opened[place] = tree
        for problem in tree.problems:
            bit = None if problem.at is None else problem.at.bits + 8 * place[0]
            problems.append((problem, "" if tree is shown else name, bit))
    total = sum(1 for _ in islice(codestream_places(boxes), MOST_NODES))
    rows = (*_item_rows(boxes.file), *_track_rows(boxes))
    root = _grafted(boxes.root, opened)
    return FileView(root, boxes.data, shown_at, rows[:MOST_ROWS], tuple(problems), total - len(opened), boxes.of_tiles)


def _size(root: Node) -> int:
    return sum(1 for _ in compacted(root).walk())


def _grafted(node: Node, opened: Mapping[Place, SyntaxTree]) -> Node:
    """Return a tree whose leaves of opened codestreams have their elements below them."""
    if node.children:
        return replace(node, children=tuple(_grafted(child, opened) for child in node.children))
    if node.kind is not NodeKind.DATA or node.at.bits % 8 or node.n_bits % 8:
        return node
    tree = opened.get((node.at.bits // 8, node.n_bits // 8))
    return node if tree is None else replace(node, children=(_moved(tree.root, node.at.bits),))


def _moved(node: Node, bits: int) -> Node:
    """Return a node and all below it, so many bits further on."""
    return replace(node, at=node.at + bits, children=tuple(_moved(child, bits) for child in node.children))


# -- items in words


def _item_rows(file: HeifFile | None) -> Iterator[ItemRow]:
    if file is None:
        return
    relations: dict[int, list[str]] = {file.primary: ["what the file shows"]}
    for each in file.references:
        relations.setdefault(each.source, []).append(_relation(each))
    for item in file.items[:MOST_ROWS]:
        kind = f"{printable(item.kind)} {printable(item.name or item.content_type)}".strip()
        bit = 8 * item.places[0][0] if item.places else None
        said = "; ".join(relations.get(item.id, [])[:MOST_FIELDS])
        yield ItemRow(f"item {item.id}", kind, len(item.data), bit, _properties(item), said)


def _relation(reference: Reference) -> str:
    """Return a reference in words."""
    words = RELATIONS.get(reference.kind, f"{printable(reference.kind)} to item")
    return f"{words} {first_of(reference.targets, MOST_FIELDS)}"


def _properties(item: Item) -> tuple[PropertyWords, ...]:
    return tuple(
        PropertyWords(printable(each.box.kind), _words(each.box), 8 * each.box.at)
        for each in item.properties[: 2 * MOST_FIELDS]
    )


def _words(box: FileBox) -> str:
    """Return the first fields of a box with their values; those of records under one name, without reserved ones."""
    said: dict[str, list[str]] = {}
    for place in islice(box.fields, MOST_LOOKED_AT):
        name = place.name.rpartition(".")[2]
        if not name.startswith(UNTOLD):
            value = place.value
            shown = str(value) if isinstance(value, int | str) else f"{place.n_bits // 8} bytes"
            said.setdefault(printable(name), []).append(printable(shown))
    told = [f"{name} {' '.join(values[:MOST_FIELDS])}" for name, values in islice(said.items(), MOST_FIELDS)]
    more = len(said) > MOST_FIELDS or len(box.fields) > MOST_LOOKED_AT
    return ", ".join(told) + (" ..." if more else "")


def _track_rows(boxes: BoxTree) -> Iterator[ItemRow]:
    clip = boxes.clip
    if clip is None:
        return
    for track, relation in ((clip.picture, ""), (clip.alpha, f"transparency of track {clip.picture.id}")):
        if track is not None:
            yield _track_row(track, relation)


def _track_row(track: Track, relation: str) -> ItemRow:
    samples = track.samples
    said = [f"{len(samples)} frames", f"{samples.total}/{track.timescale} s"]
    said += ["played for ever" if not track.plays else f"played {track.plays} times"] if track.plays != 1 else []
    entries = track.entries[:MOST_FIELDS]
    parts = tuple(PropertyWords(printable(entry.kind), _words(entry), 8 * entry.at) for entry in entries)
    kind = ", ".join(sorted({printable(entry.kind) for entry in entries}))
    bit = 8 * samples.place(0)[0] if len(samples) else None
    total = int(samples.sizes.sum())
    return ItemRow(f"track {track.id}", kind, total, bit, parts, "; ".join(filter(None, (*said, relation))))
