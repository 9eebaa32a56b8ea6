"""What kind of file something is, by its name and by its first bytes.

In: a suffix or the first bytes.  Out: whether it is a codestream, or which picture format.  It imports nothing: doors
into other libraries ask it too.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CODESTREAM_START", "CODESTREAM_SUFFIXES", "is_codestream", "sniffed_suffix"]

CODESTREAM_SUFFIXES = (".jai", ".jpgai", ".jpai", ".bits")
"""Suffixes by which codestreams are found in folders; we write the first."""
CODESTREAM_START = b"\xff\x80"
"""(1.3) The marker SOC."""
PICTURE_STARTS: Mapping[bytes, str] = {b"\x89PNG": ".png", b"P5": ".pgm", b"P6": ".ppm", b"\x93NUMPY": ".npy"}


def is_codestream(data: bytes) -> bool:
    """Tell whether data begin as a codestream does."""
    return data.startswith(CODESTREAM_START)


def sniffed_suffix(data: bytes) -> str:
    """Return the suffix of the picture format that data begin like, or an empty text."""
    return next((suffix for start, suffix in PICTURE_STARTS.items() if data.startswith(start)), "")
