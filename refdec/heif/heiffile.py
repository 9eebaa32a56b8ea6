"""What a HEIF file holds (ISO/IEC 23008-12): items with properties, and references between them.

In: what `reading` finds, or what a writer wants.  Out: frozen values; items of unknown types keep their bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from refdec.heif.boxes import FileBox

__all__ = ["HeifFile", "Item", "Property", "Reference"]


@dataclass(frozen=True, slots=True, eq=False)
class Property:
    """A property of an item; a reader that does not understand an essential one must leave the item alone."""

    box: FileBox
    essential: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item: `kind` is its type, four characters; `content_type` the media type of a "mime" item.

    `places` are the (byte, length) of its parts in the file that it was read from, empty for a new one.
    """

    id: int
    kind: str
    data: bytes | memoryview
    properties: tuple[Property, ...] = ()
    name: str = ""
    content_type: str = ""
    content_encoding: str = ""
    uri_type: str = ""
    hidden: bool = False
    places: tuple[tuple[int, int], ...] = ()

    def property_of(self, kind: str) -> FileBox | None:
        """Return the first property of a type, None if there is none."""
        return next((each.box for each in self.properties if each.box.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference of a kind ("thmb", "auxl", "cdsc" ...) from an item to others."""

    kind: str
    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HeifFile:
    """A whole file: brands, items in the order in which they are listed, references, and boxes that are kept as found.

    `others` lie in meta, `beside` at the top; `left_out` are types of boxes that a writer cannot place again.
    """

    major_brand: str
    brands: tuple[str, ...]
    primary: int
    items: tuple[Item, ...]
    references: tuple[Reference, ...] = ()
    minor_version: int = 0
    others: tuple[FileBox, ...] = ()
    beside: tuple[FileBox, ...] = ()
    left_out: tuple[str, ...] = ()

    def item(self, number: int) -> Item | None:
        """Return the item of a number, None if there is none."""
        return next((item for item in self.items if item.id == number), None)

    @property
    def primary_item(self) -> Item:
        """The item that the file shows; a reader has found it."""
        found = self.item(self.primary)
        assert found is not None, "a reader has found it"
        return found

    def pointing_at(self, kind: str, number: int) -> Iterator[Item]:
        """Yield the items that refer to an item by a kind of reference, such as thumbnails by "thmb"."""
        sources = {each.source for each in self.references if each.kind == kind and number in each.targets}
        yield from (item for item in self.items if item.id in sources)

    def with_item(self, item: Item, *references: Reference) -> HeifFile:
        """Return the file with one item more, or with another one in the place of the item of that number."""
        if self.item(item.id) is None:
            return replace(self, items=(*self.items, item), references=(*self.references, *references))
        items = tuple(item if each.id == item.id else each for each in self.items)
        return replace(self, items=items, references=(*self.references, *references))
