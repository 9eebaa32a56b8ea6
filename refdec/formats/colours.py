"""What a file can say of the colours of a decoded picture (5.16): tags for its writer, a warning for what is lost.

In: a suffix, and the rendering information of a codestream.  Out: the colour that the format holds, tags, sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from refdec.formats.colour_points import GAMMAS, UNSPECIFIED
from refdec.formats.icc_writer import icc_profile

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.picture.render import Colour

__all__ = [
    "COLOUR_OF_SUFFIX",
    "EIGHT_BIT_SUFFIXES",
    "FEW_BITS",
    "SPREAD_SUFFIXES",
    "colour_tags",
    "colours_in_words",
    "lost_colours",
    "lost_light",
]

COLOUR_OF_SUFFIX: Mapping[str, Colour | None] = {
    ".png": "RGB",
    ".jpg": "RGB",
    ".jpeg": "RGB",
    ".webp": "RGB",
    ".tif": "RGB",
    ".tiff": "RGB",
    ".ppm": "RGB",
    ".pnm": "RGB",
    ".pgm": "RGB",
    ".yuv": "YUV",
    ".npy": None,
}
"""What the formats hold, None: what the codestream says."""
EIGHT_BIT_SUFFIXES = (".jpg", ".jpeg", ".webp")
"""Formats that cannot hold more."""
SPREAD_SUFFIXES = (".png", ".webp", ".tif", ".tiff")
"""Formats without loss in which codes of less than 8 bits are spread over the range that viewers take them for."""
FEW_BITS = (1, 2, 4)
"""Depths of gray pictures that PNG holds as they are."""
WITH_CICP = (".png",)
WITH_ICC = (".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif")
AS_ASSUMED = frozenset({(primaries, transfer) for primaries in (1, UNSPECIFIED) for transfer in (1, 2, 6, 13, 14, 15)})
"""Primaries and transfers that viewers take files without any for: sRGB, and what is shown like it."""
GAMMA_OF_TRANSFER = {**GAMMAS, 13: GAMMAS[4]}
"""PNG's gAMA (1/100000) of transfer characteristics of H.273 that are a power function, or, sRGB, as PNG has it."""
PRIMARIES_NAMES = {1: "BT.709", 9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}
TRANSFER_NAMES = {1: "BT.709", 8: "linear", 13: "sRGB", 14: "BT.2020", 16: "PQ", 18: "HLG"}


def _code_points(rendering: RenderingInfo | None) -> tuple[int, int] | None:
    """Return primaries and transfer, None where neither is specified."""
    cicp = None if rendering is None else rendering.cicp
    if cicp is None or (cicp.colour_primaries, cicp.transfer_characteristics) == (UNSPECIFIED, UNSPECIFIED):
        return None
    return cicp.colour_primaries, cicp.transfer_characteristics


def colour_tags(rendering: RenderingInfo | None) -> tuple[tuple[int, int] | None, int | None]:
    """Return (primaries, transfer) and gamma for formats that can say them."""
    tags = _code_points(rendering)
    return tags, None if tags is None else GAMMA_OF_TRANSFER.get(tags[1])


def colours_in_words(rendering: RenderingInfo | None) -> str:
    """Return the colours of a picture that is not shown right where it is taken for sRGB; "" for one that is."""
    tags = _code_points(rendering)
    if tags is None or tags in AS_ASSUMED:
        return ""
    primaries = PRIMARIES_NAMES.get(tags[0], str(tags[0]))
    transfer = TRANSFER_NAMES.get(tags[1], str(tags[1]))
    return f"primaries {primaries} and transfer {transfer} (cICP {tags[0]}, {tags[1]})"


def lost_colours(rendering: RenderingInfo | None, suffix: str) -> tuple[str, ...]:
    """Return the warning of a file that cannot say the colours of its picture, and would be taken for sRGB."""
    tags, colours = _code_points(rendering), colours_in_words(rendering)
    said = suffix in WITH_CICP or (tags is not None and suffix in WITH_ICC and icc_profile(*tags) is not None)
    if not colours or said:
        return ()
    return (
        f"{suffix[1:]} cannot say the colours of this picture, {colours}, so viewers take it for sRGB; png says them",
    )


def lost_light(rendering: RenderingInfo | None, suffix: str) -> tuple[str, ...]:
    """Return the warning of a file that cannot say how bright its picture is, as RDI does."""
    if rendering is None:
        return ()
    light = {"the mastering display": rendering.mdcv, "the content light level": rendering.clli}
    names = [name for name, value in light.items() if value is not None and suffix not in WITH_CICP]
    names += ["dynamic metadata"] if rendering.dynamic is not None else []
    better = "; png has" if suffix not in WITH_CICP and rendering.dynamic is None else ""
    return (f"{suffix[1:]} has no place for {' and '.join(names)} of this picture{better}",) if names else ()
