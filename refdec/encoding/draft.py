"""The picture header that an encode begins with: settings become elements, and are checked before anything is computed.

In: a source picture, settings, a model.  Out: `PictureHeader` without the flags that coding decides.  An encode drafts
it more than once: the flags of cubes and GRFS join it when they are known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from refdec.arithmetic.types import BoolArray, Int32Array, UInt8Array
from refdec.bitstream import rules
from refdec.bitstream.builder import HeaderChoices, picture_header
from refdec.bitstream.headers import Edition, build_headers, write_headers
from refdec.bitstream.levels import profiles, smallest_level
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.bitstream.recognition import require_told_apart
from refdec.clauses import clause
from refdec.decoding.errors import LevelTooSmall, QualityMapDoesNotFit, SettingsRefused
from refdec.encoding.encoderinput import EncoderInput
from refdec.entropy.qualitymap import choose_entropy_index, map_differences
from refdec.errors import RefdecError
from refdec.picture.planes import Size
from refdec.tiling.analysis import usual_regions, usual_synthesis_tiling
from refdec.tiling.geometry import ceil_div

__all__ = [
    "TILES_LEAVE_HOLES",
    "EncodeSettings",
    "checked_draft",
    "draft_header",
    "leaves_holes",
    "usual_overlap",
]

Pair = tuple[int, int]
BASE_LIST = (1, 0)
SMALLEST_EDGE = 64
LEAST_DISPLACEMENT = -2048
LUMA_ALONE_IS_FOR_GRAY = "chroma is left out of gray pictures only, and this one has colour"
TILES_LEAVE_HOLES = "tiles of this size would leave samples of independent regions in no tile (4.10.5)"


@dataclass(frozen=True, slots=True, eq=False)
class EncodeSettings:
    """How a codestream is made; the defaults are base profile, BOP before SOP, one thread, no tools.

    `synthesis_transforms` None: the list that writers of `decoder_profile_id` send (None: base).  `level_idc` None:
    the smallest. `bit_depth` 8 or 10 and `coded_format` (vertical, horizontal) None: the source's.  `luma_only`: chroma
    of a gray source has the lowest displacement there is, so its residual costs next to nothing.  `regions` (rows,
    columns), None: by size (`usual_regions`). `quality_map` int32 [h,w] of -8..8.  `tile_size` of the synthesis in luma
    samples, 0: none, None: the usual rule. `cubes` decides cube flags by the rule of 3.B.4.  `mark_weights`: name the
    weights in user data.  `edition`: the text whose picture header and levels it has.
    """

    synthesis_transforms: tuple[int, ...] | None = None
    decoder_profile_id: int | None = None
    level_idc: int | None = None
    bit_depth: int | None = None
    coded_format: Size | None = None
    luma_only: bool = False
    regions: Pair | None = None
    independent_regions: bool = False
    threads_z: int = 1
    threads_r: int | Pair = 1
    threads_q: int = 1
    num_chs: Pair = COMPONENT_CHANNELS
    quality_map: Int32Array | None = None
    rvs: bool = False
    grfs: bool = False
    lsbs: bool = False
    cubes: bool = False
    tile_size: int | None = None
    mark_weights: bool = True
    edition: Edition = Edition.PUBLISHED


@clause("1.9")
def draft_header(
    source: EncoderInput,
    settings: EncodeSettings,
    model_id: int,
    beta_log: Pair = (0, 0),
    *,
    cube_flags: tuple[UInt8Array | None, UInt8Array | None] = (None, None),
    grfs_flags: tuple[BoolArray | None, BoolArray | None] = (None, None),
) -> PictureHeader:
    """(1.9) Return the picture header of settings; without the flags that coding decides it is a draft.

    Raises SettingsRefused, LevelTooSmall.
    """
    if settings.luma_only:
        if source.gray_components is None:
            raise SettingsRefused(LUMA_ALONE_IS_FOR_GRAY)
        beta_log = beta_log[0], LEAST_DISPLACEMENT
    height, width = source.size
    settings = _with_regions(settings, max(height, SMALLEST_EDGE), max(width, SMALLEST_EDGE))
    regions = settings.regions or (1, 1)
    quality = None if settings.quality_map is None else choose_entropy_index(map_differences(settings.quality_map))
    transforms = settings.synthesis_transforms or _listed(settings.decoder_profile_id)
    coded_samples = max(height, SMALLEST_EDGE) * max(width, SMALLEST_EDGE)
    level = (
        settings.level_idc
        if settings.level_idc is not None
        else smallest_level(coded_samples, model_id, settings.edition)
    )
    if level is None:
        raise LevelTooSmall(coded_samples, model_id)
    overlap = usual_overlap(width, height, regions)
    choices = HeaderChoices(
        width=width,
        height=height,
        model_id=model_id,
        beta_log=beta_log,
        synthesis_transforms=transforms,
        decoder_profile_id=settings.decoder_profile_id,
        level_idc=level,
        bit_depth=settings.bit_depth or (8 if source.bits <= 8 else 10),
        output_format=source.output,
        coded_format=settings.coded_format,
        colour_transform_idx=source.colour_transform_idx,
        threads_z=settings.threads_z,
        threads_r=settings.threads_r,
        threads_q=settings.threads_q,
        regions=None if regions == (1, 1) else regions,
        independent_regions=settings.independent_regions,
        hd_overlap=overlap,
        mcm_overlap=4 * overlap,
        num_chs=settings.num_chs,
        rvs=settings.rvs,
        cube_flags=cube_flags,
        grfs_flags=_coded_channels(grfs_flags, settings.num_chs),
        quality_map_entropy_index=quality,
    )
    try:
        draft = picture_header(choices)
    except ValueError as problem:
        raise SettingsRefused.because(problem) from None
    return _with_tiles(draft, settings)


@clause("4.9")
def _with_regions(settings: EncodeSettings, height: int, width: int) -> EncodeSettings:
    """(4.9) Return the settings with regions: those asked for, or those for the size; one is not independent."""
    independent = settings.independent_regions
    regions = settings.regions or usual_regions(height, width, independent=independent)
    return replace(settings, regions=regions, independent_regions=independent and regions != (1, 1))


def _listed(decoder_profile_id: int | None) -> tuple[int, ...]:
    """Return the transforms that writers of a profile list."""
    return BASE_LIST if decoder_profile_id is None else profiles()[decoder_profile_id].writer_list


def _coded_channels(
    grfs_flags: tuple[BoolArray | None, BoolArray | None], num_chs: Pair
) -> tuple[list[int] | None, list[int] | None]:
    """Return the GRFS flags of the coded channels."""
    luma, chroma = (
        None if flags is None else flags[: min(count, flags.size)].astype(int).tolist()
        for flags, count in zip(grfs_flags, num_chs, strict=True)
    )
    return luma, chroma


@clause("4.10.2")
def usual_overlap(width: int, height: int, regions: Pair) -> int:
    """(4.10.2) hd_overlap of dependent regions, a quarter of mcm's: 2, or 1 where a region is 128 samples wide."""
    steps = [
        ceil_div(max(size, SMALLEST_EDGE), 128) // count
        for size, count in ((height, regions[0]), (width, regions[1]))
        if count > 1
    ]
    return 1 if steps and min(steps) < 2 else 2


