"""What the boxes of AVIF, HEIC and JPEG 2000 files say and Pillow does not: depth, colours, and what lies beside.

In: the bytes of a file.  Out: `BoxedFacts`.  Samples are read by others; without this, deep ones would be cut to 8 bits
and colours taken for others without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from refdec.bitstream.rendering import ContentLight, MasteringDisplay
from refdec.errors import CodestreamError, UnsupportedError
from refdec.formats.errors import PictureDamaged
from refdec.formats.pictures import CodePicture
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.heiffile import HeifFile, Item, Property
from refdec.heif.reading import heif_of_boxes, read_heif
from refdec.heif.transforms import crops, shown_part
from refdec.limits import Limits
from refdec.picture.output import Codes
from refdec.tiling.geometry import Rect

__all__ = ["NOTHING_BOXED", "BoxedFacts", "animation_facts", "boxed_facts", "cropped"]

ALPHA_URN = re.compile("alpha|:auxid:1$")
"""Auxiliary types that are transparency, which readers of samples give."""
HIGH_DEPTH, TWELVE_BITS = 0x40, 0x20
"""Flags of the third byte of av1C."""
HEVC_DEPTH_AT = 17
"""Byte of hvcC whose low three bits are bitDepthLumaMinus8."""
XMP_USER_TYPE = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
J2K_START, SIZES_AT = b"\xff\x4f\xff\x51", 42
"""SOC and SIZ of JPEG 2000, and the byte of the first component's depth after them."""
J2K_SPACES = (16, 17, 18)
"""Enumerated colour spaces that samples are taken to be in: sRGB, its gray, its YCC."""
JP2_PLAIN = frozenset({"jP  ", "ftyp", "jp2h", "jp2c", "rreq", "free", "skip"})
TRACK_BRAND, ITEM_BRAND = "avis", "avif"
ENTRY_PATH = ("mdia", "minf", "stbl", "stsd", "av01")
"""Boxes in a track down to the sample entries of AV1."""
RESTRICTED_ICC = (2, 3)
"""Values of METH of a colr box of JPEG 2000 that an ICC profile follows."""


@dataclass(frozen=True, slots=True)
class BoxedFacts:
    """What boxes say of the picture that a file shows.

    `bits`: of its samples as coded.  `code_points`: colour primaries and transfer characteristics of H.273, None where
    none are stated.  `icc`, `xmp`: bytes that Pillow does not find itself.  `left`: names of what has no place.
    `display`, `light`: mastering display and light levels, None where none are stated.  `part`: what a clean aperture
    leaves of the stored samples, None where there is none or whoever reads the samples applies it.
    """

    bits: int = 8
    code_points: tuple[int, int] | None = None
    icc: bytes = b""
    xmp: bytes = b""
    left: tuple[str, ...] = ()
    display: MasteringDisplay | None = None
    light: ContentLight | None = None
    part: Rect | None = None


NOTHING_BOXED = BoxedFacts()
"""Of formats without boxes."""


def boxed_facts(data: bytes, name: str, limits: Limits) -> BoxedFacts:
    """Return what the boxes of a file say, `NOTHING_BOXED` for formats without any.  Raises PictureDamaged."""
    reader = READERS.get(name)
    if reader is None:
        return NOTHING_BOXED
    try:
        return reader(data, limits)
    except (CodestreamError, UnsupportedError) as reason:
        raise PictureDamaged(name, reason.explain().splitlines()[0].rstrip(".")) from reason


def cropped(picture: CodePicture, part: Rect | None, name: str) -> CodePicture:
    """Return a picture without what a clean aperture leaves out, where there is one; its planes have one size.

    Raises PictureDamaged where the picture is smaller than its boxes say.
    """
    if part is None:
        return picture
    height, width = picture.components[0].shape
    if part.x + part.w > width or part.y + part.h > height:
        raise PictureDamaged(
            name, f"it is cropped to {part.w} x {part.h} samples, which {width} x {height} do not have"
        )

    def within(plane: Codes) -> Codes:
        return np.ascontiguousarray(plane[part.rows, part.columns])

    alpha = None if picture.alpha is None else replace(picture.alpha, samples=within(picture.alpha.samples))
    return replace(picture, components=tuple(map(within, picture.components)), alpha=alpha)


