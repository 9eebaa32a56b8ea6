"""What the chunks of a PNG file say beside its samples.

In: `PngChunks`.  Out: `SourceDescription`.  Of the chunks about colours the first of cICP, iCCP, sRGB, gAMA with cHRM
counts, as the PNG specification has it; mDCV and cLLI go into RDI with it.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from fractions import Fraction

from refdec.bitstream.rendering import RenderingInfo
from refdec.errors import first_of
from refdec.formats.colour_points import (
    SRGB,
    UNSPECIFIED,
    primaries_of_chromaticities,
    rendering_of,
    transfer_of_gamma,
)
from refdec.formats.description import (
    PROFILE,
    XMP_NAME,
    SourceDescription,
    bytes_after,
    profile_name,
    resolution,
)
from refdec.formats.exif import bare_exif, dots_per_inch, exif_from_bytes, exif_with_resolution, facts_of_exif
from refdec.formats.icc import read_icc
from refdec.formats.png_chunks import PngChunks
from refdec.formats.png_light import content_light, mastering_display
from refdec.heif.parts import Metadata

__all__ = ["png_description"]

ABOUT_SAMPLES = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sBIT", b"acTL", b"fcTL", b"fdAT"})
READ_HERE = frozenset({b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"mDCV", b"cLLI", b"pHYs", b"eXIf"})
TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
XMP_KEYWORD = b"XML:com.adobe.xmp"
RAW_EXIF_KEYWORDS = (b"Raw profile type exif", b"Raw profile type APP1")
PER_METRE = 1
LONGEST_UNPACKED = 1 << 22


def png_description(file: PngChunks, surplus_bytes: int) -> SourceDescription:
    """Return what a file says; `surplus_bytes` stand after its end."""
    rendering, left = _colours(file)
    profile = _profile_bytes(file.body(b"iCCP"))
    kept = [name for name in left if profile and PROFILE in name]
    xmp, data = _text(file, XMP_KEYWORD), _exif_bytes(file)
    exif = facts_of_exif(lambda: exif_from_bytes(data), xmp)
    kinds = {kind for kind, _ in file.chunks}
    others = sorted(kind.decode("latin-1") for kind in kinds - ABOUT_SAMPLES - READ_HERE - TEXTS)
    left += exif.names
    kept += [*exif.names, XMP_NAME]
    if xmp:
        left.append(XMP_NAME)
    dots, per_centimetre = _resolution(file.body(b"pHYs"))
    left += dots
    resolved = exif.resolved
    if per_centimetre is not None and not resolved:  # Exif data have a place for it
        stated = exif_with_resolution(bare_exif(data), *per_centimetre, per_centimetre=True)
        data, resolved = stated, stated != bare_exif(data)
    elif resolved:  # they may state another one, and what they state stays
        stated_dots = dots_per_inch(bare_exif(data))
        resolved = stated_dots is None or [resolution(*stated_dots)] == dots
    if per_centimetre is not None and resolved:
        kept += dots
    left += _keywords(file)
    if others:
        left.append(f"PNG chunks {first_of(others)}")
    names, metadata = (*left, *bytes_after(surplus_bytes)), Metadata(profile, bare_exif(data), xmp)
    return SourceDescription(exif.orientation, rendering, names, kept=frozenset(kept), metadata=metadata)


def _colours(file: PngChunks) -> tuple[RenderingInfo | None, list[str]]:
    """Return what the samples mean as far as H.273 can say it, and the names of the rest."""
    rendering, left = _first_of_colours(file)
    display, light = mastering_display(file.body(b"mDCV")), content_light(file.body(b"cLLI"))
    for kind, found in ((b"mDCV", display), (b"cLLI", light)):
        if found is None and file.body(kind) is not None:
            left.append(f"the PNG chunk {kind.decode()} with its values")
    if display is not None or light is not None:
        rendering = replace(rendering or RenderingInfo(), mdcv=display, clli=light)
    return rendering, left


def _first_of_colours(file: PngChunks) -> tuple[RenderingInfo | None, list[str]]:
    left: list[str] = []
    cicp = file.body(b"cICP")
    chunk = file.body(b"iCCP")
    profile = None if chunk is None else read_icc(_profile_bytes(chunk))
    if cicp is not None and len(cicp) == 4 and cicp[2] == 0 and cicp[3] <= 1:
        if profile is not None and profile.code_points != (cicp[0], cicp[1]):
            left.append(profile_name(profile.name, needed=False))
        if not cicp[3]:
            left.append("the narrow range of its samples (cICP), without which they will be shown pale")
        return rendering_of(cicp[0], cicp[1], full_range=cicp[3]), left
    if cicp is not None:
        left.append(f"a cICP chunk of the values {', '.join(str(value) for value in cicp[:8])}, which are not for RGB")
    if profile is not None:
        if profile.code_points is not None:
            return rendering_of(*profile.code_points), left
        return None, [*left, profile_name(profile.name, needed=True)]
    if file.body(b"sRGB") is not None:
        return rendering_of(*SRGB), left
    return _gamma_and_primaries(file, left)


def _gamma_and_primaries(file: PngChunks, left: list[str]) -> tuple[RenderingInfo | None, list[str]]:
    """Return what gAMA and cHRM say."""
    transfer, primaries = UNSPECIFIED, UNSPECIFIED
    gamma, chromaticities = file.body(b"gAMA"), file.body(b"cHRM")
    if gamma is not None and len(gamma) == 4:
        (value,) = struct.unpack(">I", gamma)
        transfer = transfer_of_gamma(value) or UNSPECIFIED
        if transfer == UNSPECIFIED:
            whole, rest = divmod(value, 100000)
            left.append(f"the gamma {whole}.{rest:05d}, without which its colours will be shown wrong")
    if chromaticities is not None and len(chromaticities) == 32:
        primaries = primaries_of_chromaticities(struct.unpack(">8I", chromaticities)) or UNSPECIFIED
        if primaries == UNSPECIFIED:
            left.append("the primaries of its colours (cHRM), without which they will be shown wrong")
    if (primaries, transfer) == (UNSPECIFIED, UNSPECIFIED):
        return None, left
    return rendering_of(primaries, transfer), left


def _profile_bytes(chunk: bytes | None) -> bytes:
    _, _, packed = (chunk or b"").partition(b"\0")
    return _unpacked(packed[1:])


def _unpacked(packed: bytes) -> bytes:
    """Return what zlib unpacks; nothing where it is damaged, or more than can be asked for in good faith."""
    inflate = zlib.decompressobj()
    try:
        found = inflate.decompress(packed, LONGEST_UNPACKED)
    except zlib.error:
        return b""
    return found if inflate.eof else b""


def _exif_bytes(file: PngChunks) -> bytes:
    return file.body(b"eXIf") or next((raw for key in RAW_EXIF_KEYWORDS if (raw := _raw_profile(file, key))), b"")


def _raw_profile(file: PngChunks, keyword: bytes) -> bytes:
    """Return the bytes that ImageMagick writes as hexadecimal text, after a name and a length."""
    try:
        return bytes.fromhex("".join(_text(file, keyword).decode("ascii").split("\n")[3:]))
    except ValueError:
        return b""


def _text(file: PngChunks, keyword: bytes) -> bytes:
    """Return the text of a keyword, nothing if there is none."""
    for kind, body in file.chunks:
        if kind not in TEXTS or bytes(body[: len(keyword) + 1]) != keyword + b"\0":
            continue
        rest = bytes(body[len(keyword) + 1 :])
        if kind == b"zTXt":
            return _unpacked(rest[1:])
        if kind == b"iTXt":
            packed, text = rest[:1], rest[2:].split(b"\0", 2)[-1]
            return _unpacked(text) if packed == b"\x01" else text
        return rest
    return b""


def _keywords(file: PngChunks) -> list[str]:
    """Return a name for the texts, by their keywords."""
    known = {XMP_KEYWORD, *RAW_EXIF_KEYWORDS}
    keys = [bytes(body[:80]).partition(b"\0")[0] for kind, body in file.chunks if kind in TEXTS]
    shown = ["".join(c for c in key.decode("latin-1") if c.isprintable()) for key in keys if key not in known]
    return [f"text ({first_of(shown)})"] if shown else []


def _resolution(chunk: bytes | None) -> tuple[list[str], tuple[Fraction, Fraction] | None]:
    """Return how to call a resolution or the shape of samples, and its dots per centimetre, None for a shape."""
    if chunk is None or len(chunk) != 9:
        return [], None
    x, y, unit = struct.unpack(">IIB", chunk)
    if unit == PER_METRE:
        name = resolution((254 * x + 5000) // 10000, (254 * y + 5000) // 10000)
        return [name], (Fraction(x, 100), Fraction(y, 100))
    return ([] if x == y else [f"the shape {x} : {y} of its pixels"]), None
