"""What refdec's encoders leave in UDI (1.5.4): the fingerprint of the weights, and the mark of a gray source.

In: user data.  Out: what they say, or None where the data are somebody else's.  Other decoders ignore it: UDI is
opaque.  Layout: records one after the other, each at most once and in this order.  `refdec-weights/1` and 32 bytes:
SHA-256 over the two common checkpoints that a stream was made with.  `refdec-gray/1` and three zero bytes, then one
byte, 1 or 3: the number of components, all of them equal, that the gray source had.  Where bytes count there are short
ones in their places: `rfw2` and the first 8 bytes of the digest, `rfg2` and the byte.  `privaterecord` has what may
stand behind them.
"""

from __future__ import annotations

from refdec.clauses import clause

__all__ = [
    "GRAY_COMPONENTS",
    "gray_mark",
    "marks_end",
    "read_gray_mark",
    "read_weights_mark",
    "short_marks",
    "weights_mark",
]

MARK = b"refdec-weights/1"
DIGEST_BYTES = 32
SHORT_MARK, SHORT_DIGEST_BYTES, SHORT_GRAY_MARK = b"rfw2", 8, b"rfg2"
GRAY_MARK = b"refdec-gray/1\0\0\0"
GRAY_COMPONENTS = (1, 3)


@clause("1.5.4", kind="added", reason="nothing in the standard names the weights that a stream needs")
def weights_mark(fingerprint: str) -> bytes:
    """Return the user data that name a fingerprint of 64 hexadecimal digits."""
    digest = bytes.fromhex(fingerprint)
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a fingerprint has {DIGEST_BYTES} bytes, not {len(digest)}")
    return MARK + digest


def _weights_record(user_data: bytes | None) -> tuple[int, bytes]:
    """Return the length of the record that names weights, and what it has of their digest; 0 and nothing for none."""
    for mark, size in ((MARK, DIGEST_BYTES), (SHORT_MARK, SHORT_DIGEST_BYTES)):
        end = len(mark) + size
        if user_data is not None and user_data.startswith(mark) and len(user_data) >= end:
            return end, user_data[len(mark) : end]
    return 0, b""


def read_weights_mark(user_data: bytes | None) -> str | None:
    """Return the fingerprint that user data name, or its first 16 digits; None if they are not a mark of this kind."""
    return _weights_record(user_data)[1].hex() or None


@clause("1.5.4", kind="added", reason="the standard has no monochrome format, and RDI no code point for one")
def gray_mark(components: int) -> bytes:
    """Return the user data that mark a gray source of 1 component, or of 3 that are equal (or have neutral chroma)."""
    if components not in GRAY_COMPONENTS:
        raise ValueError(f"a gray source has 1 or 3 components, not {components}")
    return GRAY_MARK + bytes([components])


def _gray_record(user_data: bytes | None) -> tuple[int, int | None]:
    """Return where the record of a gray source ends, and its components; where weights' ends, and None, for none."""
    start, _ = _weights_record(user_data)
    rest = (user_data or b"")[start:]
    for mark in (GRAY_MARK, SHORT_GRAY_MARK):
        if rest.startswith(mark) and len(rest) > len(mark) and rest[len(mark)] in GRAY_COMPONENTS:
            return start + len(mark) + 1, rest[len(mark)]
    return start, None


def read_gray_mark(user_data: bytes | None) -> int | None:
    """Return the number of components of the gray source that user data mark, None where they mark none."""
    return _gray_record(user_data)[1]


def marks_end(user_data: bytes) -> int:
    """Return where the marks of this module end; 0 where user data are somebody else's."""
    return _gray_record(user_data)[0]


@clause("1.5.4", kind="added", reason="in a very small picture the marks are a third of the bytes")
def short_marks(user_data: bytes) -> bytes:
    """(1.5.4) Return user data with short marks in the place of long ones; all that stands behind them stays."""
    _, digest = _weights_record(user_data)
    end, components = _gray_record(user_data)
    weights = SHORT_MARK + digest[:SHORT_DIGEST_BYTES] if digest else b""
    gray = SHORT_GRAY_MARK + bytes([components]) if components is not None else b""
    return weights + gray + user_data[end:]