def _avif(data: bytes, limits: Limits) -> BoxedFacts:
    """Return the facts of AVIF files, whose readers crop nothing."""
    boxes = read_boxes(data, limits=limits)
    if _shows_a_track(boxes):
        return animation_facts(boxes)
    file = heif_of_boxes(boxes, data)
    shown = file.primary_item
    size = shown.property_of("ispe")
    facts = _facts(file)
    if size is None:
        return facts
    return replace(facts, part=_part(shown.properties, size.values["image_width"], size.values["image_height"]))


def _heif(data: bytes, limits: Limits) -> BoxedFacts:
    """Return the facts of HEIC files."""
    return _facts(read_heif(data, limits=limits))


def _facts(file: HeifFile) -> BoxedFacts:
    """Return the facts of AVIF and HEIC files."""
    return replace(_stated(file.primary_item.properties), bits=_depth(file, file.primary_item), left=_beside(file))


def _shows_a_track(boxes: tuple[FileBox, ...]) -> bool:
    """Tell whether readers show the track of an AVIF: its major brand says which of the two, of others they take it."""
    kind = next((box.values["major_brand"] for box in boxes if box.kind == "ftyp"), "")
    return kind == TRACK_BRAND or (kind != ITEM_BRAND and any(box.kind == "moov" for box in boxes))


def animation_facts(boxes: tuple[FileBox, ...]) -> BoxedFacts:
    """Return what the sample entry of an AVIF animation says of all its frames, `NOTHING_BOXED` without one.

    Raises PictureDamaged where they cannot be cropped as it says.
    """
    tracks = (track for box in boxes if box.kind == "moov" for track in box.every("trak"))
    entry = next((found for track in tracks for found in _av1_entries(track)), None)
    if entry is None:
        return NOTHING_BOXED
    said = tuple(Property(child) for child in entry.children)
    try:
        part = _part(said, entry.values["width"], entry.values["height"])
    except CodestreamError as reason:
        raise PictureDamaged("AVIF", reason.explain().splitlines()[0].rstrip(".")) from reason
    return replace(_stated(said), bits=max((_coded_bits(each.box) for each in said), default=8), part=part)


def _av1_entries(track: FileBox) -> Iterator[FileBox]:
    """Yield the sample entries of AV1 of a track, none of those that belong to another one, as transparency does."""
    if any(reference.kind == "auxl" for parent in track.every("tref") for reference in parent.children):
        return
    level: tuple[FileBox, ...] = (track,)
    for kind in ENTRY_PATH:
        level = tuple(inner for box in level for inner in box.every(kind))
    yield from level


def _part(properties: Sequence[Property], width: int, height: int) -> Rect | None:
    """Return what properties leave of a picture of a size, None where they crop nothing.  Raises ApertureWrong."""
    return shown_part(properties, width, height)[1] if crops(properties) else None


def _stated(properties: Iterable[Property]) -> BoxedFacts:
    """Return what properties say of colours and light."""
    boxes = [each.box for each in properties]
    points = next(
        (
            (box.values["colour_primaries"], box.values["transfer_characteristics"])
            for box in boxes
            if box.kind == "colr" and "colour_primaries" in box.values
        ),
        None,
    )
    first = {box.kind: box for box in reversed(boxes)}
    return BoxedFacts(code_points=points, display=_display(first.get("mdcv")), light=_light(first.get("clli")))


def _display(box: FileBox | None) -> MasteringDisplay | None:
    """Return the mastering display of a box mdcv: numbers and their order are those of RDI."""
    if box is None:
        return None
    (x0, x1, x2), (y0, y1, y2) = ([each[axis] for each in box.values["display_primaries"]] for axis in ("x", "y"))
    white = box.values["white_point_x"], box.values["white_point_y"]
    luminance = box.values["max_display_mastering_luminance"], box.values["min_display_mastering_luminance"]
    return MasteringDisplay((x0, x1, x2), (y0, y1, y2), *white, *luminance)


