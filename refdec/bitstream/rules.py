"""Rules between elements (1.8 (10), (11)): formats, regions, tiles, tools, profile and level.

In: `Headers`.  Out: nothing, or the first broken rule as an error; `all_problems` lists every one.  Each rule is a
generator of errors without a place; `headers.place` adds the place of the element that an error names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from refdec.bitstream import rule_errors as broken
from refdec.bitstream.chroma import CONVERTIBLE, VERTICAL_ONLY
from refdec.bitstream.editions import Edition
from refdec.bitstream.errors import NotComputable
from refdec.bitstream.levels import MAIN_STREAM_PROFILE, level, profile
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import EfeNonlinear
from refdec.clauses import clause
from refdec.errors import CodestreamError, RefdecError
from refdec.tiling.geometry import ceil_div
from refdec.tiling.tiles import tile_borders

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers

__all__ = ["all_problems", "check_headers", "tolerated_problems"]

Problems = Iterator[RefdecError]
MOST_INDEPENDENT_REGIONS = 256
LEAST_REGION = (256, 512)
"""(1.6.4) Height and width, in luma samples, of the picture for each row and column of regions."""
NARROWEST_ICCI_TILE = 176


@clause("1.6.1")
def _formats(headers: Headers) -> Problems:
    """(1.6.1) Chroma formats exist, and the coded one can be converted to the output's."""
    picture = headers.picture
    output, coded = (picture.s_ver, picture.s_hor), (picture.c_ver, picture.c_hor)
    if output == VERTICAL_ONLY:
        yield broken.IllegalFormat("output")
    if coded == VERTICAL_ONLY:
        yield broken.IllegalFormat("coded")
    if VERTICAL_ONLY not in (output, coded) and (output, coded) not in CONVERTIBLE:
        yield broken.FormatNotConvertible(output, coded)


@clause("1.6.2")
def _colour(headers: Headers) -> Problems:
    """(1.6.2) A user-defined colour matrix has an inverse; it is not supported all the same."""
    picture = headers.picture
    if picture.colour_transform_idx != 2:
        return
    matrix = picture.colour_transform_matrix
    if matrix is not None and _determinant(matrix) == 0:
        yield broken.SingularColourMatrix()
    yield broken.UserColourTransform()


def _determinant(m: tuple[tuple[int, ...], ...]) -> int:
    (a, b, c), (d, e, f), (g, h, i) = m
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


@clause("1.6.4")
def _regions(headers: Headers) -> Problems:
    """(1.6.4) No region is empty; independent ones can be numbered."""
    picture = headers.picture
    for direction, count, size in (
        ("rows", picture.num_ver, picture.img_height),
        ("columns", picture.num_hor, picture.img_width),
    ):
        blocks = ceil_div(size, 128)
        if count > blocks:
            yield broken.RegionsTooFine(direction, count, blocks)
    if picture.independent_regions and picture.num_regions > MOST_INDEPENDENT_REGIONS:
        yield broken.TooManyIndependentRegions(picture.num_regions)


@clause("1.6.4", kind="interop", reason="streams with finer regions are about, and decode without doubt")
def tolerated_problems(headers: Headers) -> list[CodestreamError]:
    """(1.6.4) Return the broken rules that a decoder only warns of: the published limit on the number of regions."""
    if headers.edition is Edition.DRAFT:
        return []
    picture = headers.picture
    return [
        broken.TooManyRegions(direction, count, ceil_div(size, samples), samples)
        for direction, count, size, samples in (
            ("rows", picture.num_ver, picture.img_height, LEAST_REGION[0]),
            ("columns", picture.num_hor, picture.img_width, LEAST_REGION[1]),
        )
        if ceil_div(size, samples) < count <= ceil_div(size, 128)
    ]


@clause("4.10.2")
def _overlaps(headers: Headers) -> Problems:
    """(4.10.2) The extension of a region stays inside its neighbour: 128 * hd <= R and 32 * mc <= R."""
    picture = headers.picture
    counts = (picture.num_ver, picture.num_hor)
    steps = [step for step, count in zip(picture.region_steps, counts, strict=True) if count > 1 and step > 0]
    if picture.independent_regions or not steps:
        return
    smallest = min(steps)
    for name, extension in (
        ("hyper_decoder_overlap_in_latent_samples", 128 * picture.hd_overlap),
        ("mcm_overlap_in_latent_samples", 32 * picture.mcm_overlap),
    ):
        if extension > smallest:
            yield broken.OverlapBeyondRegion(name, extension, smallest)


@clause("1.6.6")
def _tiles(headers: Headers) -> Problems:
    """(1.6.6) Synthesis tiles advance, and are the same for both components."""
    picture = headers.picture
    found: list[RefdecError] = []
    for component in (0, 1):
        if picture.tile_size[component]:
            found += _tile_problems(picture, component)
    yield from found
    if found or any(step == 0 for step in picture.region_steps):
        return
    if picture.independent_regions and picture.num_regions > MOST_INDEPENDENT_REGIONS:
        return
    primary, secondary = zip(picture.tile_size, picture.tile_overlap, strict=True)
    if primary != secondary and tile_borders(picture, 0) != tile_borders(picture, 1):
        yield broken.TileGridsDiffer(primary, secondary)


