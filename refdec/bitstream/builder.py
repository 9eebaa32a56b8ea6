"""Headers for writers (1.9 step 1): from what an encoder chooses to all elements, flags derived by the rules of 1.6.

In: `HeaderChoices`, with the defaults of a usual writer.  Out: `PictureHeader`.  Ranges are checked when the header is
written, rules between elements by `rules.check_headers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.levels import DEFAULT_LEVEL, MAIN_STREAM_PROFILE, smallest_profile
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause

__all__ = ["HeaderChoices", "picture_header", "with_cube_flags", "with_threads"]

Pair = tuple[int, int]
Flags = tuple[int, ...] | None

SMALLEST_EDGE = 64


@clause("1.9")
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderChoices:
    """(1.9) What an encoder chooses of a picture header; the defaults are those of a usual writer.

    `width`, `height`: displayed size in luma samples.  `coded_size` (width, height), at least 64 each; None: the
    displayed size, grown to 64.  Formats are (vertical, horizontal) subsampling; `coded_format` None: the output's.
    `beta_log`, `threads_r`, `rvs`: one value for both components or a pair.  `decoder_profile_id` None: the smallest
    that the first transform needs.  `regions` (rows, columns), None: no partitioning; overlaps are of dependent ones.
    `num_chs`: channels of luma and chroma.  `cube_flags` [4,CubeH,CubeW] of 0 and 1 per component; all 1 is not sent.
    `grfs_flags`: one flag per coded channel; all 0 is not sent.  `tile_size`, `tile_overlap` in luma samples, multiples
    of 16, for both components; size 0: no tiles.  `quality_map_entropy_index` None: no quality map.
    """

    width: int
    height: int
    coded_size: Pair | None = None
    model_id: int = 1
    beta_log: int | Pair = 0
    synthesis_transforms: tuple[int, ...] = (Synthesis.BOP, Synthesis.SOP)
    decoder_profile_id: int | None = None
    level_idc: int = DEFAULT_LEVEL
    bit_depth: int = 8
    output_format: Pair = ChromaFormat.YUV444.value
    coded_format: Pair | None = None
    colour_transform_idx: int = 1
    threads_z: int = 1
    threads_r: int | Pair = 1
    threads_q: int = 1
    regions: Pair | None = None
    independent_regions: bool = False
    hd_overlap: int = 2
    mcm_overlap: int = 8
    num_chs: Pair = (160, 96)
    cube_flags: tuple[UInt8Array | None, UInt8Array | None] = (None, None)
    rvs: bool | tuple[bool, bool] = False
    grfs_flags: tuple[Iterable[int] | None, Iterable[int] | None] = (None, None)
    tile_size: int = 0
    tile_overlap: int = 64
    quality_map_entropy_index: int | None = None


@clause("1.9")
def picture_header(choices: HeaderChoices) -> PictureHeader:
    """(1.9) Return the picture header of an encoder's choices; flags and absent elements follow by 1.6.

    Raises ValueError for a choice that no element can express.
    """
    shown = choices.width, choices.height
    coded_width, coded_height = choices.coded_size or (max(SMALLEST_EDGE, shown[0]), max(SMALLEST_EDGE, shown[1]))
    coded_ver, coded_hor = choices.coded_format or choices.output_format
    beta = _pair(choices.beta_log)
    threads = _pair(choices.threads_r)
    cubes = tuple(_cube_row(flags) for flags in choices.cube_flags)
    channels = tuple(_channel_row(flags) for flags in choices.grfs_flags)
    split = choices.regions is not None
    overlapping = split and not choices.independent_regions
    quality = choices.quality_map_entropy_index is not None
    profile = choices.decoder_profile_id
    if profile is None:
        profile = smallest_profile(choices.synthesis_transforms)
    return PictureHeader(
        stream_profile_idc=MAIN_STREAM_PROFILE,
        decoder_profile_id=profile,
        synthesis_transform_id=tuple(int(transform) for transform in choices.synthesis_transforms),
        level_idc=choices.level_idc,
        img_width_minus64=coded_width - 64,
        img_height_minus64=coded_height - 64,
        diff_display_img_width=coded_width - choices.width,
        diff_display_img_height=coded_height - choices.height,
        bit_depth_idc=_units(choices.bit_depth - 8, 2, "bit_depth"),
        s_ver_minus1=choices.output_format[0] - 1,
        s_hor_minus1=choices.output_format[1] - 1,
        c_ver_minus1=1 if choices.output_format[0] == 2 else coded_ver - 1,
        c_hor_minus1=1 if choices.output_format[1] == 2 else coded_hor - 1,
        colour_transform_idx=choices.colour_transform_idx,
        colour_transform_matrix=None,
        colour_transform_offset=None,
        model_id=choices.model_id,
        multi_threading_z=int(choices.threads_z > 1),
        log2_num_threads_z_minus1=_log2_minus1(choices.threads_z),
        beta_displacement_log_plus_2048=(beta[0] + 2048, beta[1] + 2048),
        region_partitioning_flag=int(split),
        num_ver_splits_minus1=choices.regions[0] - 1 if choices.regions else 0,
        num_hor_splits_minus1=choices.regions[1] - 1 if choices.regions else 0,
        region_residual_in_its_own_substream_flag=int(split and choices.independent_regions),
        hyper_decoder_overlap_in_latent_samples=choices.hd_overlap if overlapping else 0,
        mcm_overlap_in_latent_samples=choices.mcm_overlap if overlapping else 0,
        independent_beta_uv=int(beta[0] != beta[1]),
        multi_threading_r=(int(threads[0] > 1), int(threads[1] > 1)),
        log2_num_threads_r_minus1=(_log2_minus1(threads[0]), _log2_minus1(threads[1])),
        num_chs=choices.num_chs,
        use_cube_flags=(int(cubes[0] is not None), int(cubes[1] is not None)),
        cube_group_flag=(_groups(cubes[0]), _groups(cubes[1])),
        cube_flag=(cubes[0], cubes[1]),
        rvs_enable_flag=_flag_pair(choices.rvs),
        grfs_enable_flag=(int(channels[0] is not None), int(channels[1] is not None)),
        grfs_channel_flag=(channels[0], channels[1]),
        synthesis_tile_enable=_pair(int(choices.tile_size > 0)),
        synthesis_tile_size=_pair(_units(choices.tile_size, 16, "tile_size")),
        synthesis_tile_overlap=_pair(_units(choices.tile_overlap, 16, "tile_overlap") if choices.tile_size else 0),
        gain_3D_enable_flag=int(quality),
        multi_threading_q=int(quality and choices.threads_q > 1),
        log2_num_threads_q_minus1=_log2_minus1(choices.threads_q) if quality else 0,
        quality_map_entropy_index=choices.quality_map_entropy_index or 0,
    )


@clause("1.6.5")
def with_cube_flags(picture: PictureHeader, cube_flags: tuple[UInt8Array | None, UInt8Array | None]) -> PictureHeader:
    """(1.6.5) Return the header with other cube flags [4,CubeH,CubeW]; all 1, or None, is not sent."""
    luma, chroma = (_cube_row(flags) for flags in cube_flags)
    return replace(
        picture,
        use_cube_flags=(int(luma is not None), int(chroma is not None)),
        cube_group_flag=(_groups(luma), _groups(chroma)),
        cube_flag=(luma, chroma),
    )


@clause("1.6.3")
def with_threads(picture: PictureHeader, threads: int) -> PictureHeader:
    """(1.6.3) Return the header with so many threads (1, 2, 4, 8, 16) of every entropy-coded substream."""
    several, log2 = int(threads > 1), _log2_minus1(threads)
    quality = picture.gain_3D_enable_flag
    return replace(
        picture,
        multi_threading_z=several,
        log2_num_threads_z_minus1=log2,
        multi_threading_r=(several, several),
        log2_num_threads_r_minus1=(log2, log2),
        multi_threading_q=several * quality,
        log2_num_threads_q_minus1=log2 * quality,
    )


def _pair(choice: int | Pair) -> Pair:
    return (choice, choice) if isinstance(choice, int) else choice


def _flag_pair(choice: bool | tuple[bool, bool]) -> Pair:
    first, second = (choice, choice) if isinstance(choice, bool) else choice
    return int(first), int(second)


def _units(value: int, unit: int, name: str) -> int:
    if value % unit:
        raise ValueError(f"{name} is {value}, it must be a multiple of {unit}")
    return value // unit


@clause("1.6.3")
def _log2_minus1(threads: int) -> int:
    """(1.6.3) log2(threads) - 1, 0 for one thread; threads is a power of two up to 16."""
    if threads not in (1, 2, 4, 8, 16):
        raise ValueError(f"{threads} threads; possible are 1, 2, 4, 8, 16")
    return max(threads.bit_length() - 2, 0)


@clause("1.6.5")
def _cube_row(flags: UInt8Array | None) -> Flags:
    """(1.6.5) Flags in index order, None where all are 1: use_cube_flags = 0 then."""
    row = None if flags is None else np.asarray(flags, np.uint8).reshape(-1)
    return None if row is None or bool(row.all()) else tuple(row.tolist())


@clause("1.6.5")
def _groups(row: Flags) -> Flags:
    """(1.6.5) cube_group_flag: 1 for a group of 8 with some flag 0."""
    return None if row is None else tuple(int(0 in row[k : k + 8]) for k in range(0, len(row), 8))


def _channel_row(flags: Iterable[int] | None) -> Flags:
    row = tuple(int(flag) for flag in flags or ())
    return row if any(row) else None