def _light(box: FileBox | None) -> ContentLight | None:
    """Return the light levels of a box clli."""
    if box is None:
        return None
    return ContentLight(box.values["max_content_light_level"], box.values["max_pic_average_light_level"])


def _depth(file: HeifFile, shown: Item) -> int:
    """Return the depth of an item, or of the tiles that it is made of."""
    tiles = {
        number for each in file.references if each.kind == "dimg" and each.source == shown.id for number in each.targets
    }
    parts = [shown, *(item for item in file.items if item.id in tiles)]
    return max((_coded_bits(each.box) for part in parts for each in part.properties), default=8)


def _av1_bits(configuration: bytes) -> int:
    """Return the depth that the fields of a box av1C state, 8 where they are too few."""
    flags = configuration[2] if len(configuration) > 2 else 0
    return (12 if flags & TWELVE_BITS else 10) if flags & HIGH_DEPTH else 8


def _coded_bits(box: FileBox) -> int:
    """Return the depth that a decoder's configuration states, 8 for other boxes and for those that are too short."""
    data = bytes(box.values.get("data", b""))
    if box.kind == "av1C":
        return _av1_bits(data)
    if box.kind == "hvcC" and len(data) > HEVC_DEPTH_AT:
        return 8 + (data[HEVC_DEPTH_AT] & 7)
    return 8


def _beside(file: HeifFile) -> tuple[str, ...]:
    """Return names for auxiliary pictures other than transparency."""
    found = []
    for item in file.pointing_at("auxl", file.primary):
        kind = item.property_of("auxC")
        urn = "" if kind is None else str(kind.values["aux_type"])
        if not ALPHA_URN.search(urn):
            found.append(f"an auxiliary picture ({urn.rpartition(':')[2] or 'of no kind'})")
    return tuple(sorted(set(found)))


def _jpeg_2000(data: bytes, limits: Limits) -> BoxedFacts:
    """Return the facts of JPEG 2000, a bare codestream or in its boxes."""
    start = data.find(J2K_START)
    depth = data[start + SIZES_AT] if start >= 0 and len(data) > start + SIZES_AT else 7
    bits = (depth & 0x7F) + 1
    if start == 0:
        return BoxedFacts(bits)
    boxes = read_boxes(data, limits=limits)
    header = next((box for box in boxes if box.kind == "jp2h"), None)
    inner = b"" if header is None else bytes(header.values.get("data", b""))
    icc, left = _jp2_colours(inner)
    xmp = b""
    for box in boxes:
        content = bytes(box.values.get("data", b"")) if box.kind not in JP2_PLAIN else b""
        if box.kind == "uuid" and content.startswith(XMP_USER_TYPE):
            xmp = content[len(XMP_USER_TYPE) :]
        elif box.kind not in JP2_PLAIN:
            left.append(f"data of the box {box.kind.strip()!r}")
    return BoxedFacts(bits, None, icc, xmp, tuple(dict.fromkeys(left)))


def _jp2_colours(header: bytes) -> tuple[bytes, list[str]]:
    """Return the ICC profile of a JP2 header box, and names for colour spaces that are not taken up."""
    at, icc, left = 0, b"", list[str]()
    while at + 8 <= len(header):
        size = max(int.from_bytes(header[at : at + 4], "big"), 8)
        body = header[at + 8 : at + size]
        if header[at + 4 : at + 8] == b"colr" and len(body) > 3:
            if body[0] in RESTRICTED_ICC:
                icc = icc or body[3:]
            elif body[0] == 1 and int.from_bytes(body[3:7], "big") not in J2K_SPACES:
                left.append(f"its colour space {int.from_bytes(body[3:7], 'big')}, so its colours will be shown wrong")
        at += size
    return icc, left


READERS: Mapping[str, Callable[[bytes, Limits], BoxedFacts]] = MappingProxyType(
    {"AVIF": _avif, "HEIF": _heif, "JPEG 2000": _jpeg_2000}
)
