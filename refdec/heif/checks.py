"""What a HEIF file says of its picture, compared with the codestream: a reader believes either.

In: a file and the headers of its picture.  Out: what is wrong, and what is worth knowing.
"""

from __future__ import annotations

from collections.abc import Iterator

from refdec.bitstream.headers import Headers
from refdec.errors import CodestreamError, LimitExceeded, RefdecError, UnsupportedError
from refdec.heif.boxes import FileBox
from refdec.heif.errors import ApertureWrong, PropertyDisagrees
from refdec.heif.grid import Grid
from refdec.heif.heiffile import HeifFile, Item
from refdec.heif.picturefile import MAJOR_BRAND, alpha_of, first_elements, shown_item
from refdec.heif.transforms import APERTURE, TRANSFORMS, shown_part
from refdec.limits import Limits

__all__ = ["disagreements", "file_remarks", "grid_disagreements", "tile_disagreements"]

BASE_BRAND = "mif1"
SIZE = ("image_width", "image_height")
CODE_POINTS = ("colour_primaries", "transfer_characteristics")
UNSPECIFIED = 2


def disagreements(file: HeifFile, headers: Headers, limits: Limits) -> tuple[RefdecError, ...]:
    """Return what a file says that cannot be: of its brands, of its picture, of its transparency."""
    item = shown_item(file)
    return (*_of_brands(file), *_of_picture(item, headers), *_of_alpha(file, item, limits))


def grid_disagreements(file: HeifFile, grid: Grid, limits: Limits) -> tuple[RefdecError, ...]:
    """Return what a file says of a picture made of tiles that cannot be; its tiles have `tile_disagreements`."""
    size = grid.width, grid.height
    return (
        *_of_brands(file),
        *_of_size(grid.item, size),
        *_of_transforms(grid.item, size),
        *_of_alpha(file, grid.item, limits),
    )


def tile_disagreements(tile: Item, headers: Headers) -> tuple[RefdecError, ...]:
    """Return what the properties of a tile say otherwise than its codestream."""
    return tuple(_of_picture(tile, headers))


def _of_brands(file: HeifFile) -> Iterator[RefdecError]:
    for brand in (MAJOR_BRAND, BASE_BRAND):
        if brand not in (file.major_brand, *file.brands):
            yield PropertyDisagrees("ftyp", f"the brands {', '.join(file.brands) or 'none'}", f"{brand} among them")


def _of_picture(item: Item, headers: Headers) -> Iterator[RefdecError]:
    """Yield what the properties of the picture say otherwise than its codestream."""
    picture, rendering = headers.picture, headers.rendering
    wanted = picture.display_width, picture.display_height
    yield from _of_size(item, wanted)
    depths = item.property_of("pixi")
    if depths is not None:
        bits = {each["bits_per_channel"] for each in depths.values["channels"]}
        if bits != {picture.bit_depth}:
            stated_bits = ", ".join(map(str, sorted(bits))) or "no"
            yield PropertyDisagrees(_path(depths), f"{stated_bits} bits", f"{picture.bit_depth}", at=depths.place)
    if rendering is not None and rendering.cicp is not None:
        own = rendering.cicp.colour_primaries, rendering.cicp.transfer_characteristics
        for each in item.properties:
            if each.box.kind != "colr" or each.box.values["colour_type"] != "nclx":
                continue
            points = tuple(each.box.values[name] for name in CODE_POINTS)
            if any(UNSPECIFIED not in pair and pair[0] != pair[1] for pair in zip(points, own, strict=True)):
                said, right = (f"primaries {p} and transfer {t}" for p, t in (points, own))
                yield PropertyDisagrees(_path(each.box), said, right, at=each.box.place)
    yield from _of_transforms(item, wanted)


def _of_size(item: Item, wanted: tuple[int, int]) -> Iterator[RefdecError]:
    """Yield that an item states another size than it has."""
    size = item.property_of("ispe")
    if size is None:
        yield PropertyDisagrees("ispe", "nothing, since it is not there", f"{wanted[0]} x {wanted[1]}")
    elif (stated := tuple(size.values[name] for name in SIZE)) != wanted:
        found, right = (f"{width} x {height}" for width, height in (stated, wanted))
        yield PropertyDisagrees(_path(size), found, right, at=size.place)


def _of_transforms(item: Item, wanted: tuple[int, int]) -> Iterator[RefdecError]:
    """Yield what the transforms of an item say that cannot be."""
    for each in item.properties:
        if each.box.kind in (APERTURE, *TRANSFORMS) and not each.essential:
            yield PropertyDisagrees(_path(each.box), "that it may be passed over", "essential", at=each.box.place)
    try:
        shown_part(item.properties, *wanted)
    except ApertureWrong as problem:
        yield problem


def _of_alpha(file: HeifFile, item: Item, limits: Limits) -> Iterator[RefdecError]:
    """Yield why transparency cannot be read, or does not belong to the picture."""
    try:
        alpha = alpha_of(file, limits)
    except (CodestreamError, UnsupportedError, LimitExceeded) as problem:
        yield problem
        return
    size = item.property_of("ispe")
    if alpha is None or size is None:
        return
    height, width = alpha.samples.shape
    wanted = tuple(size.values[name] for name in SIZE)
    if (width, height) != wanted:
        found, right = (f"{wide} x {high}" for wide, high in ((width, height), wanted))
        yield PropertyDisagrees("ispe of the transparency", found, f"{right}, as the picture")


def _path(box: FileBox) -> str:
    return f"meta/iprp/ipco/{box.kind}"


def file_remarks(file: HeifFile, headers: Headers) -> tuple[str, ...]:
    """Return what breaks no rule that is public, and is worth knowing."""
    said = []
    header = shown_item(file).property_of("jaih")
    wanted = first_elements(headers.picture)
    if header is None:
        said.append("the picture has no property jaih")
    elif bytes(header.values["header"]) != wanted:
        found = bytes(header.values["header"][:16]).hex()
        said.append(
            f"jaih begins with {found or 'nothing'}, the picture header with {wanted.hex()} (layout provisional)"
        )
    said += [f"the box {kind} beside the items was not looked at" for kind in file.left_out]
    return tuple(said)
