"""What a file is, by its first bytes: the start of a codestream (1.3), and the kinds that are often taken for one.

In: the first bytes of a file.  Out: whether a codestream begins so, or else the kind: its name, what to do with it, and
the suffix of a picture format that is read here.  It imports nothing: doors into other libraries ask it too.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CODESTREAM_START",
    "LFS_POINTER_START",
    "START_BYTES",
    "UNKNOWN_ADVICE",
    "FileKind",
    "file_kind",
    "is_heif",
]

CODESTREAM_START = b"\xff\x80"
"""(1.3) The marker SOC."""
LFS_POINTER_START = b"version https://git-lfs.github.com/spec/v1"
START_BYTES = 128
"""So many bytes of a file are enough for `file_kind`."""

ENCODE = "To make a codestream of it, type: refdec encode FILE OUT.jai"
CONVERT = "Convert it to PNG, then type: refdec encode FILE.png OUT.jai"
FIND = r"LC_ALL=C grep -obaP '\xff\x80\xff\x82' FILE | cut -d: -f1"
UNKNOWN_ADVICE = f"If a codestream is wrapped in it, find its first byte and cut it out from there: {FIND}"
UNWRAP = "The codestream is inside; commands that take codestreams find it, and so does: refdec transcode FILE OUT.jai"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is no codestream.

    `name`: with its article.  `advice`: what to do to get a codestream; its last line ends with a command.  `suffix`:
    that of the picture format, if refdec reads it.
    """

    name: str
    advice: str
    suffix: str = ""


_JPEG_XL, _JPEG_2000 = FileKind("a JPEG XL picture", CONVERT), FileKind("a JPEG 2000 picture", ENCODE, ".jp2")
_TIFF, _GIF = FileKind("a TIFF picture", ENCODE, ".tif"), FileKind("a GIF picture", ENCODE, ".gif")
_ZIP = FileKind(
    "a ZIP archive (as packs of weights and latent bundles are)", "If it holds a codestream, type: unzip FILE"
)
_HTML = FileKind("a page of HTML", "Was it saved in the place of a download?  See what it says: head FILE")
_KINDS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x89PNG", FileKind("a PNG picture", ENCODE, ".png")),
    (b"P1\n", FileKind("a PBM picture", ENCODE, ".pbm")),
    (b"P2\n", FileKind("a PGM picture", ENCODE, ".pgm")),
    (b"P3\n", FileKind("a PPM picture", ENCODE, ".ppm")),
    (b"P4\n", FileKind("a PBM picture", ENCODE, ".pbm")),
    (b"P5", FileKind("a PGM picture", ENCODE, ".pgm")),
    (b"P6", FileKind("a PPM picture", ENCODE, ".ppm")),
    (b"P7\n", FileKind("a PAM picture", ENCODE, ".pam")),
    (b"v/1\x01", FileKind("an OpenEXR picture", ENCODE, ".exr")),
    (b"PF\n", FileKind("a PFM picture", ENCODE, ".pfm")),
    (b"Pf\n", FileKind("a PFM picture", ENCODE, ".pfm")),
    (b"\x93NUMPY", FileKind("a NumPy array", ENCODE, ".npy")),
    (b"\xff\xd8\xff", FileKind("a JPEG picture", ENCODE, ".jpg")),
    (b"\xff\x0a", _JPEG_XL),
    (b"\0\0\0\x0cJXL \r\n\x87\n", _JPEG_XL),
    (b"\xff\x4f\xff\x51", _JPEG_2000),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _JPEG_2000),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
    (b"II+\0", _TIFF),
    (b"MM\0+", _TIFF),
    (b"BM", FileKind("a BMP picture", ENCODE, ".bmp")),
    (b"%PDF-", FileKind("a PDF document", "For the pictures in it, type: pdfimages -png FILE PICTURE")),
    (b"PK\3\4", _ZIP),
    (b"PK\5\6", _ZIP),
    (b"\x1f\x8b", FileKind("a gzip archive", "If it holds a codestream, type: gunzip FILE")),
    (
        LFS_POINTER_START,
        FileKind("a Git LFS pointer, a few lines of text in the place of the file", "In the clone, type: git lfs pull"),
    ),
    (
        b"SQLite format 3\0",
        FileKind(
            "a SQLite database",
            "If the task retrieval made it, it stands behind the codestream: refdec task retrieval query IN.jai FILE",
        ),
    ),
    (b"<!DOCTYPE html", _HTML),
    (b"<!doctype html", _HTML),
    (b"<html", _HTML),
)
"""First bytes, and what begins with them."""

_WEBP = FileKind("a WebP picture", ENCODE, ".webp")
IMAGE_BRANDS, SEQUENCE_BRANDS = ("jaii",), ("jais",)
"""Brands of JPEG AI images and image sequences (media types image/jaii, image/jais)."""
AVIF_BRANDS = ("avif", "avis")
HEIF_BRANDS = (
    *("mif1", "mif2", "msf1", "miaf", "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"),
    *("avci", "avcs", "jpeg", "jpgs", "j2ki", "j2is", "vvic", "vvis"),
)


def is_heif(data: bytes) -> bool:
    """Tell whether data begin as a file of the ISO base media family does."""
    return data[4:8] == b"ftyp"


def file_kind(data: bytes) -> FileKind | None:
    """Return the kind of file that data begin like, None for a codestream and for what is not known."""
    if is_heif(data):
        return _of_brands(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _WEBP
    return next((kind for start, kind in _KINDS if data.startswith(start)), None)


def _of_brands(data: bytes) -> FileKind:
    """Return the kind of a file of the ISO base media family: the brands of its first box tell."""
    size = min(int.from_bytes(data[:4], "big"), START_BYTES)
    places = (8, *range(16, size - 3, 4))  # between them stands the version of the major brand
    brands = [data[at : at + 4].decode("ascii", "replace") for at in places]
    for known, name, advice, suffix in (
        (IMAGE_BRANDS, "a JPEG AI file of the HEIF family", UNWRAP, ""),
        (SEQUENCE_BRANDS, "a JPEG AI file of the HEIF family", UNKNOWN_ADVICE, ""),
        (AVIF_BRANDS, "an AVIF picture", ENCODE, ".avif"),
        (HEIF_BRANDS, "a HEIF picture", ENCODE, ".heic"),
    ):
        if found := [brand for brand in brands if brand in known]:
            return FileKind(f"{name} (ftyp, brand {found[0]})", advice, suffix)
    brand = brands[0] if brands[0].isprintable() and len(brands[0]) == 4 else "unknown"
    return FileKind(f"a film or another file of the ISO base media family (ftyp, brand {brand})", UNKNOWN_ADVICE)