@clause("4.10.5")
def _tile_problems(picture: PictureHeader, component: int) -> Problems:
    """(4.10.5) What is wrong with the tiles of one component."""
    tile, overlap = picture.tile_size[component], picture.tile_overlap[component]
    edge = min(picture.img_width, picture.img_height)
    if overlap >= tile:
        yield broken.TileOverlapBeyondTile(component, overlap, tile)
    if overlap >= edge:
        yield broken.TileOverlapBeyondPicture(component, overlap, edge)
    if picture.independent_regions and overlap % 32:
        yield broken.TileOverlapOffGrid(component, overlap)


@clause("5.7.4")
def _icci(headers: Headers) -> Problems:
    """(5.7.4) ICCI tiles can be counted (1.6.7), and no last row or column is too narrow to be helped."""
    tool = headers.tools.icci
    if tool is None or tool.tile_size == 0:
        return
    size, overlap = tool.tile_size, tool.tile_overlap
    sides = (headers.picture.img_height, headers.picture.img_width)
    if overlap >= min(size, *sides):
        yield NotComputable("NumIcciTiles")
        return
    if size - overlap < NARROWEST_ICCI_TILE or min(size, *sides) < NARROWEST_ICCI_TILE:
        yield broken.IcciTileTooSmall(size, overlap)


@clause("1.6.7")
def _nonlinear(headers: Headers) -> Problems:
    """(1.6.7) Tiles and masks of EFE non-linear fit the chroma planes; a mask has an alternative picture."""
    tool = headers.tools.efe_nonlinear
    if tool is None:
        return
    h, w = headers.picture.chroma_size
    if any(tool.nonLinear_enabled) and tool.nonlinearH and tool.nonlinearW:
        needed = ceil_div(h, tool.nonlinearH) * ceil_div(w, tool.nonlinearW)
        if len(tool.minLuma) != needed:
            yield broken.OffsetTileCountWrong(len(tool.minLuma), needed)
    if tool.mask1 or tool.mask2:
        yield from _masks(tool, (h, w))
        linear = headers.tools.efe_linear
        if linear is None or not any(linear.sets[0].best_cand_idx):
            yield broken.MaskWithoutAlternative()


def _masks(tool: EfeNonlinear, planes: tuple[int, int]) -> Problems:
    """Require that the masks have one entry for each block of the chroma planes."""
    for mask in tool.W5:
        if mask is None or tool.bS == 0:
            continue
        for name, count, size in zip(("len_mask_y", "len_mask_x"), mask.shape, planes, strict=True):
            if count != ceil_div(size, tool.bS):
                yield broken.MaskSizeWrong(name, count, ceil_div(size, tool.bS))
        return


@clause("1.7.1")
def _profile(headers: Headers) -> Problems:
    """(1.7.1) The stream profile exists, and the preferred synthesis transform is in the decoder profile's set."""
    picture = headers.picture
    if picture.stream_profile_idc != MAIN_STREAM_PROFILE:
        yield broken.StreamProfileReserved(picture.stream_profile_idc)
    allowed = profile(picture.decoder_profile_id)
    if picture.synthesis_transforms[0] not in allowed.synthesis_transforms:
        yield broken.ProfileViolated(allowed.name, picture.synthesis_transforms[0])


@clause("1.7.2")
def _level(headers: Headers) -> Problems:
    """(1.7.2) The level exists, and allows the coded size and the model; the draft's allow other models (1.12)."""
    picture = headers.picture
    found = level(picture.level_idc, headers.edition)
    if found is None:
        yield broken.UnknownLevel(picture.level_idc)
        return
    samples = picture.img_width * picture.img_height
    if samples > found.max_luma_samples:
        yield broken.LevelSizeExceeded(found.level_idc, samples, found.max_luma_samples)
    if picture.model_id not in found.models:
        yield broken.LevelModelForbidden(found.level_idc, picture.model_id, found.models)


Rule = Callable[["Headers"], Problems]
CROSS_FIELD: tuple[Rule, ...] = (_formats, _colour, _regions, _overlaps, _tiles, _icci, _nonlinear)
CAPABILITY: tuple[Rule, ...] = (_profile, _level)


@clause("1.8 (11)")
def all_problems(headers: Headers, *, any_level: bool = False) -> list[RefdecError]:
    """(1.8 (11)) Return every broken rule between elements, in the order of chapter 1; empty for legal headers."""
    chosen = CROSS_FIELD + (() if any_level else CAPABILITY)
    return [*tolerated_problems(headers), *(problem for rule in chosen for problem in rule(headers))]


@clause("1.8 (10)")
def check_headers(headers: Headers, *, any_level: bool = False, allow_custom_colour: bool = False) -> None:
    """(1.8 (10)) Raise the first broken rule between elements; `any_level` overlooks profile and level.

    What is tolerated is left to `tolerated_problems`.  `allow_custom_colour` lets colour_transform_idx 2 pass, for
    callers that have a meaning for it (5.10).
    """
    overlooked = (broken.TooManyRegions, *((broken.UserColourTransform,) if allow_custom_colour else ()))
    for problem in all_problems(headers, any_level=any_level):
        if not isinstance(problem, overlooked):
            raise problem
