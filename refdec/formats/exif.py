"""Exif data and XMP (what cameras write beside a picture): which way is up, and the names of the rest.

In: Exif data as Pillow reads them, XMP as bytes.  Out: an orientation 1..8, names for a warning; and the same data of a
picture that was turned.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from refdec.errors import first_of
from refdec.formats.description import UPRIGHT
from refdec.formats.errors import PictureDamaged
from refdec.formats.exif_tree import ENTRY_BYTES, EXIF_IFD, GPS_IFD, INTEROP_IFD, ORDERS
from refdec.formats.foreign_readers import damage_named
from refdec.heif.parts import Metadata

if TYPE_CHECKING:
    from PIL.Image import Exif

__all__ = [
    "ORIENTATION",
    "ExifFacts",
    "bare_exif",
    "dots_per_inch",
    "exif_beside",
    "exif_from_bytes",
    "exif_with_resolution",
    "facts_of_exif",
    "resolution_in_exif",
    "turned_upright",
]

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x0112, 0x011A, 0x011B, 0x0128
RESOLUTION = (X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT)
PER_INCH, PER_CENTIMETRE = 2, 3
SHORT, RATIONAL, RATIONAL_BYTES = 3, 5, 8
OFFSET_BYTES, BIG_HEAD = 4, b"MM\0*\0\0\0\x08"
LONGEST = 65527
"""Bytes of Exif data in a JPEG."""
LARGEST, FINEST = 1 << 31, 1000
"""Dots per metre that are passed on, exclusive; and parts of a dot that are told apart."""
INTEROP_INDEX, ADOBE_RGB = 1, "R03"
ABOUT_SAMPLES = frozenset(
    {*range(0x0FE, 0x10B), 0x111, ORIENTATION, 0x115, 0x116, 0x117, 0x118, 0x119, 0x11A, 0x11B, 0x11C, 0x128, 0x129}
    | {0x12D, 0x13D, 0x140, 0x142, 0x143, 0x144, 0x145, 0x14A, 0x152, 0x153, 0x15B, 0x201, 0x202, 0x211, 0x212, 0x213}
    | {0x214, 0x2BC, 0x8769, 0x8773, 0x8825, 0x9000, 0x9101, 0xA000, 0xA001, 0xA002, 0xA003, 0xA005}
)
"""Tags about how samples are stored, and those that are named apart: resolution, profile, XMP."""
XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:=[\"']|>)\s*([1-8])")
EXIF_START = b"Exif\0\0"


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """What Exif data say: an orientation 1..8, the names of the rest, and whether they state a resolution."""

    orientation: int
    names: tuple[str, ...]
    resolved: bool = False


def facts_of_exif(read: Callable[[], Exif], xmp: bytes = b"") -> ExifFacts:
    """Return what the Exif data say that `read` returns, and XMP about the orientation; damaged ones say nothing."""
    try:
        with damage_named("Exif"):
            found = read()
            return ExifFacts(_orientation_of(found, xmp), _names_in(found), X_RESOLUTION in found)
    except PictureDamaged:
        return ExifFacts(UPRIGHT, ("Exif data that cannot be read",))


def exif_from_bytes(data: bytes) -> Exif:
    """Return the Exif data of a block of bytes; raises what Pillow raises for damaged ones."""
    from PIL.Image import Exif

    found = Exif()
    found.load(EXIF_START + bare_exif(data))
    return found


def exif_beside(found: Exif) -> Exif:
    """Return Exif data without what is about samples: the directory of a TIFF says that too."""
    from PIL.Image import Exif

    kept = Exif()
    for tag, value in found.items():
        if tag not in ABOUT_SAMPLES or tag in RESOLUTION:
            kept[tag] = value
    for directory in (EXIF_IFD, GPS_IFD):
        if inner := found.get_ifd(directory):
            kept[directory] = dict(inner)
    return kept


def exif_with_resolution(data: bytes, across: Fraction, down: Fraction, *, per_centimetre: bool = False) -> bytes:
    """Return Exif data, from their TIFF header on, that state a resolution in dots per inch, or per centimetre.

    `data`: those that there are, without one, or none.  The main directory is written anew behind them, so that nothing
    else moves: notes of makers point to places.  Damaged data, and what no JPEG would hold then, come back as found.
    """
    order = ORDERS.get(data[:4], "big")
    start = int.from_bytes(data[4:8], order)
    count = int.from_bytes(data[start : start + 2], order)
    begin, end = start + 2, start + 2 + ENTRY_BYTES * count
    if data and (data[:4] not in ORDERS or end + OFFSET_BYTES > len(data)):
        return data
    head = data + bytes(len(data) % 2) if data else BIG_HEAD
    rows = [data[at : at + ENTRY_BYTES] for at in range(begin, end, ENTRY_BYTES)] if data else []
    rows = [row for row in rows if int.from_bytes(row[:2], order) not in RESOLUTION]
    values = len(head) + 2 + ENTRY_BYTES * (len(rows) + len(RESOLUTION)) + OFFSET_BYTES
    unit = PER_CENTIMETRE if per_centimetre else PER_INCH
    rows += [
        _entry(order, X_RESOLUTION, RATIONAL, values.to_bytes(4, order)),
        _entry(order, Y_RESOLUTION, RATIONAL, (values + RATIONAL_BYTES).to_bytes(4, order)),
        _entry(order, RESOLUTION_UNIT, SHORT, unit.to_bytes(2, order) + bytes(2)),
    ]
    rows.sort(key=lambda row: int.from_bytes(row[:2], order))
    following = data[end : end + OFFSET_BYTES] if data else bytes(OFFSET_BYTES)
    dots = [part for each in (across, down) for part in each.limit_denominator(FINEST).as_integer_ratio()]
    made = head[:4] + len(head).to_bytes(4, order) + head[8:]
    made += len(rows).to_bytes(2, order) + b"".join(rows) + following
    made += b"".join(part.to_bytes(4, order) for part in dots)
    return made if len(made) <= LONGEST or len(data) > LONGEST else data


def _entry(order: Literal["little", "big"], tag: int, kind: int, value: bytes) -> bytes:
    """Return an entry of one value, or of the place where it stands."""
    return tag.to_bytes(2, order) + kind.to_bytes(2, order) + (1).to_bytes(4, order) + value


def resolution_in_exif(data: bytes) -> tuple[int, int] | None:
    """Return dots per metre, across and down, that Exif data state; None for none, and for damaged ones."""
    try:
        with damage_named("Exif"):
            found = exif_from_bytes(data)
            per_metre = {PER_INCH: Fraction(10000, 254), PER_CENTIMETRE: Fraction(100)}[
                found.get(RESOLUTION_UNIT, PER_INCH)
            ]
            across, down = (_rounded(Fraction(found[tag]) * per_metre) for tag in (X_RESOLUTION, Y_RESOLUTION))
    except PictureDamaged:
        return None
    return (across, down) if min(across, down) > 0 and max(across, down) < LARGEST else None


def dots_per_inch(data: bytes) -> tuple[int, int] | None:
    """Return whole dots per inch, across and down, that Exif data state; None for none, and for damaged ones."""
    found = resolution_in_exif(data)
    if found is None:
        return None
    across, down = (_rounded(Fraction(254 * dots, 10000)) for dots in found)
    return across, down


def _rounded(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def bare_exif(data: bytes) -> bytes:
    """Return Exif data from their TIFF header on."""
    return data.removeprefix(EXIF_START)


def turned_upright(metadata: Metadata) -> Metadata:
    """Return metadata that say 1 where they say an orientation: of a picture that is upright now."""
    xmp = XMP_ORIENTATION.sub(lambda found: found[0][:-1] + b"1", metadata.xmp)
    return replace(metadata, exif=_upright_exif(metadata.exif), xmp=xmp)


def _upright_exif(data: bytes) -> bytes:
    """Return Exif data, from their TIFF header on, whose orientation is 1 if they have one; damaged ones as found."""
    order = ORDERS.get(data[:4])
    if order is None:
        return data
    start = int.from_bytes(data[4:8], order)
    for entry in range(int.from_bytes(data[start : start + 2], order)):
        at = start + 2 + ENTRY_BYTES * entry
        if int.from_bytes(data[at : at + 2], order) == ORIENTATION and at + ENTRY_BYTES <= len(data):
            return data[: at + 8] + UPRIGHT.to_bytes(2, order) + data[at + 10 :]
    return data


def _orientation_of(exif: Exif, xmp: bytes) -> int:
    """Return the orientation 1..8 that Exif data name, or else XMP; 1 where neither names one that exists."""
    value = exif.get(ORIENTATION)
    if value is None and (found := XMP_ORIENTATION.search(xmp)):
        value = int(found[1])
    return value if isinstance(value, int) and value in range(1, 9) else UPRIGHT


def _names_in(exif: Exif) -> tuple[str, ...]:
    """Return names for what Exif data hold beside the orientation, empty if that is nothing."""
    from PIL.ExifTags import TAGS

    main, deeper = dict(exif), dict(exif.get_ifd(EXIF_IFD))
    tags = [tag for tag in (*main, *deeper) if tag not in ABOUT_SAMPLES]
    names = [TAGS.get(tag, f"tag {tag}") for tag in tags]
    found = []
    if exif.get_ifd(INTEROP_IFD).get(INTEROP_INDEX) == ADOBE_RGB:
        found.append("the colour space Adobe RGB that its Exif data name")
    if names:
        found.append(f"Exif data ({first_of(names)})")
    if exif.get_ifd(GPS_IFD):
        found.append("a GPS position")
    return tuple(found)
