"""Codestreams without what a reader infers (1.3, 1.5.4): for very small pictures, where every byte counts.

In: a codestream.  Out: one that decodes to the same samples, shorter by the substreams that say nothing, and by most of
the marks of refdec's encoders.
"""

from __future__ import annotations

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.userdata import short_marks
from refdec.clauses import clause
from refdec.limits import Limits

__all__ = ["compacted"]

INFERRED = {Marker.TON: b"\0", Marker.RDI: b"\0"}
"""Payloads that say what is inferred where their substream is absent: no tool, nothing about rendering."""


@clause("1.3", kind="added", reason="a writer may leave out substreams that say nothing")
def compacted(data: bytes, *, limits: Limits | None = None) -> bytes:
    """(1.3) Return a codestream without TON and RDI that say nothing, and with short marks in UDI.

    Raises what `read_codestream` raises.
    """
    parts: list[tuple[Marker, bytes | memoryview]] = []
    for part in read_codestream(data, limits=limits).substreams:
        payload: bytes | memoryview = part.payload
        if INFERRED.get(part.marker) == bytes(payload):
            continue
        parts.append((part.marker, short_marks(bytes(payload)) if part.marker is Marker.UDI else payload))
    return write_codestream(parts)
