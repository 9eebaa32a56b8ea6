"""What refdec's encoders leave in UDI (1.5.4): the fingerprint of the weights, and the mark of a gray source.

In: user data.  Out: what they say, or None where the data are somebody else's.  Other decoders ignore it: UDI is
opaque.  Layout: records one after the other, each at most once and in this order.  `refdec-weights/1` and 32 bytes:
SHA-256 over the two common checkpoints that a stream was made with.  `refdec-gray/1` and three zero bytes, then one
byte, 1 or 3: the number of components, all of them equal, that the gray source had.  `privaterecord` has what may stand
behind them.
"""

from __future__ import annotations

from refdec.clauses import clause

__all__ = ["GRAY_COMPONENTS", "gray_mark", "marks_end", "read_gray_mark", "read_weights_mark", "weights_mark"]

MARK = b"refdec-weights/1"
DIGEST_BYTES = 32
GRAY_MARK = b"refdec-gray/1\0\0\0"
GRAY_COMPONENTS = (1, 3)


@clause("1.5.4", kind="added", reason="nothing in the standard names the weights that a stream needs")
def weights_mark(fingerprint: str) -> bytes:
    """Return the user data that name a fingerprint of 64 hexadecimal digits."""
    digest = bytes.fromhex(fingerprint)
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a fingerprint has {DIGEST_BYTES} bytes, not {len(digest)}")
    return MARK + digest


def read_weights_mark(user_data: bytes | None) -> str | None:
    """Return the fingerprint that user data name, None if they are not a mark of this kind."""
    if user_data is None or not user_data.startswith(MARK) or len(user_data) < len(MARK) + DIGEST_BYTES:
        return None
    return user_data[len(MARK) : len(MARK) + DIGEST_BYTES].hex()


@clause("1.5.4", kind="added", reason="the standard has no monochrome format, and RDI no code point for one")
def gray_mark(components: int) -> bytes:
    """Return the user data that mark a gray source of 1 component, or of 3 that are equal (or have neutral chroma)."""
    if components not in GRAY_COMPONENTS:
        raise ValueError(f"a gray source has 1 or 3 components, not {components}")
    return GRAY_MARK + bytes([components])


def read_gray_mark(user_data: bytes | None) -> int | None:
    """Return the number of components of the gray source that user data mark, None where they mark none."""
    if user_data is None:
        return None
    rest = user_data[len(MARK) + DIGEST_BYTES :] if read_weights_mark(user_data) is not None else user_data
    if not rest.startswith(GRAY_MARK) or len(rest) <= len(GRAY_MARK) or rest[len(GRAY_MARK)] not in GRAY_COMPONENTS:
        return None
    return rest[len(GRAY_MARK)]


def marks_end(user_data: bytes) -> int:
    """Return where the marks of this module end; 0 where user data are somebody else's."""
    weights = 0 if read_weights_mark(user_data) is None else len(MARK) + DIGEST_BYTES
    return weights if read_gray_mark(user_data) is None else weights + len(GRAY_MARK) + 1
