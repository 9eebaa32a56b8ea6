"""Codes that were read to what is encoded.

In: a `CodePicture`, of a file, of Pillow, of an array.  Out: `WithParts`.
"""

from __future__ import annotations

from refdec.api.source_wishes import SourceWishes, WithParts
from refdec.formats.orientation import upright
from refdec.formats.pictures import CodePicture, Colour
from refdec.heif.parts import NO_PARTS, Metadata, PictureParts
from refdec.plugins.source_picture import SourcePicture

__all__ = ["of_codes", "stripped"]


def of_codes(picture: CodePicture, wishes: SourceWishes, name: str = "") -> WithParts:
    """Return the picture of a file's codes, upright unless a file will say how; gray becomes RGB with equal planes."""
    turned, sentence = (picture, "") if wishes.in_file else upright(picture)
    said = turned.description
    lost = said.sentences(in_file=wishes.in_file)
    warnings = said.remarks if wishes.strip else (*([sentence] if sentence else []), *said.remarks, *lost)
    y, u, v = turned.as_rgb().components
    ver, hor = (1 if u.shape[axis] == y.shape[axis] else 2 for axis in (0, 1))
    colour = "YUV" if picture.colour is Colour.YUV else "RGB"
    components = len(picture.components)
    source = SourcePicture(
        (y, u, v),
        picture.bits,
        colour,
        (ver, hor),
        name,
        rendering=said.rendering,
        warnings=tuple(warnings),
        components=components,
        floats=turned.floats,
    )
    if not wishes.in_file:
        return WithParts(source, NO_PARTS)
    metadata = stripped(said.metadata) if wishes.strip else said.metadata
    return WithParts(source, PictureParts(said.orientation, metadata, picture.alpha))


def stripped(metadata: Metadata) -> Metadata:
    """Return what metadata say about samples: the ICC profile."""
    return Metadata(icc=metadata.icc)