@clause("1.6.6")
def _with_tiles(draft: PictureHeader, settings: EncodeSettings) -> PictureHeader:
    """(1.6.6) Return the header with synthesis tiles, by the usual rule or as the settings say."""
    usual = usual_synthesis_tiling(draft)
    size = usual.size if settings.tile_size is None else settings.tile_size
    if size == 0:
        return draft
    overlap = usual.overlap or (128 if settings.independent_regions else 64)
    return replace(
        draft,
        synthesis_tile_enable=(1, 1),
        synthesis_tile_size=(size >> 4, size >> 4),
        synthesis_tile_overlap=(overlap >> 4, overlap >> 4),
    )


def checked_draft(source: EncoderInput, settings: EncodeSettings, model_id: int) -> PictureHeader:
    """Return a draft that breaks no rule between elements.  Raises SettingsRefused, QualityMapDoesNotFit."""
    draft = draft_header(source, settings, model_id)
    headers = build_headers(draft, edition=settings.edition)
    try:
        for problem in rules.all_problems(headers):
            raise problem
        require_told_apart(write_headers(headers)[Marker.PIH], settings.edition)
    except RefdecError as problem:
        raise SettingsRefused.because(problem) from None
    if leaves_holes(draft):
        raise SettingsRefused(TILES_LEAVE_HOLES)
    needed = (draft.lat_h, draft.lat_w)
    if settings.quality_map is not None and settings.quality_map.shape != needed:
        raise QualityMapDoesNotFit(needed, settings.quality_map.shape)
    return draft


@clause("4.10.5")
def leaves_holes(draft: PictureHeader) -> bool:
    """(4.10.5) Tell whether tiles may leave samples of independent regions in no core, where the picture would be 0.

    A tile that begins half an overlap behind the border of a region is cut to its size from that border on.
    """
    size, half = draft.tile_size[0], draft.tile_overlap[0] // 2
    if not (draft.independent_regions and size and half):
        return False
    steps = zip(draft.region_steps, (draft.num_ver, draft.num_hor), strict=True)
    return any((i * step + half) % size == 0 for step, count in steps for i in range(1, count))
