"""Ways to damage a stream: by one element, by one payload, by one unit.

In: a legal codestream.  Out: a codestream in which just that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refdec.bitstream import syntax
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import environment, field_list_name, read_headers
from refdec.bitstream.markers import Marker

__all__ = ["flipped", "patched", "resized", "twice", "without"]

BIT_CODED = (Marker.PIH, Marker.TON, Marker.RDI)


def patched(data: bytes, element: str, value: int) -> bytes:
    """Return the stream with another value in one element of a fixed width; raises KeyError if it is not coded."""
    codestream = read_codestream(data)
    headers = read_headers(codestream, cross_checks=False)
    for marker in BIT_CODED:
        part = codestream.only(marker)
        if part is None:
            continue
        known = environment(marker.name, headers.picture, part.payload)
        name = field_list_name(marker, headers.edition)
        for record in syntax.annotate(name, part.payload, known, first_byte=part.payload_offset):
            if record.name == element:
                bits = np.unpackbits(np.frombuffer(data, np.uint8))
                for k in range(record.n_bits):
                    bits[record.bit_offset.bits + k] = (value >> (record.n_bits - 1 - k)) & 1
                return np.packbits(bits).tobytes()
    raise KeyError(element)


def resized(data: bytes, marker: Marker, change: Callable[[bytes], bytes], *, only_first: bool = False) -> bytes:
    """Return the stream with the payloads of a marker passed through `change`, sizes adjusted."""
    parts: list[tuple[Marker, bytes]] = []
    waiting = True
    for part in read_codestream(data).substreams:
        payload = bytes(part.payload)
        if part.marker is marker and waiting:
            payload = change(payload)
            waiting = not only_first
        parts.append((part.marker, payload))
    return write_codestream(parts)


def without(data: bytes, *markers: Marker) -> bytes:
    """Return the stream without some substreams."""
    return write_codestream((p.marker, p.payload) for p in read_codestream(data).substreams if p.marker not in markers)


def twice(data: bytes, marker: Marker) -> bytes:
    """Return the stream with one substream repeated at the end."""
    parts = [(p.marker, p.payload) for p in read_codestream(data).substreams]
    return write_codestream([*parts, next(part for part in parts if part[0] is marker)])


def flipped(payload: bytes, position: int, mask: int) -> bytes:
    """Return bytes with some bits of one byte inverted."""
    return payload[:position] + bytes([payload[position] ^ mask]) + payload[position + 1 :]
