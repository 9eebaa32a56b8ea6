"""ICC profiles of code points of ITU-T H.273 (5.16), for formats that know ICC and no cICP: TIFF, JPEG, WebP.

In: colour primaries and transfer characteristics.  Out: the bytes of a profile (ICC.1, version 4.3), a matrix and a
curve; the same bytes everywhere: exact fractions (`colorimetry`), cut to the profile's 1/65536 at the end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from refdec.clauses import clause
from refdec.formats.colorimetry import CHROMATICITIES, CURVES, D50, adaptation, colorants, curve, s15

__all__ = ["icc_profile"]

HEADER_BYTES = 128


def _s15_bytes(values: Iterable[Fraction]) -> bytes:
    """Return s15Fixed16Numbers."""
    return b"".join(struct.pack(">i", s15(value)) for value in values)


def _xyz_tag(vector: Sequence[Fraction]) -> bytes:
    return b"XYZ \0\0\0\0" + _s15_bytes(vector)


def _text_tag(text: str) -> bytes:
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, 2 * len(text), 28) + text.encode("utf-16-be")


def _curve_tag(parameters: Sequence[Fraction]) -> bytes:
    kind = 0 if len(parameters) == 1 else 3
    return b"para" + struct.pack(">IHH", 0, kind, 0) + _s15_bytes(parameters)


@clause("5.16", kind="added", reason="files that know no cICP say colours by an ICC profile")
@lru_cache(maxsize=32)
def icc_profile(primaries: int, transfer: int, *, gray: bool = False) -> bytes | None:
    """(5.16) Return the profile of colour primaries and transfer characteristics; None where none can say them.

    None for unspecified and reserved values, and for transfers that are no parametric curve (logarithms, PQ, HLG).
    `gray`: a profile of one channel.
    """
    if primaries not in CHROMATICITIES or transfer not in CURVES:
        return None
    shape = _curve_tag(curve(transfer))
    tags = {
        b"desc": _text_tag(f"CICP {primaries} {transfer}"),
        b"cprt": _text_tag("No copyright"),
        b"wtpt": _xyz_tag(D50),
        b"chad": b"sf32\0\0\0\0" + _s15_bytes(value for row in adaptation(primaries) for value in row),
    }
    if gray:
        tags[b"kTRC"] = shape
    else:
        for name, column in zip((b"r", b"g", b"b"), colorants(primaries), strict=True):
            tags[name + b"XYZ"] = _xyz_tag(column)
            tags[name + b"TRC"] = shape
    return _assembled(tags, b"GRAY" if gray else b"RGB ")


def _assembled(tags: Mapping[bytes, bytes], space: bytes) -> bytes:
    """Return header, table of tags, and the tags; equal ones are stored once."""
    places: dict[bytes, int] = {}
    data, first = b"", HEADER_BYTES + 4 + 12 * len(tags)
    for tag in tags.values():
        if tag not in places:
            places[tag] = first + len(data)
            data += tag + bytes(-len(tag) % 4)
    table = struct.pack(">I", len(tags)) + b"".join(
        name + struct.pack(">II", places[tag], len(tag)) for name, tag in tags.items()
    )
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sI4s4sQI",
        first + len(data),
        b"\0\0\0\0",
        0x04300000,
        b"mntr",
        space,
        b"XYZ ",
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0),
        b"acsp",
        b"\0\0\0\0",
        0,
        b"\0\0\0\0",
        b"\0\0\0\0",
        0,
        0,
    )
    return (header + _s15_bytes(D50)).ljust(HEADER_BYTES, b"\0") + table + data
