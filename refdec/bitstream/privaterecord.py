"""The record of private regions in UDI (1.5.4): which rectangles are not shown, and what a key opens.

In: user data, or a codestream.  Out: `PrivateRecord`, or a codestream with other user data.  Other decoders ignore it:
UDI is opaque.  It is the last record, behind the marks of `userdata`; numbers are big-endian.  Layout:
`refdec-private/1`; one byte, 0: left out, 1: sealed with a key, 2: with a passphrase; a u16, the number of rectangles
(1..256); for each x, y, width, height as u32.  Where it is sealed: 32 bytes SHA-256 of the codestream without the
record, 16 bytes salt, 12 bytes nonce, 16 bytes check of the key, the length of the ciphertext as u32, the ciphertext.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.userdata import marks_end
from refdec.clauses import clause
from refdec.limits import Limits
from refdec.tiling.geometry import Rect

__all__ = ["MOST_RECTANGLES", "PrivateRecord", "Sealed", "private_part", "read_private_record", "with_user_data"]

PRIVATE_MARK = b"refdec-private/1"
MOST_RECTANGLES = 256
LEFT_OUT, WITH_KEY, WITH_PASSPHRASE = 0, 1, 2
DIGEST, SALT, NONCE, CHECK, LENGTH = 32, 16, 12, 16, 4
COORDINATE = 4
REASON = "regions that only some may see are no matter of the standard"


@clause("1.5.4", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True)
class Sealed:
    """(1.5.4) What a key opens: `public_sha256` names the codestream that it belongs to."""

    passphrase: bool
    public_sha256: bytes
    salt: bytes
    nonce: bytes
    key_check: bytes
    ciphertext: bytes = field(repr=False)


@clause("1.5.4", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True)
class PrivateRecord:
    """(1.5.4) The private rectangles of the displayed picture, in luma samples; `sealed` None: they are left out."""

    rectangles: tuple[Rect, ...]
    sealed: Sealed | None = None

    def head(self, ciphertext_bytes: int) -> bytes:
        """(1.5.4) Return all but the ciphertext of so many bytes: what it is bound to."""
        kind = LEFT_OUT if self.sealed is None else WITH_PASSPHRASE if self.sealed.passphrase else WITH_KEY
        out = bytearray(PRIVATE_MARK + bytes([kind]) + len(self.rectangles).to_bytes(2, "big"))
        for rect in self.rectangles:
            for number in (rect.x, rect.y, rect.w, rect.h):
                out += number.to_bytes(COORDINATE, "big")
        if (sealed := self.sealed) is not None:
            out += sealed.public_sha256 + sealed.salt + sealed.nonce + sealed.key_check
            out += ciphertext_bytes.to_bytes(LENGTH, "big")
        return bytes(out)

    def to_bytes(self) -> bytes:
        """(1.5.4) Return the record."""
        ciphertext = b"" if self.sealed is None else self.sealed.ciphertext
        return self.head(len(ciphertext)) + ciphertext


@clause("1.5.4", kind="added", reason=REASON)
def private_part(user_data: bytes | None) -> tuple[bytes, bytes | None]:
    """(1.5.4) Return user data in front of a record of private regions, and the record, None where there is none."""
    data = user_data or b""
    end = marks_end(data)
    return (data[:end], data[end:]) if data.startswith(PRIVATE_MARK, end) else (data, None)


@clause("1.5.4", kind="added", reason=REASON)
def read_private_record(user_data: bytes | None) -> PrivateRecord | None:
    """(1.5.4) Return the record of private regions in user data, None where there is none, or none that is whole."""
    part = private_part(user_data)[1]
    if part is None:
        return None
    rest = part[len(PRIVATE_MARK) :]
    kind, count = rest[:1], int.from_bytes(rest[1:3], "big")
    size = 4 * COORDINATE
    boxes, rest = rest[3 : 3 + size * count], rest[3 + size * count :]
    if kind not in (b"\0", b"\1", b"\2") or not 1 <= count <= MOST_RECTANGLES or len(boxes) < size * count:
        return None
    numbers = [int.from_bytes(boxes[at : at + COORDINATE], "big") for at in range(0, len(boxes), COORDINATE)]
    rectangles = tuple(Rect(*numbers[at : at + 4]) for at in range(0, len(numbers), 4))
    if kind == b"\0":
        return None if rest else PrivateRecord(rectangles)
    parts = []
    for length in (DIGEST, SALT, NONCE, CHECK, LENGTH):
        parts.append(rest[:length])
        rest = rest[length:]
    digest, salt, nonce, check, said = parts
    if len(said) < LENGTH or int.from_bytes(said, "big") != len(rest):
        return None
    return PrivateRecord(rectangles, Sealed(kind == b"\2", digest, salt, nonce, check, rest))


@clause("1.5.4", kind="added", reason=REASON)
def with_user_data(data: bytes, user_data: bytes, *, limits: Limits | None = None) -> bytes:
    """(1.5.4) Return a codestream with other user data, none where they are empty, and all else byte for byte.

    UDI keeps its place, and else comes behind PIH and TON.  Bytes after EOC are left behind.  Raises what
    `read_codestream` raises.
    """
    found = [(part.marker, part.payload) for part in read_codestream(data, limits=limits).substreams]
    place = next((n for n, (marker, _) in enumerate(found) if marker is Marker.UDI), None)
    if place is None:
        place = sum(marker in (Marker.PIH, Marker.TON) for marker, _ in found[:2])
    parts = [part for part in found if part[0] is not Marker.UDI]
    new = [(Marker.UDI, memoryview(user_data))] if user_data else []
    return write_codestream([*parts[:place], *new, *parts[place:]])
