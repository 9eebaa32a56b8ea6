"""Codes of a file that is said to have so many bits of a sample (5.11): none may need more."""

from __future__ import annotations

from refdec.formats.errors import PictureUnsupported

__all__ = ["require_depth"]


def require_depth(format_name: str, stored_bits: int, largest: int, bits: int) -> None:
    """Raise PictureUnsupported where the largest code of a file, which stores `stored_bits`, needs more than `bits`."""
    needed = largest.bit_length()
    if needed > bits:
        raise PictureUnsupported(
            format_name,
            f"{stored_bits}-bit samples with codes of more than {bits} bits",
            f"The largest is {largest}: say --source-bits {needed} to encode (bits={needed} in Python), or --bit-depth "
            f"{needed} to verify.",
        )
