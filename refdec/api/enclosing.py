"""Codestreams put into HEIF files, with what a source has beside its samples, and a thumbnail where one is wished for.

In: a codestream, and the parts of its source.  Out: the bytes of a file.  What is hidden by private regions is in none
of them: a thumbnail is made of the public picture, and metadata, which may hold previews, are left away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, cast

from refdec.api.encode_options import HEIF
from refdec.decoding.options import limits_or_default
from refdec.formats.description import UPRIGHT
from refdec.formats.files import suffix_of
from refdec.formats.kinds import CODESTREAM_SUFFIXES, HEIF_SUFFIX
from refdec.heif.parts import NO_PARTS, Metadata, PictureParts
from refdec.heif.picturefile import (
    file_around,
    metadata_of,
    picture_orientation,
    picture_properties,
    shown_item,
    stated_properties,
    with_codestream,
)
from refdec.heif.transforms import crops
from refdec.heif.writing import write_heif
from refdec.observation import no_progress
from refdec.sequences.errors import ClipOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refdec.api.encode_options import Container, EncodeOptions
    from refdec.api.privacy import Code
    from refdec.bitstream.editions import Edition
    from refdec.bitstream.headers import Headers
    from refdec.formats.sinks import Target
    from refdec.heif.heiffile import HeifFile
    from refdec.limits import Limits
    from refdec.plugins.source_picture import Codes, SourcePicture
    from refdec.privacy.regions import PrivateRegions

__all__ = [
    "LONGEST_JAIH",
    "Enclosed",
    "bytes_beside",
    "enclosed",
    "file_overhead",
    "goes_into_file",
    "headers_of",
    "public_parts",
    "put_back",
    "with_thumbnail",
]

LONGEST_SIDE, THUMBNAIL_QUALITY = 256, 40
"""Of a thumbnail: samples, and its place on the scale of qualities."""
LONGEST_JAIH = bytes(4)
"""As many bytes as the first elements of a picture header ever take."""
ONE_BYTE = bytes(1)
"""Stands for a codestream that is not there yet: items without bytes have no place."""


def headers_of(codestream: bytes, limits: Limits | None, edition: Edition | None = None) -> Headers:
    """Return the headers of a codestream.  Raises what reading them raises."""
    from refdec.bitstream.framing import read_codestream
    from refdec.bitstream.headers import read_headers

    limits = limits_or_default(limits)
    found = read_codestream(codestream, limits=limits)
    return read_headers(found, edition=edition, limits=limits, any_level=True, allow_custom_colour=True)


def enclosed(codestream: bytes, headers: Headers, parts: PictureParts) -> bytes:
    """Return the file of a codestream.  Raises BoxUnwritable, and for a thumbnail what reading its headers raises."""
    small = headers_of(parts.thumbnail, None) if parts.thumbnail else None
    return write_heif(file_around(codestream, picture_properties(headers), parts, small))


class Enclosed(NamedTuple):
    """The bytes of an output, and sentences about what of the source is not in them."""

    data: bytes
    warnings: tuple[str, ...] = ()


def goes_into_file(container: Container | None, target: Target | None, source: HeifFile | None) -> bool:
    """Tell whether a codestream that is made of another one goes into a HEIF file.

    What was wished for says it, else the name of the target; where that has no suffix, whether the source is one.
    """
    suffix = "" if container is not None or target is None else suffix_of(target)
    if container is None and suffix not in CODESTREAM_SUFFIXES:
        return source is not None
    return container == HEIF or suffix == HEIF_SUFFIX


def put_back(codestream: bytes, headers: Headers, source: HeifFile | None, *, in_file: bool) -> Enclosed:
    """Return a codestream as it was found in a source, or bare; all that stood beside it stays in a HEIF file.

    Raises BoxUnwritable, ClipOption for a clip, whose other frames would be lost.
    """
    if source is not None and "moov" in source.left_out:
        raise ClipOption("This command", "Take one frame out, as it is coded: refdec transcode FILE OUT.jaii --frame N")
    if not in_file:
        beside = () if source is None else tuple(_in_words(source))
        left = f"left behind, since a codestream has no place for it: {'; '.join(beside)}"
        return Enclosed(codestream, (left,) if beside else ())
    if source is None:
        return Enclosed(enclosed(codestream, headers, NO_PARTS))
    unmoved = tuple(f"left behind, since it cannot be moved: the box {kind}" for kind in source.left_out)
    return Enclosed(write_heif(with_codestream(source, codestream, headers)), unmoved)


def bytes_beside(codestream: bytes, source: HeifFile | None) -> int:
    """Return how much longer, at most, the HEIF file of what is made of a codestream is than that."""
    whole = put_back(codestream, headers_of(codestream, None), source, in_file=True)
    return len(whole.data) - len(codestream) + len(LONGEST_JAIH)


def _in_words(file: HeifFile) -> Iterator[str]:
    """Yield the names of what a file has beside its codestream."""
    if picture_orientation(file) != UPRIGHT:
        yield "the orientation in which it is to be shown"
    if crops(shown_item(file).properties):
        yield "the clean aperture to which it is to be cropped"
    metadata = metadata_of(file)
    yield from metadata.names()
    named = {"thmb": "a thumbnail", "auxl": "transparency or another auxiliary picture"}
    known = {file.primary, *(item.id for item in file.pointing_at("cdsc", file.primary))}
    for kind, name in named.items():
        found = [item.id for item in file.pointing_at(kind, file.primary)]
        known |= set(found)
        if found:
            yield name
    if others := [item.kind for item in file.items if item.id not in known]:
        yield f"items of the types {', '.join(sorted(set(others)))}"


def public_parts(
    parts: PictureParts, picture: SourcePicture, private: PrivateRegions
) -> tuple[PictureParts, tuple[str, ...]]:
    """Return what may stand beside a picture with private regions, and sentences about what may not.

    Transparency shows shapes: inside of the regions all is opaque.  Raises PrivateRegionInvalid.
    """
    alpha, said = parts.alpha, []
    if alpha is not None:
        samples = alpha.samples.copy()
        for region in private.within(picture.height, picture.width):
            samples[region.rows, region.columns] = (1 << alpha.bits) - 1
        alpha = replace(alpha, samples=samples)
        said.append("inside of the private regions nothing is transparent: shapes would show there")
    left = replace(parts.metadata, icc=b"").names()
    if left:
        said.append(f"left behind, since previews in it may show what is private: {', '.join(left)}")
    return replace(parts, metadata=Metadata(icc=parts.metadata.icc), alpha=alpha), tuple(said)


def with_thumbnail(
    parts: PictureParts, picture: SourcePicture, options: EncodeOptions, code: Code
) -> tuple[PictureParts, tuple[str, ...]]:
    """Return parts with the codestream of a small picture; of a picture with private regions, of the public one.

    A picture that is no larger than a thumbnail gets none, and a sentence that says so.
    """
    if max(picture.height, picture.width) <= LONGEST_SIDE:
        return parts, (f"no thumbnail: the picture has no side above {LONGEST_SIDE} samples",)
    from refdec.api.encode_options import EncodeOptions
    from refdec.api.privacy import public_picture
    from refdec.plugins.requests import CodingSettings

    shown = picture if options.private is None else public_picture(picture, options.private)
    settings = CodingSettings(edition=options.settings.edition)
    wishes = EncodeOptions(quality=THUMBNAIL_QUALITY, settings=settings, limits=options.limits)
    return replace(parts, thumbnail=code(_small_picture(shown), wishes, no_progress)), ()


def file_overhead(picture: SourcePicture, parts: PictureParts) -> int:
    """Return the bytes of a file that are not of its codestream, or up to four more."""
    small = headers_of(parts.thumbnail, None) if parts.thumbnail else None
    stated = stated_properties(LONGEST_JAIH, (picture.width, picture.height), 8, picture.rendering)
    return len(write_heif(file_around(ONE_BYTE, stated, parts, small))) - len(ONE_BYTE)


def _small_picture(picture: SourcePicture) -> SourcePicture:
    """Return a picture of at most 256 samples a side by area averages, colours and all else as they are."""
    from refdec.picture.reduced import area_averages
    from refdec.tiling.geometry import ceil_div

    scale = ceil_div(max(picture.height, picture.width), LONGEST_SIDE)
    first, second, third = (cast("Codes", area_averages(plane, scale)) for plane in picture.planes)
    return replace(picture, planes=(first, second, third), codestream=None, warnings=())
