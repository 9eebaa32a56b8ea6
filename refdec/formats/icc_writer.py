"""ICC profiles of code points of ITU-T H.273 (5.16), for formats that know ICC and no cICP: TIFF, JPEG, WebP.

In: colour primaries and transfer characteristics.  Out: the bytes of a profile (ICC.1, version 4.3), a matrix and a
curve; the same bytes everywhere.  Exact fractions, cut to the profile's 1/65536 at the end.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from refdec.clauses import clause

__all__ = ["icc_profile"]

Point: TypeAlias = tuple[int, int]
"""Chromaticity x, y in 1/10000."""
Vector: TypeAlias = tuple[Fraction, Fraction, Fraction]
Matrix: TypeAlias = tuple[Vector, Vector, Vector]

D65, C = (3127, 3290), (3100, 3160)
PRIMARIES: Mapping[int, tuple[Point, Point, Point, Point]] = {
    1: ((6400, 3300), (3000, 6000), (1500, 600), D65),
    4: ((6700, 3300), (2100, 7100), (1400, 800), C),
    5: ((6400, 3300), (2900, 6000), (1500, 600), D65),
    6: ((6300, 3400), (3100, 5950), (1550, 700), D65),
    7: ((6300, 3400), (3100, 5950), (1550, 700), D65),
    9: ((7080, 2920), (1700, 7970), (1310, 460), D65),
    11: ((6800, 3200), (2650, 6900), (1500, 600), (3140, 3510)),
    12: ((6800, 3200), (2650, 6900), (1500, 600), D65),
}
"""Red, green, blue and white of colour primaries that are a matrix (H.273, table 2)."""
BT709 = ("1/0.45", "1/1.099", "0.099/1.099", "1/4.5", "0.081/1")
CURVES: Mapping[int, tuple[str, ...]] = {
    1: BT709,
    4: ("2.2/1",),
    5: ("2.8/1",),
    6: BT709,
    7: ("1/0.45", "1/1.1115", "0.1115/1.1115", "1/4", "0.0912/1"),
    8: ("1/1",),
    13: ("2.4/1", "1/1.055", "0.055/1.055", "1/12.92", "0.04045/1"),
    14: BT709,
    15: BT709,
}
"""Parameters g (a b c d) of an ICC parametric curve for transfer characteristics that are one (H.273, table 3)."""
D50: Vector = (Fraction(9642, 10000), Fraction(1), Fraction(8249, 10000))
BRADFORD: Matrix = (
    (Fraction(8951, 10000), Fraction(2664, 10000), Fraction(-1614, 10000)),
    (Fraction(-7502, 10000), Fraction(17135, 10000), Fraction(367, 10000)),
    (Fraction(389, 10000), Fraction(-685, 10000), Fraction(10296, 10000)),
)
HEADER_BYTES = 128


def _times(matrix: Matrix, vector: Sequence[Fraction]) -> Vector:
    first, second, third = (sum((a * b for a, b in zip(row, vector, strict=True)), Fraction()) for row in matrix)
    return first, second, third


def _product(left: Matrix, right: Matrix) -> Matrix:
    columns = [_times(left, column) for column in zip(*right, strict=True)]
    first, second, third = zip(*columns, strict=True)
    return first, second, third


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    first, second, third = ((Fraction(x, whole), Fraction(y, whole), Fraction(z, whole)) for x, y, z in rows)
    return first, second, third


def _xyz(point: Point) -> Vector:
    """Return X, Y, Z of a chromaticity at Y = 1."""
    x, y = point
    return Fraction(x, y), Fraction(1), Fraction(10000 - x - y, y)


def _adapted(white: Vector) -> Matrix:
    """Return the Bradford adaptation from a white to D50."""
    there, wanted = _times(BRADFORD, white), _times(BRADFORD, D50)
    zero = Fraction()
    ratio = [Fraction(to, of) for to, of in zip(wanted, there, strict=True)]
    scale: Matrix = ((ratio[0], zero, zero), (zero, ratio[1], zero), (zero, zero, ratio[2]))
    return _product(_inverse(BRADFORD), _product(scale, BRADFORD))


def _s15(value: Fraction) -> bytes:
    """Return an s15Fixed16Number, rounded half up."""
    return struct.pack(">i", (value * 65536 + Fraction(1, 2)).__floor__())


def _xyz_tag(vector: Sequence[Fraction]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_s15, vector))


def _text_tag(text: str) -> bytes:
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, 2 * len(text), 28) + text.encode("utf-16-be")


def _number(text: str) -> Fraction:
    """Return a quotient of decimals, "1/1.055"."""
    above, _, below = text.partition("/")
    return Fraction(Fraction(above), Fraction(below))


def _curve_tag(parameters: Sequence[str]) -> bytes:
    kind = 0 if len(parameters) == 1 else 3
    return b"para" + struct.pack(">IHH", 0, kind, 0) + b"".join(_s15(_number(each)) for each in parameters)


@clause("5.16", kind="added", reason="files that know no cICP say colours by an ICC profile")
@lru_cache(maxsize=32)
def icc_profile(primaries: int, transfer: int, *, gray: bool = False) -> bytes | None:
    """(5.16) Return the profile of colour primaries and transfer characteristics; None where none can say them.

    None for unspecified and reserved values, and for transfers that are no parametric curve (logarithms, PQ, HLG).
    `gray`: a profile of one channel.
    """
    if primaries not in PRIMARIES or transfer not in CURVES:
        return None
    *corners, white = (_xyz(point) for point in PRIMARIES[primaries])
    red, green, blue = zip(*corners, strict=True)
    columns: Matrix = (red, green, blue)
    gains = _times(_inverse(columns), white)
    adaptation = _adapted(white)
    curve = _curve_tag(CURVES[transfer])
    tags = {
        b"desc": _text_tag(f"CICP {primaries} {transfer}"),
        b"cprt": _text_tag("No copyright"),
        b"wtpt": _xyz_tag(D50),
        b"chad": b"sf32\0\0\0\0" + b"".join(_s15(value) for row in adaptation for value in row),
    }
    if gray:
        tags[b"kTRC"] = curve
    else:
        for name, corner, gain in zip((b"r", b"g", b"b"), corners, gains, strict=True):
            tags[name + b"XYZ"] = _xyz_tag(_times(adaptation, [gain * value for value in corner]))
            tags[name + b"TRC"] = curve
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
    return (header + b"".join(map(_s15, D50))).ljust(HEADER_BYTES, b"\0") + table + data
