"""The HEIF file of one JPEG AI picture: made around a codestream, and taken apart again.

In: a codestream with its headers, and `PictureParts`.  Out: `HeifFile`; and the other way round.  The picture is an
item of type jai0, whose property jaih holds the first elements of its picture header.  ISO/IEC 6048-5, which says how,
is not public: that layout is provisional (docs/files.md), and whatever jaih a file has, it is read.
"""

from __future__ import annotations

from dataclasses import replace

from refdec.bitstream.bits import BitWriter
from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.rendering import RenderingInfo
from refdec.heif.boxes import FileBox
from refdec.heif.boxtable import known_boxes
from refdec.heif.errors import ItemUnreadable, NoJpegAiItem
from refdec.heif.grid_errors import PictureOfTiles
from refdec.heif.heiffile import HeifFile, Item, Property, Reference
from refdec.heif.parts import AlphaPlane, Metadata, PictureParts
from refdec.heif.transforms import orientation_of, transforms_of
from refdec.heif.uncompressed import ALPHA_TYPES, alpha_item, read_alpha
from refdec.limits import Limits

__all__ = [
    "GRID_KIND",
    "MAJOR_BRAND",
    "PICTURE_KIND",
    "STATED",
    "XMP_TYPE",
    "alpha_of",
    "coded_anew",
    "file_around",
    "first_elements",
    "has_alpha",
    "metadata_of",
    "picture_orientation",
    "picture_properties",
    "profile_property",
    "require_known_duties",
    "shown_item",
    "stated_properties",
    "with_codestream",
]

PICTURE_KIND, GRID_KIND, MAJOR_BRAND = "jai0", "grid", "jaii"
BRANDS = ("jaii", "mif1", "miaf")
XMP_TYPE = "application/rdf+xml"
ICC_KINDS = ("prof", "rICC")
EXIF_START = b"Exif\0\0"
OFFSET_BYTES = 4
PRIMARY, CHANNELS = 1, 3
STATED = ("jaih", "ispe", "pixi")
"""Properties that every codestream states; colr of nclx, clli and mdcv follow where it has rendering information."""


def first_elements(picture: PictureHeader) -> bytes:
    """Return the elements of a picture header from stream_profile_idc up to level_idc, as they stand in it.

    The last byte is filled with zeros.  That these bytes are all of jaih is provisional.
    """
    bits = BitWriter()
    bits.u(picture.stream_profile_idc, 4)
    bits.u(picture.decoder_profile_id, 4)
    bits.u(len(picture.synthesis_transform_id) - 1, 4)
    for transform in picture.synthesis_transform_id:
        bits.u(transform, 4)
    bits.u(picture.level_idc, 8)
    return bits.getvalue()


def picture_properties(headers: Headers) -> tuple[Property, ...]:
    """Return the properties of a picture that follow from its codestream."""
    picture = headers.picture
    size = picture.display_width, picture.display_height
    return stated_properties(first_elements(picture), size, picture.bit_depth, headers.rendering)


def stated_properties(
    header: bytes, size: tuple[int, int], bits: int, rendering: RenderingInfo | None
) -> tuple[Property, ...]:
    """Return what a file states of a codestream: first elements, width and height, bits of a sample, colours."""
    return (
        Property(FileBox("jaih", {"header": header}), essential=True),
        Property(FileBox("ispe", {"image_width": size[0], "image_height": size[1]})),
        Property(FileBox("pixi", {"channels": [{"bits_per_channel": bits}] * CHANNELS})),
        *_colour_properties(rendering or RenderingInfo()),
    )


def _colour_properties(rendering: RenderingInfo) -> list[Property]:
    found = []
    if rendering.cicp is not None:
        values = {
            "colour_type": "nclx",
            "colour_primaries": rendering.cicp.colour_primaries,
            "transfer_characteristics": rendering.cicp.transfer_characteristics,
            "matrix_coefficients": rendering.cicp.matrix_coefficients,
            "full_range_flag": rendering.cicp.image_full_range_flag,
        }
        found.append(Property(FileBox("colr", values)))
    if rendering.clli is not None:
        light = rendering.clli
        names = ("max_content_light_level", "max_pic_average_light_level")
        levels = (light.maximum_content_light_level, light.maximum_frame_average_light_level)
        found.append(Property(FileBox("clli", dict(zip(names, levels, strict=True)))))
    if rendering.mdcv is not None:
        display = rendering.mdcv
        primaries = [{"x": x, "y": y} for x, y in zip(display.primaries_x, display.primaries_y, strict=True)]
        places = (
            "white_point_x",
            "white_point_y",
            "max_display_mastering_luminance",
            "min_display_mastering_luminance",
        )
        numbers = (
            *(display.white_point_x, display.white_point_y),
            *(display.maximum_luminance, display.minimum_luminance),
        )
        found.append(
            Property(FileBox("mdcv", {"display_primaries": primaries, **dict(zip(places, numbers, strict=True))}))
        )
    return found


def profile_property(icc: bytes) -> Property:
    """Return the property of an ICC profile."""
    return Property(FileBox("colr", {"colour_type": "prof", "profile": icc}))


# -- making


