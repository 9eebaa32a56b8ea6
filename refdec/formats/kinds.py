"""What kind of file something is, by its name and by its first bytes.

In: a suffix or the first bytes.  Out: whether it is a codestream, or which picture format.  It imports nothing but the
table of first bytes: doors into other libraries ask it too.
"""

from __future__ import annotations

from refdec.bitstream.firstbytes import CODESTREAM_START, file_kind

__all__ = ["CODESTREAM_START", "CODESTREAM_SUFFIXES", "MEDIA_TYPE", "is_codestream", "sniffed_suffix"]

CODESTREAM_SUFFIXES = (".jai", ".jpgai", ".jpai", ".bits")
"""Suffixes by which codestreams are found in folders; we write the first."""
MEDIA_TYPE = "image/jpeg-ai"
"""What we call a bare codestream: no registered type is for it (image/jaii and image/jais are for HEIF files)."""


def is_codestream(data: bytes) -> bool:
    """Tell whether data begin as a codestream does."""
    return data.startswith(CODESTREAM_START)


def sniffed_suffix(data: bytes) -> str:
    """Return the suffix of the picture format that data begin like, or an empty text."""
    kind = file_kind(data)
    return "" if kind is None else kind.suffix
