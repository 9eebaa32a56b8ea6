"""What an image of Pillow says beside its samples.

In: a `PIL.Image.Image`, of a file or of a program.  Out: `SourceDescription`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from refdec.bitstream.rendering import RenderingInfo
from refdec.formats.boxed_pictures import NOTHING_BOXED, BoxedFacts
from refdec.formats.colour_points import rendering_of
from refdec.formats.description import PROFILE, XMP_NAME, SourceDescription, bytes_after, profile_name, resolution
from refdec.formats.errors import PictureDamaged
from refdec.formats.exif import ExifFacts, bare_exif, dots_per_inch, exif_beside, exif_with_resolution, facts_of_exif
from refdec.formats.foreign_readers import damage_named
from refdec.formats.icc import read_icc
from refdec.formats.pillow_modes import DEEP_MODES
from refdec.heif.parts import Metadata

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["in_colours", "pillow_description"]

XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/"
KNOWN_SEGMENTS = (
    b"JFIF",
    b"JFXX",
    b"Exif\0",
    b"http://ns.adobe.com/xap/1.0/\0",
    XMP_EXTENSION,
    b"ICC_PROFILE",
    b"MPF\0",
    b"Photoshop",
    b"Adobe",
)
"""How application segments of a JPEG begin that are read elsewhere, or are about the samples."""
MOST_DOTS = 1 << 20
MODES_OF_PROFILES = {
    b"RGB ": ("RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "YCbCr"),
    b"GRAY": ("1", "L", "LA", "La", "I", *DEEP_MODES),
}
CONVERTED = ("CMYK", "LAB")
"""Modes that become RGB, of which a profile then says nothing."""
INKS = b"CMYK"
"""The data colour space of a profile that is about no samples of gray or RGB."""
SAMPLES_PER_PIXEL = 277
PADDED, PADDED_BMP, OPAQUE = "RGBX", "BGRX", 255


def pillow_description(
    image: Image, remarks: tuple[str, ...], surplus_bytes: int, boxed: BoxedFacts = NOTHING_BOXED
) -> SourceDescription:
    """Return what an image says; `surplus_bytes` stand after its end, `remarks` are of who reads it.

    `boxed`: what the boxes of its file say.
    """
    icc = _bytes_in(image, "icc_profile") or boxed.icc
    rendering, left = _colours(image, icc)
    kept = list(left) if _stays(image, icc) else []
    if rendering is None and not icc and boxed.code_points is not None:
        rendering = rendering_of(*boxed.code_points)
    if boxed.display is not None or boxed.light is not None:
        rendering = replace(rendering or RenderingInfo(), mdcv=boxed.display, clli=boxed.light)
    xmp = image.info.get("xmp", image.info.get("XML:com.adobe.xmp", boxed.xmp))
    xmp = xmp.encode("utf-8", "replace") if isinstance(xmp, str) else xmp
    exif = facts_of_exif(image.getexif, xmp)
    left += exif.names
    kept += exif.names
    left += [name for key, name in (("photoshop", "Photoshop data"), ("comment", "a comment")) if image.info.get(key)]
    if xmp:
        left.append(XMP_NAME)
    resolutions = _resolution(image, stated=exif.resolved)
    left += resolutions
    stated, resolved = _exif_bytes(image, exif), exif.resolved
    if resolutions and not resolved:  # Exif data have a place for it
        found = _with_resolution(image, stated)
        stated, resolved = found, found != stated
    elif resolutions:  # they may state another one, and what they state stays
        resolved = _same_dots(image, stated)
    kept += [XMP_NAME, *(resolutions if resolved else [])]
    left += _segments(image)
    left += [*_other_pictures(image), *_other_channels(image), *boxed.left]
    names = (*left, *bytes_after(surplus_bytes))
    metadata = Metadata(icc if _stays(image, icc) else b"", stated, xmp)
    return SourceDescription(exif.orientation, rendering, names, remarks, frozenset(kept), metadata)


def in_colours(description: SourceDescription, rendering: RenderingInfo) -> SourceDescription:
    """Return a description of samples that have other colours now, which their profile was used for."""
    metadata = description.metadata
    left = tuple(name for name in description.left_behind if PROFILE not in name)
    return replace(description, rendering=rendering, left_behind=left, metadata=replace(metadata, icc=b""))


def _stays(image: Image, icc: bytes) -> bool:
    """Tell whether a profile is about samples as they are read: gray or RGB."""
    return image.mode not in CONVERTED and icc[16:20] != INKS


def _bytes_in(image: Image, key: str) -> bytes:
    """Return what an image holds under a name, nothing where that is no bytes."""
    found = image.info.get(key)
    return found if isinstance(found, bytes) else b""


def _exif_bytes(image: Image, facts: ExifFacts) -> bytes:
    """Return Exif data as the file has them; of a TIFF, whose directory they are, those that are not about samples."""
    whole = bare_exif(_bytes_in(image, "exif"))
    if whole or not (facts.names or facts.resolved):
        return whole
    try:
        with damage_named("Exif"):
            return bare_exif(exif_beside(image.getexif()).tobytes())
    except PictureDamaged:
        return b""


def _colours(image: Image, data: bytes) -> tuple[RenderingInfo | None, list[str]]:
    """Return what an ICC profile says of the samples as far as H.273 can say it, and the names of the rest."""
    if data:
        profile = read_icc(data)
        if profile.code_points is not None and image.mode in MODES_OF_PROFILES.get(data[16:20], ()):
            return rendering_of(*profile.code_points), []
        if _stays(image, data) or image.mode in CONVERTED:
            return None, [profile_name(profile.name, needed=True)]
        named = profile_name(profile.name, needed=False)
        return None, [f"{named}, which is for {INKS.decode()} and not for {image.mode}"]
    return None, []


def _resolution(image: Image, *, stated: bool) -> list[str]:
    """Return a name for the resolution, if the file states one; `stated`: in its Exif data."""
    dpi = image.info.get("dpi")
    guessed = image.format in ("JPEG", "MPO") and not image.info.get("jfif_unit")
    if not isinstance(dpi, tuple) or len(dpi) != 2 or (guessed and not stated):
        return []  # Pillow gives every JPEG with Exif data 72 dpi
    x, y = map(_rounded, dpi)
    if x is None or y is None:
        return ["a resolution that is no number"]
    return [resolution(x, y)] if min(x, y) > 1 else []


def _same_dots(image: Image, exif: bytes) -> bool:
    """Tell whether Exif data state the resolution of an image, in whole dots per inch, or none that has a unit."""
    stated = dots_per_inch(bare_exif(exif))
    return stated is None or stated == tuple(map(_rounded, image.info["dpi"]))


def _with_resolution(image: Image, exif: bytes) -> bytes:
    """Return Exif data that state the resolution of an image too; those that there are where it is no number."""
    across, down = image.info["dpi"]
    if _rounded(across) is None or _rounded(down) is None or max(across, down) >= MOST_DOTS:
        return exif
    return exif_with_resolution(exif, Fraction(across), Fraction(down))


def _rounded(value: Any) -> int | None:
    """Return a number rounded half up; None for what is none: a text, infinity, a quotient by zero."""
    if isinstance(value, str | bytes):
        return None
    try:
        return (int(2 * value) + 1) // 2
    except (TypeError, ValueError, OverflowError):
        return None


def _segments(image: Any) -> list[str]:
    """Return names for the application segments of a JPEG that nothing else names."""
    bodies = [(kind, body) for kind, body in getattr(image, "applist", []) if kind.startswith("APP")]
    found = sorted({kind for kind, body in bodies if not body.startswith(KNOWN_SEGMENTS)})
    extended = any(body.startswith(XMP_EXTENSION) for _, body in bodies)
    return [
        *(["the extension of its XMP metadata"] if extended else []),
        *([f"data of {', '.join(found)}"] if found else []),
    ]


def _other_pictures(image: Any) -> list[str]:
    """Return a name for the pictures that the index of a JPEG lists beside the one that it shows."""
    index = image.info.get("mp")
    return ["further pictures of its own (a depth or gain map, a preview or a second view)"] if index else []


def _other_channels(image: Any) -> list[str]:
    """Return a name for the channels of a TIFF that are no colour and no transparency."""
    stated = getattr(image, "tag_v2", {}).get(SAMPLES_PER_PIXEL, 1)
    read = 3 if image.mode == PADDED else len(image.getbands())
    more = int(stated) - read if isinstance(stated, int) else 0
    named = [f"{more} further channel{'s' if more > 1 else ''} beside its colours"] if more > 0 else []
    return [*named, *(["the fourth channel, to which its BMP gives no meaning"] if _has_fourth(image) else [])]


def _has_fourth(image: Any) -> bool:
    """Tell whether a BMP of 32 bits, not loaded yet, has anything in the bytes beside its colours; where all are full,
    they say no more than that it is opaque.
    """
    (tile, *_) = getattr(image, "tile", None) or (None,)
    if image.format != "BMP" or tile is None or not isinstance(tile.args, tuple) or tile.args[0] != PADDED_BMP:
        return False
    image.fp.seek(tile.offset)
    beside = image.fp.read(4 * image.width * image.height)[3::4]
    return any(beside) and beside.count(OPAQUE) < len(beside)
