"""Files that tests of boxes share: one with everything in it around a golden codestream, and changed boxes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from refdec.api.enclosing import enclosed, headers_of
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxwriter import write_box
from refdec.heif.heiffile import HeifFile, Property
from refdec.heif.parts import AlphaPlane, Metadata, PictureParts, Samples
from refdec.heif.reading import heif_of_boxes
from refdec.heif.writing import write_heif
from refdec.limits import Limits
from refdec.tiling.geometry import Rect
from tests.encodable import GOLDEN

STREAM = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()
WIDTH, HEIGHT = 65, 79
SMALL = (GOLDEN / "kodim21_m1_+0_64x64.jai").read_bytes()
LIMITS = Limits()


def alpha_plane(bits: int = 8, *, premultiplied: bool = False) -> AlphaPlane:
    """Return transparency of the golden codestream's size, all codes of its depth in it somewhere."""
    ramp = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) * ((1 << bits) - 1) // (WIDTH * HEIGHT - 1)
    samples: Samples = ramp.astype(np.uint8) if bits <= 8 else ramp.astype(np.uint16)
    return AlphaPlane(samples, bits, premultiplied)


def parts(**changes: object) -> PictureParts:
    """Return parts of every kind."""
    whole = PictureParts(6, Metadata(b"an ICC profile", b"MM\0*some Exif", b"<x:xmpmeta/>"), alpha_plane(), SMALL)
    return replace(whole, **changes)  # type: ignore[arg-type]


@cache
def whole_file() -> bytes:
    """Return a file with everything in it."""
    return enclosed(STREAM, headers_of(STREAM, None), parts())


def boxes_of(data: bytes) -> tuple[FileBox, ...]:
    return read_boxes(data, limits=LIMITS, places=True)


def heif_of(data: bytes) -> HeifFile:
    return heif_of_boxes(boxes_of(data), data)


def with_box(path: str, change: Callable[[FileBox], FileBox | None], data: bytes | None = None) -> bytes:
    """Return a file (None: the whole one) in which the boxes at a path are changed, or left out.

    Where that moves the bytes of items, their places move along, unless those are what is changed.
    """
    whole = whole_file() if data is None else data
    changed = _changed(boxes_of(whole), path.split("/"), change)
    moved = b"".join(map(write_box, changed)).find(b"mdat") - whole.find(b"mdat")
    if moved and path != "meta/iloc":
        changed = _changed(changed, ["meta", "iloc"], lambda box: _moved(box, moved))
    return b"".join(map(write_box, changed))


def _moved(box: FileBox, count: int) -> FileBox:
    """Return a box iloc for items that are so many bytes further on."""
    items = [
        {**item, "extents": [{**each, "extent_offset": each["extent_offset"] + count} for each in item["extents"]]}
        for item in box.values["items"]
    ]
    return replace(box, values={**box.values, "items": items})


def _changed(
    boxes: tuple[FileBox, ...], path: list[str], change: Callable[[FileBox], FileBox | None]
) -> tuple[FileBox, ...]:
    kept = []
    for box in boxes:
        if box.kind != path[0]:
            kept.append(box)
        elif path[1:]:
            kept.append(replace(box, children=_changed(box.children, path[1:], change)))
        elif (changed := change(box)) is not None:
            kept.append(changed)
    return tuple(kept)


def setting(**values: object) -> Callable[[FileBox], FileBox]:
    """Return a change of fields."""
    return lambda box: replace(box, values={**box.values, **values})


def in_entries(name: str, **values: object) -> Callable[[FileBox], FileBox]:
    """Return a change of fields of all records of a list."""
    return lambda box: replace(box, values={**box.values, name: [{**each, **values} for each in box.values[name]]})


def left_out(_box: FileBox) -> None:
    """Leave a box out."""


def twice(path: str) -> bytes:
    """Return the whole file with the box at a path twice."""
    *above, kind = path.split("/")
    double = lambda box: replace(  # noqa: E731 - one line is all it is
        box, children=tuple(each for child in box.children for each in [child] * (1 + (child.kind == kind)))
    )
    if above:
        return with_box("/".join(above), double)
    return b"".join(write_box(box) * (1 + (box.kind == kind)) for box in boxes_of(whole_file()))


def clap(width: int, height: int, part: Rect) -> Property:
    """Return the property that crops a picture of a size to a part of it."""
    numbers = []
    for whole, first, count in ((width, part.x, part.w), (height, part.y, part.h)):
        middle = 2 * first + count - whole  # twice the offset
        numbers.append((count, 1, middle % (1 << 32), 2))
    names = ("cleanAperture{}N", "cleanAperture{}D", "{}OffN", "{}OffD")
    words = (("Width", "horiz"), ("Height", "vert"))
    values = {
        name.format(side if "clean" in name else way): number
        for (side, way), four in zip(words, numbers, strict=True)
        for name, number in zip(names, four, strict=True)
    }
    return Property(FileBox("clap", values), essential=True)


def transformed(*properties: Property, data: bytes | None = None) -> bytes:
    """Return a file (None: the whole one) whose picture has these in place of its rotation and mirroring."""
    file = heif_of(whole_file() if data is None else data)
    item = file.item(file.primary)
    assert item is not None
    kept = tuple(each for each in item.properties if each.box.kind not in ("clap", "irot", "imir"))
    return write_heif(file.with_item(replace(item, properties=(*kept, *properties), places=())))
