"""What kind of file something is, by its name and by its first bytes.

In: a suffix or the first bytes.  Out: whether it is a codestream, or which picture format.  It imports nothing but the
table of first bytes: doors into other libraries ask it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from refdec.bitstream.firstbytes import CODESTREAM_START, START_BYTES, file_kind, is_heif

__all__ = [
    "CLIP_SUFFIX",
    "CODESTREAM_SUFFIXES",
    "FILE_SUFFIXES",
    "FLOAT_ALONE",
    "FLOAT_SUFFIXES",
    "FLOAT_VIEWS",
    "HEIF_MEDIA_TYPE",
    "HEIF_SUFFIX",
    "JPEG_2000",
    "MEDIA_TYPE",
    "PILLOW_FORMATS",
    "START_BYTES",
    "FloatView",
    "goes_in_file",
    "is_codestream",
    "is_heif_of_ours",
    "is_jpeg_ai",
    "other_than_picture",
    "sniffed_suffix",
]

HEIF_SUFFIX, CLIP_SUFFIX = ".jaii", ".jais"
"""That of HEIF files with JPEG AI pictures, which clips are too, and one for clips alone."""
FILE_SUFFIXES = (HEIF_SUFFIX, CLIP_SUFFIX)
CODESTREAM_SUFFIXES = (".jai", ".jpgai", ".jpai", ".bits", *FILE_SUFFIXES)
"""Suffixes by which codestreams are found in folders, bare or in HEIF files; we write the first, and HEIF_SUFFIX."""
JPEG_2000 = "JPEG 2000"
PILLOW_FORMATS: Mapping[str, str] = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WebP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".avif": "AVIF",
    ".heic": "HEIF",
    ".heif": "HEIF",
    ".jp2": JPEG_2000,
    ".j2k": JPEG_2000,
}
"""Names of the formats that Pillow reads, by suffix."""
FLOAT_ALONE = (".exr", ".pfm")
"""Formats that hold floats and nothing else."""
FLOAT_SUFFIXES = (*FLOAT_ALONE, ".tif", ".tiff", ".npy")
FloatView: TypeAlias = Literal["sdr", "pq", "codes"]
FLOAT_VIEWS: tuple[FloatView, ...] = ("sdr", "pq", "codes")
"""How floats become codes for viewing."""
SHOWN_TEXT = 40
"""Characters of a text that is no picture."""
MEDIA_TYPE, HEIF_MEDIA_TYPE = "image/jpeg-ai", "image/jaii"
"""What we call a bare codestream, for which no type is registered; and the registered type of HEIF files."""


def goes_in_file(suffix: str, container: str | None) -> bool:
    """Tell whether what is coded goes into a HEIF file: the wish for a container says so, or else the suffix."""
    return suffix in FILE_SUFFIXES if container is None else f".{container}" == HEIF_SUFFIX


def is_codestream(data: bytes) -> bool:
    """Tell whether data begin as a codestream does."""
    return data.startswith(CODESTREAM_START)


def is_heif_of_ours(data: bytes) -> bool:
    """Tell whether data begin as a HEIF file that names JPEG AI among its brands."""
    brands = data[8 : int.from_bytes(data[:4], "big")][:START_BYTES]
    return is_heif(data) and any(suffix[1:].encode() in brands for suffix in (HEIF_SUFFIX, CLIP_SUFFIX))


def is_jpeg_ai(data: bytes) -> bool:
    """Tell whether data begin as a codestream, or as a HEIF file with one."""
    return is_codestream(data) or is_heif_of_ours(data)


def sniffed_suffix(data: bytes) -> str:
    """Return the suffix of the picture format that data begin like, or an empty text."""
    kind = file_kind(data)
    return "" if kind is None else kind.suffix


def other_than_picture(data: bytes) -> str:
    """Return what data begin like that are no picture of `sniffed_suffix`: a page of HTML, a text; "" where that is not
    known.
    """
    if (kind := file_kind(data)) is not None:
        return kind.name
    begin = data[:SHOWN_TEXT]
    is_text = begin.isascii() and begin.translate(None, b"\t\n\r").decode().isprintable()
    return f"a text: {begin.decode()!r}" if is_text else ""