def file_around(
    codestream: bytes, stated: tuple[Property, ...], parts: PictureParts, thumbnail: Headers | None = None
) -> HeifFile:
    """Return the file of a codestream; `stated`: its `picture_properties`; `thumbnail`: the headers of the small one.

    What helps to show something early comes first: metadata, the thumbnail, the picture, its transparency.
    """
    transforms = transforms_of(parts.orientation)
    profile = [profile_property(parts.metadata.icc)] if parts.metadata.icc else []
    own = (*stated, *profile, *transforms)
    items: list[Item] = []
    references: list[Reference] = []

    def beside(item: Item, *kinds: str) -> None:
        items.append(item)
        references.extend(Reference(kind, item.id, (PRIMARY,)) for kind in kinds)

    numbers = iter(range(PRIMARY + 1, PRIMARY + 5))
    if parts.metadata.exif:
        beside(Item(next(numbers), "Exif", bytes(OFFSET_BYTES) + parts.metadata.exif, hidden=True), "cdsc")
    if parts.metadata.xmp:
        xmp = Item(next(numbers), "mime", parts.metadata.xmp, content_type=XMP_TYPE, hidden=True)
        beside(xmp, "cdsc")
    if thumbnail is not None:
        small = (*picture_properties(thumbnail), *transforms)
        beside(Item(next(numbers), PICTURE_KIND, parts.thumbnail, small, name="thumbnail", hidden=True), "thmb")
    items.append(Item(PRIMARY, PICTURE_KIND, codestream, own, name="picture"))
    if parts.alpha is not None:
        alpha = alpha_item(next(numbers), parts.alpha, transforms)
        beside(alpha, "auxl")
        if parts.alpha.premultiplied:
            references.append(Reference("prem", PRIMARY, (alpha.id,)))
    return HeifFile(MAJOR_BRAND, BRANDS, PRIMARY, tuple(items), tuple(references))


def with_codestream(file: HeifFile, codestream: bytes, headers: Headers) -> HeifFile:
    """Return a file whose picture has another codestream; all that does not follow from it stays."""
    return file.with_item(coded_anew(shown_item(file), codestream, headers))


def coded_anew(item: Item, codestream: bytes, headers: Headers) -> Item:
    """Return an item with another codestream; all that does not follow from it stays."""
    stated = picture_properties(headers)
    kinds = {*STATED, *(each.box.kind for each in stated)}
    kept = (each for each in item.properties if not _follows(each.box, kinds))
    return replace(item, data=codestream, properties=(*stated, *kept), places=())


def _follows(box: FileBox, kinds: set[str]) -> bool:
    """Tell whether a property follows from the codestream, which states those kinds; of colr nclx alone does."""
    return box.kind in kinds and (box.kind != "colr" or box.values["colour_type"] == "nclx")


# -- taking apart


def shown_item(file: HeifFile) -> Item:
    """Return the item that the file shows.

    Raises NoJpegAiItem where it is none of JPEG AI, PictureOfTiles where it is made of others, ItemUnreadable where it
    has a duty that is not known here.
    """
    item = file.primary_item
    if item.kind == GRID_KIND:
        raise PictureOfTiles("what is asked for")
    if item.kind != PICTURE_KIND:
        raise NoJpegAiItem(item.kind)
    require_known_duties(item)
    return item


def require_known_duties(item: Item) -> None:
    """Raise ItemUnreadable where an item has an essential property that is not known here."""
    for each in item.properties:
        if each.essential and each.box.kind not in known_boxes():
            raise ItemUnreadable(item.id, f"its property {each.box.kind} is essential, and not known here")


def picture_orientation(file: HeifFile) -> int:
    """Return the orientation 1..8 in which the picture is stored."""
    return orientation_of(file.primary_item.properties)


def metadata_of(file: HeifFile) -> Metadata:
    """Return the metadata of the picture; Exif data that do not say where they begin are none."""
    profile, exif, xmp = b"", b"", b""
    for each in file.primary_item.properties:
        if each.box.kind == "colr" and each.box.values["colour_type"] in ICC_KINDS:
            profile = profile or bytes(each.box.values["profile"])
    for item in file.pointing_at("cdsc", file.primary):
        if item.kind == "Exif":
            exif = exif or _exif(bytes(item.data))
        elif item.kind == "mime" and item.content_type == XMP_TYPE and not item.content_encoding:
            xmp = xmp or bytes(item.data)
    return Metadata(profile, exif, xmp)


def _exif(data: bytes) -> bytes:
    """Return Exif data from their TIFF header on, which stands some bytes after the number that says so."""
    start = OFFSET_BYTES + int.from_bytes(data[:OFFSET_BYTES], "big")
    return data[start:].removeprefix(EXIF_START)


def alpha_of(file: HeifFile, limits: Limits) -> AlphaPlane | None:
    """Return the transparency of the picture, stored as it is; None if it has none.

    Raises AlphaUnreadable, AlphaDamaged, TooLarge.
    """
    item = _alpha_item(file)
    if item is None:
        return None
    prem = any(
        each.kind == "prem" and each.source == file.primary and item.id in each.targets for each in file.references
    )
    return read_alpha(item, premultiplied=prem, limits=limits)


def has_alpha(file: HeifFile) -> bool:
    """Tell whether the picture has transparency, readable or not."""
    return _alpha_item(file) is not None


def _alpha_item(file: HeifFile) -> Item | None:
    """Return the item of the transparency of the picture."""
    for item in file.pointing_at("auxl", file.primary):
        kind = item.property_of("auxC")
        if kind is not None and kind.values["aux_type"] in ALPHA_TYPES:
            return item
    return None
