"""What a codestream can have differently while its latents stay (1.5.1, 1.6, 1.7): headers made of headers.

In: headers, and wishes.  Out: `Headers` that differ in what was wished for and in what follows from it; equal ones
where nothing does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from refdec.bitstream import rules
from refdec.bitstream.builder import with_threads
from refdec.bitstream.editions import Edition
from refdec.bitstream.headers import Headers, write_headers
from refdec.bitstream.levels import profiles, smallest_profile
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.recognition import require_told_apart
from refdec.bitstream.rewriting import with_level
from refdec.bitstream.tools import ToolsHeader
from refdec.clauses import clause
from refdec.decoding.errors import SettingsRefused
from refdec.encoding.draft import TILES_LEAVE_HOLES, leaves_holes, usual_overlap
from refdec.errors import RefdecError
from refdec.tiling.analysis import Tiling, usual_synthesis_tiling

__all__ = ["Packaging", "packaged", "same_partition"]

Pair = tuple[int, int]
REASON = "a codestream is packed differently without a new analysis"


@dataclass(frozen=True, slots=True)
class Packaging:
    """What is to be different; None leaves it as it is.

    `transforms`: the list of synthesis transforms; `profile` (decoder_profile_id) without them sends its writers' list.
    `regions` (rows, columns); `independent`: whether they decode on their own.  `threads` of every entropy-coded
    substream.  `tile_size` of the synthesis in luma samples, 0: no tiles.  `filters` False: without the filters of TON.
    """

    edition: Edition | None = None
    profile: int | None = None
    transforms: tuple[int, ...] | None = None
    level_idc: int | None = None
    regions: Pair | None = None
    independent: bool | None = None
    threads: int | None = None
    tile_size: int | None = None
    filters: bool = True


@clause("1.9", kind="added", reason=REASON)
def packaged(headers: Headers, wish: Packaging) -> Headers:
    """(1.9) Return the headers as they are wished; raise SettingsRefused where they would break a rule that these keep.

    Raises HeaderAmbiguous where a header of the draft would not be known as one.
    """
    edition = wish.edition or headers.edition
    picture = _with_transforms(headers.picture, wish)
    picture = picture if wish.threads is None else with_threads(picture, wish.threads)
    picture = _with_tiles(_with_regions(picture, wish), headers.picture, wish)
    if wish.level_idc is not None:
        picture = replace(picture, level_idc=wish.level_idc)
    elif edition is not headers.edition:
        picture = with_level(picture, edition)
    if edition is Edition.DRAFT:  # its header has no room for a stream profile (1.12)
        picture = replace(picture, stream_profile_idc=0)
    tools = headers.tools if wish.filters else ToolsHeader(headers.tools.lsbs_enable_flag)
    order = tuple(_order(headers.substream_order, headers.picture, picture))
    made = replace(headers, picture=picture, tools=tools, edition=edition, substream_order=order, warnings=())
    if made != headers:
        _require_legal(made, headers)
    return made


def _with_transforms(picture: PictureHeader, wish: Packaging) -> PictureHeader:
    """Return the header with the wished profile and list of synthesis transforms."""
    if wish.profile is None and wish.transforms is None:
        return picture
    listed = wish.transforms
    if listed is None:
        assert wish.profile is not None
        listed = profiles()[wish.profile].writer_list
    profile = smallest_profile(listed) if wish.profile is None else wish.profile
    return replace(picture, decoder_profile_id=profile, synthesis_transform_id=listed)


@clause("1.6.4")
def _with_regions(picture: PictureHeader, wish: Packaging) -> PictureHeader:
    """(1.6.4) Return the header with the wished regions; one region is not independent."""
    rows, columns = wish.regions or (picture.num_ver, picture.num_hor)
    split = (rows, columns) != (1, 1)
    independent = split and (picture.independent_regions if wish.independent is None else wish.independent)
    if (rows, columns, independent) == (picture.num_ver, picture.num_hor, picture.independent_regions):
        return picture
    overlap = usual_overlap(picture.img_width, picture.img_height, (rows, columns)) if split and not independent else 0
    return replace(
        picture,
        region_partitioning_flag=int(split),
        num_ver_splits_minus1=rows - 1,
        num_hor_splits_minus1=columns - 1,
        region_residual_in_its_own_substream_flag=int(independent),
        hyper_decoder_overlap_in_latent_samples=overlap,
        mcm_overlap_in_latent_samples=4 * overlap,
    )


@clause("1.6.6")
def _with_tiles(picture: PictureHeader, before: PictureHeader, wish: Packaging) -> PictureHeader:
    """(1.6.6) Return the header with the wished synthesis tiles; those of independent regions follow the regions."""
    usual = usual_synthesis_tiling(picture)
    if wish.tile_size is not None:
        overlap = usual.overlap or (128 if picture.independent_regions else 64)
        return _tiled(picture, Tiling(wish.tile_size, overlap))
    if not same_partition(picture, before) and (picture.independent_regions or before.independent_regions):
        return _tiled(picture, usual)
    return picture


def _tiled(picture: PictureHeader, tiling: Tiling) -> PictureHeader:
    size, overlap = (tiling.size, tiling.overlap) if tiling.size else (0, 0)
    return replace(
        picture,
        synthesis_tile_enable=(int(size > 0),) * 2,
        synthesis_tile_size=(size >> 4, size >> 4),
        synthesis_tile_overlap=(overlap >> 4, overlap >> 4),
    )


def same_partition(first: PictureHeader, second: PictureHeader) -> bool:
    """Tell whether two headers cut the latents into the same regions with the same overlaps."""

    def partition(picture: PictureHeader) -> tuple[int | bool, ...]:
        grid = picture.num_ver, picture.num_hor, picture.independent_regions
        return *grid, picture.hd_overlap, picture.mcm_overlap

    return partition(first) == partition(second)


@clause("1.9")
def _order(order: tuple[Marker, ...], before: PictureHeader, picture: PictureHeader) -> Iterator[Marker]:
    """(1.9) Yield the markers of all substreams; residuals of other regions stand where the first one stood."""
    if same_partition(before, picture):
        yield from order
        return
    count = picture.num_regions if picture.independent_regions else 1
    missing = [marker for marker in RESIDUAL_MARKERS if marker not in order]
    for n, marker in enumerate(order):
        if marker is Marker.SOZ:
            yield from (each for each in missing for _ in range(count))
        if marker not in RESIDUAL_MARKERS:
            yield marker
        elif marker not in order[:n]:
            yield from (marker,) * count


def _require_legal(made: Headers, before: Headers) -> None:
    """Raise SettingsRefused for the first rule that the new headers break and the old ones do not."""
    known = {type(problem) for problem in rules.all_problems(before)}
    try:
        for problem in rules.all_problems(made):
            if type(problem) not in known:
                raise problem
        require_told_apart(write_headers(made)[Marker.PIH], made.edition)
    except RefdecError as problem:
        raise SettingsRefused.because(problem) from None
    if leaves_holes(made.picture) and not leaves_holes(before.picture):
        raise SettingsRefused(TILES_LEAVE_HOLES)
