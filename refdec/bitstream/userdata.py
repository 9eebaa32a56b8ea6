"""The weights fingerprint that refdec's encoders leave in UDI (1.5.4), so that a decoder with other weights can say so.

In: user data.  Out: the fingerprint, or None where the data are somebody else's.  Other decoders ignore it: UDI is
opaque.  Layout: the 16 bytes `refdec-weights/1`, then 32 bytes: SHA-256 over the two common checkpoints that a stream
was made with.
"""

from __future__ import annotations

from refdec.clauses import clause

__all__ = ["MARK", "read_weights_mark", "weights_mark"]

MARK = b"refdec-weights/1"
DIGEST_BYTES = 32


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
