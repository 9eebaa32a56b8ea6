"""ICC profiles: the name, and whether the profile means what two code points of H.273 say.

In: the bytes of a profile, of which nothing is trusted.  Out: `IccProfile`.  Only profiles of a matrix and curves are
recognised (sRGB, Display P3, BT.2020 ... as they are usually written), and those that name the code points themselves
(tag cicp); what is computed here are integers, so no colour engine meets a hostile profile.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from refdec.formats.colorimetry import curve, s15
from refdec.formats.colour_points import (
    SRGB,
    UNSPECIFIED,
    primaries_of_colorants,
    transfer_of_gamma,
    transfer_of_table,
)

__all__ = ["IccProfile", "read_icc"]

HEADER_BYTES = 128
MOST_TAGS = 200
LONGEST_NAME = 100
ONE = 65536
CURVES = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
PARAMETRIC = (3, 4)
"""Kinds of parametric curves with g, a, b, c, d, and with two offsets more, e and f."""
PIECEWISE = (13, 1, 7)
"""Transfers that such curves are compared with; 6, 14 and 15 are 1 in other words."""
NEAR_PARAMETER = 80
"""Holds for the limit 0.03928 of older sRGB profiles as for 0.04045 of newer ones."""


@dataclass(frozen=True, slots=True)
class IccProfile:
    """What a profile is called, and the (primaries, transfer) of H.273 that mean the same, None if there are none."""

    name: str
    code_points: tuple[int, int] | None


def read_icc(data: bytes) -> IccProfile:
    """Return the name and the meaning of a profile; a damaged one has no meaning."""
    try:
        tags = _tags(data)
        return IccProfile(_name(tags.get(b"desc", b"")), _code_points(data[16:20], tags))
    except (struct.error, IndexError, ValueError):
        return IccProfile("", None)


def _tags(data: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", data, HEADER_BYTES)
    if count > MOST_TAGS:
        raise ValueError(count)
    found = {}
    for index in range(count):
        kind, at, size = struct.unpack_from(">4sII", data, HEADER_BYTES + 4 + 12 * index)
        found[kind] = data[at : at + size]
    return found


def _name(tag: bytes) -> str:
    """Return the text of a description of ICC version 2 or 4."""
    text = ""
    if tag[:4] == b"desc":
        (length,) = struct.unpack_from(">I", tag, 8)
        text = tag[12 : 12 + length].decode("latin-1")
    elif tag[:4] == b"mluc":
        length, at = struct.unpack_from(">II", tag, 20)
        text = tag[at : at + length].decode("utf-16-be", "replace")
    return "".join(c for c in text if c.isprintable()).strip()[:LONGEST_NAME]


def _code_points(space: bytes, tags: Mapping[bytes, bytes]) -> tuple[int, int] | None:
    if tags.get(b"cicp", b"")[:4] == b"cicp":
        primaries, transfer, matrix, full_range = tags[b"cicp"][8:12]
        return (primaries, transfer) if (matrix, full_range) == (0, 1) else None
    if space not in CURVES or any(kind.startswith((b"A2B", b"D2B")) for kind in tags):
        return None
    transfers = {_transfer(tags[kind]) if kind in tags else None for kind in CURVES[space]}
    transfer_code = transfers.pop()
    if transfers or transfer_code is None:
        return None
    if space == b"GRAY":
        return SRGB if transfer_code == SRGB[1] else (UNSPECIFIED, transfer_code)
    colorants = [number for kind in (b"rXYZ", b"gXYZ", b"bXYZ") for number in _xyz(tags.get(kind, b""))]
    primaries_code = primaries_of_colorants(colorants)
    return None if primaries_code is None else (primaries_code, transfer_code)


def _xyz(tag: bytes) -> tuple[int, ...]:
    return struct.unpack_from(">3i", tag, 8)


def _transfer(tag: bytes) -> int | None:
    """Return the transfer of a curve from samples to light."""
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return transfer_of_gamma(100000)
        if count == 1:
            (gamma,) = struct.unpack_from(">H", tag, 12)
            return _transfer_of_exponent(gamma << 8, near=1 << 8)
        return _transfer_of_table(tag, count)
    (kind,) = struct.unpack_from(">H", tag, 8)
    if tag[:4] != b"para" or kind not in (0, *PARAMETRIC):
        return None
    if kind == 0:
        return _transfer_of_exponent(*struct.unpack_from(">i", tag, 12), near=NEAR_PARAMETER)
    found = struct.unpack_from(f">{5 if kind == 3 else 7}i", tag, 12)
    for transfer in PIECEWISE:
        wanted = (*map(s15, curve(transfer)), 0, 0)[: len(found)]
        if all(abs(a - b) <= NEAR_PARAMETER for a, b in zip(found, wanted, strict=True)):
            return transfer
    return None


def _transfer_of_exponent(exponent: int, *, near: int) -> int | None:
    """Return the transfer of an exponent from samples to light in 1/65536, as exact as its format can say it."""
    for transfer, tenths in ((4, 22), (5, 28), (8, 10)):
        if abs(10 * exponent - tenths * ONE) <= 10 * near:
            return transfer
    return None


def _transfer_of_table(tag: bytes, count: int) -> int | None:
    """Return the transfer of a curve of 16-bit numbers, looked up between them at the samples 1/8 to 7/8."""
    if count > (len(tag) - 12) // 2:
        return None
    light = []
    for eighth in range(1, 8):
        at, share = divmod(eighth * (count - 1), 8)
        low, high = struct.unpack_from(">2H", tag, 12 + 2 * at)
        light.append((low * (8 - share) + high * share) // 8)
    return transfer_of_table(light)
