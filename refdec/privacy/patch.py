"""What makes one codestream of another: the substreams that differ.

In: two codestreams.  Out: a patch; and from the first one and the patch the second one, byte for byte.  Layout, numbers
big-endian: the length of what follows as u32, a u16 number of substreams; for each of them a u16, the number from 1 of
an equal substream of the first codestream; or 0, then the marker as u16, the length as u32, and the payload.  Zero
bytes behind it hide the length (`padded_length`).
"""

from __future__ import annotations

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.limits import Limits
from refdec.privacy.errors import PrivatePartDamaged

__all__ = ["padded_length", "patch_between", "patched"]


def patch_between(public: bytes, whole: bytes, *, limits: Limits | None = None) -> bytes:
    """Return what makes `whole` of `public`.  Raises what `read_codestream` raises."""
    known: dict[tuple[Marker, bytes], list[int]] = {}
    for number, part in enumerate(read_codestream(public, limits=limits).substreams, 1):
        known.setdefault((part.marker, bytes(part.payload)), []).append(number)
    parts = read_codestream(whole, limits=limits).substreams
    out = bytearray(len(parts).to_bytes(2, "big"))
    for part in parts:
        payload = bytes(part.payload)
        if numbers := known.get((part.marker, payload)):
            out += numbers.pop(0).to_bytes(2, "big")
        else:
            out += bytes(2) + int(part.marker).to_bytes(2, "big") + len(payload).to_bytes(4, "big") + payload
    length = 4 + len(out)
    return len(out).to_bytes(4, "big") + bytes(out) + bytes(padded_length(length) - length)


def padded_length(length: int) -> int:
    """Return a length >= `length`, at most 12 % above: one of few, so that it says little (Padme)."""
    bits = length.bit_length() - 1
    step = 1 << max(bits - bits.bit_length(), 0)
    return -(-length // step) * step


def patched(public: bytes, patch: bytes, *, limits: Limits | None = None) -> bytes:
    """Return the codestream that a patch makes of `public`: no longer than both together.

    Raises PrivatePartDamaged for what is no patch, and what `read_codestream` raises.
    """
    parts = read_codestream(public, limits=limits).substreams
    reading = _Reading(patch[4 : 4 + int.from_bytes(patch[:4], "big")])
    found: list[tuple[Marker, bytes | memoryview]] = []
    unused = set(range(1, len(parts) + 1))
    for _ in range(reading.number(2)):
        if number := reading.number(2):
            if number not in unused:
                raise PrivatePartDamaged("it names a substream that is not there, or twice")
            unused.remove(number)
            found.append((parts[number - 1].marker, parts[number - 1].payload))
            continue
        code = reading.number(2)
        if code not in Marker._value2member_map_:
            raise PrivatePartDamaged("it names a marker that does not exist")
        found.append((Marker(code), reading.take(reading.number(4))))
    return write_codestream(found)


class _Reading:
    """A patch, read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        """Return the next bytes.  Raises PrivatePartDamaged where there are fewer."""
        found = self._data[self._at : self._at + count]
        if len(found) < count:
            raise PrivatePartDamaged("it ends too early")
        self._at += count
        return found

    def number(self, count: int) -> int:
        """Return the number of the next bytes."""
        return int.from_bytes(self.take(count), "big")
