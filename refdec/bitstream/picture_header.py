"""The picture header PIH (1.5.1) and the variables that follow from it (1.6).

In: the elements of PIH.  Out: `PictureHeader`, its fields named as the elements, its properties as the derived
variables. Sizes are in luma samples unless the name says otherwise; pairs are (primary, secondary component).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from refdec.clauses import clause
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:  # many a header is read where no array is needed
    from refdec.arithmetic.types import BoolArray, UInt8Array

__all__ = ["COMPONENT_CHANNELS", "PictureHeader"]

T = TypeVar("T")
Pair = tuple[int, int]
Flags = tuple[int, ...] | None

COMPONENT_CHANNELS: Pair = (160, 96)
"""C[c]: latent channels of the primary and the secondary component (1.1)."""

INFERRED = {"c_ver_minus1": 1, "c_hor_minus1": 1}
COUNT = "num_synthesis_transforms_minus1"


@clause("1.5.1")
@dataclass(frozen=True, slots=True)
class PictureHeader:
    """(1.5.1) The elements of PIH; absent ones have their inferred value, or 0; absent rows of flags are None."""

    stream_profile_idc: int
    decoder_profile_id: int
    synthesis_transform_id: tuple[int, ...]
    level_idc: int
    img_width_minus64: int
    img_height_minus64: int
    diff_display_img_width: int
    diff_display_img_height: int
    bit_depth_idc: int
    s_ver_minus1: int
    s_hor_minus1: int
    c_ver_minus1: int
    c_hor_minus1: int
    colour_transform_idx: int
    colour_transform_matrix: tuple[tuple[int, ...], ...] | None
    colour_transform_offset: tuple[int, ...] | None
    model_id: int
    multi_threading_z: int
    log2_num_threads_z_minus1: int
    beta_displacement_log_plus_2048: Pair
    region_partitioning_flag: int
    num_ver_splits_minus1: int
    num_hor_splits_minus1: int
    region_residual_in_its_own_substream_flag: int
    hyper_decoder_overlap_in_latent_samples: int
    mcm_overlap_in_latent_samples: int
    independent_beta_uv: int
    multi_threading_r: Pair
    log2_num_threads_r_minus1: Pair
    num_chs: Pair
    use_cube_flags: Pair
    cube_group_flag: tuple[Flags, Flags]
    cube_flag: tuple[Flags, Flags]
    rvs_enable_flag: Pair
    grfs_enable_flag: Pair
    grfs_channel_flag: tuple[Flags, Flags]
    synthesis_tile_enable: Pair
    synthesis_tile_size: Pair
    synthesis_tile_overlap: Pair
    gain_3D_enable_flag: int
    multi_threading_q: int
    log2_num_threads_q_minus1: int
    quality_map_entropy_index: int

    @classmethod
    @clause("1.6.9")
    def from_elements(cls, elements: Mapping[str, Any]) -> PictureHeader:
        """(1.6.9) Build the header from what `syntax.read("PIH", ...)` returns."""
        values: dict[str, Any] = {}
        for name in (field.name for field in fields(cls)):
            found = elements.get(name)
            if name in PAIRS:
                row = found or {}
                values[name] = tuple(int(row.get(c, 0)) for c in (0, 1))
            elif name in FLAG_PAIRS:
                row = found or {}
                values[name] = tuple(_flags(row[c]) if c in row else None for c in (0, 1))
            elif name == "colour_transform_matrix":
                values[name] = found and tuple(_flags(found[i]) for i in sorted(found))
            elif name in {"colour_transform_offset", "synthesis_transform_id"}:
                values[name] = None if found is None else _flags(found)
            else:
                values[name] = INFERRED.get(name, 0) if found is None else int(found)
        return cls(**values)

    def to_elements(self) -> dict[str, Any]:
        """Return the elements as `syntax.write("PIH", ...)` takes them."""
        elements = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**elements, COUNT: len(self.synthesis_transform_id) - 1}

    def tools_environment(self) -> dict[str, int]:
        """Return the variables that the syntax of TON uses."""
        names = ("s_ver_minus1", "s_hor_minus1", "c_ver_minus1", "c_hor_minus1")
        sizes = {"ImgHeight": self.img_height, "ImgWidth": self.img_width}
        return {**sizes, **{name: getattr(self, name) for name in names}}

    # -- 1.6.1: size and sample format

    @property
    @clause("1.6.1")
    def img_width(self) -> int:
        """(1.6.1) ImgWidth, the width of the coded picture, 64..65599."""
        return self.img_width_minus64 + 64

    @property
    @clause("1.6.1")
    def img_height(self) -> int:
        """(1.6.1) ImgHeight, the height of the coded picture, 64..65599."""
        return self.img_height_minus64 + 64

    @property
    @clause("1.6.1")
    def display_width(self) -> int:
        """(1.6.1) DisplayWidth, the columns that are kept."""
        return self.img_width - self.diff_display_img_width

    @property
    @clause("1.6.1")
    def display_height(self) -> int:
        """(1.6.1) DisplayHeight, the rows that are kept."""
        return self.img_height - self.diff_display_img_height

    @property
    @clause("1.6.1")
    def lat_h(self) -> int:
        """(1.6.1) LatH, rows of both latents."""
        return (self.img_height + 15) >> 4

    @property
    @clause("1.6.1")
    def lat_w(self) -> int:
        """(1.6.1) LatW, columns of both latents."""
        return (self.img_width + 15) >> 4

    @property
    @clause("1.6.1")
    def latent_frame(self) -> Rect:
        """(1.6.1) The whole of both latents: LatW columns, LatH rows."""
        return Rect(0, 0, self.lat_w, self.lat_h)

    @property
    @clause("1.6.1")
    def z_h(self) -> int:
        """(1.6.1) ZH, rows of both hyper latents."""
        return (self.img_height + 63) >> 6

    @property
    @clause("1.6.1")
    def z_w(self) -> int:
        """(1.6.1) ZW, columns of both hyper latents."""
        return (self.img_width + 63) >> 6

    @property
    @clause("1.6.1")
    def bit_depth(self) -> int:
        """(1.6.1) Bits of an output sample: 8 or 10."""
        return 8 + 2 * self.bit_depth_idc

    @property
    def s_ver(self) -> int:
        """Vertical chroma subsampling of the output, 1 or 2."""
        return self.s_ver_minus1 + 1

    @property
    def s_hor(self) -> int:
        """Horizontal chroma subsampling of the output, 1 or 2."""
        return self.s_hor_minus1 + 1

    @property
    def c_ver(self) -> int:
        """Vertical subsampling of the coded chroma, 1 or 2."""
        return self.c_ver_minus1 + 1

    @property
    def c_hor(self) -> int:
        """Horizontal subsampling of the coded chroma, 1 or 2."""
        return self.c_hor_minus1 + 1

    @property
    @clause("1.6.1")
    def chroma_size(self) -> tuple[int, int]:
        """(1.6.1) Height and width of the output chroma planes."""
        return ceil_div(self.display_height, self.s_ver), ceil_div(self.display_width, self.s_hor)

    # -- 1.6.3: model, rate point, threads

    @property
    def synthesis_transforms(self) -> tuple[int, ...]:
        """Synthesis transforms in the order of the encoder's preference: 0 SOP, 1 BOP, 2 HOP."""
        return self.synthesis_transform_id

    @property
    @clause("1.6.3")
    def beta_log(self) -> Pair:
        """(1.6.3) BetaLog, the displacement of the rate point per component, -2048..2047."""
        primary, secondary = self.beta_displacement_log_plus_2048
        return primary - 2048, secondary - 2048

    @property
    @clause("1.6.3")
    def num_threads_z(self) -> int:
        """(1.6.3) NumThreadsZ: 1, 2, 4, 8 or 16."""
        return _threads(self.multi_threading_z, self.log2_num_threads_z_minus1)

    @property
    @clause("1.6.3")
    def num_threads_r(self) -> Pair:
        """(1.6.3) NumThreadsR per component."""
        first, second = zip(self.multi_threading_r, self.log2_num_threads_r_minus1, strict=True)
        return _threads(*first), _threads(*second)

    @property
    @clause("1.6.3")
    def num_threads_q(self) -> int:
        """(1.6.3) NumThreadsQ."""
        return _threads(self.multi_threading_q, self.log2_num_threads_q_minus1)

    # -- 1.6.4: regions

    @property
    def num_ver(self) -> int:
        """NumVer, rows of regions."""
        return self.num_ver_splits_minus1 + 1

    @property
    def num_hor(self) -> int:
        """NumHor, columns of regions."""
        return self.num_hor_splits_minus1 + 1

    @property
    def num_regions(self) -> int:
        """NumRegions."""
        return self.num_ver * self.num_hor

    @property
    def independent_regions(self) -> bool:
        """Whether each region has its own substreams, without overlap."""
        return bool(self.region_residual_in_its_own_substream_flag)

    @property
    def hd_overlap(self) -> int:
        """hyper_decoder_overlap_in_latent_samples, 0 for independent regions or none."""
        return self.hyper_decoder_overlap_in_latent_samples

    @property
    def mcm_overlap(self) -> int:
        """mcm_overlap_in_latent_samples, 0 for independent regions or none."""
        return self.mcm_overlap_in_latent_samples

    @property
    @clause("1.6.4")
    def region_steps(self) -> Pair:
        """(1.6.4) Height and width of all but the last regions, in luma samples: 16 * rowStep, 16 * colStep."""
        rows = ceil_div(self.img_height, 128) // self.num_ver
        columns = ceil_div(self.img_width, 128) // self.num_hor
        return 128 * rows, 128 * columns

    # -- 1.6.5: channels, cube flags, scaling tools

    @property
    @clause("1.6.5")
    def num_chs_coded(self) -> Pair:
        """(1.6.5) NumChs, the coded channels of the residual per component."""
        primary, secondary = (min(n, most) for n, most in zip(self.num_chs, COMPONENT_CHANNELS, strict=True))
        return primary, secondary

    @property
    @clause("1.6.5")
    def cube_h(self) -> int:
        """(1.6.5) CubeH, rows of cubes in one phase."""
        return (((self.lat_h + 1) >> 1) + 7) >> 3

    @property
    @clause("1.6.5")
    def cube_w(self) -> int:
        """(1.6.5) CubeW, columns of cubes in one phase."""
        return (((self.lat_w + 1) >> 1) + 7) >> 3

    @property
    @clause("1.6.5")
    def cube_flags(self) -> tuple[UInt8Array | None, UInt8Array | None]:
        """(1.6.5) Skip permission per cube, uint8 [4,CubeH,CubeW] per component; None: all 1."""
        primary, secondary = (self._cubes(row) for row in self.cube_flag)
        return primary, secondary

    def _cubes(self, row: Flags) -> UInt8Array | None:
        import numpy as np

        return None if row is None else np.array(row, np.uint8).reshape(4, self.cube_h, self.cube_w)

    @property
    @clause("1.6.5")
    def grfs_flags(self) -> tuple[BoolArray, BoolArray]:
        """(1.6.5) Channels with their own residual scaling, bool [C] per component; False where not coded."""
        primary, secondary = (self._channels(c) for c in (0, 1))
        return primary, secondary

    def _channels(self, component: int) -> BoolArray:
        import numpy as np

        flags = np.zeros(COMPONENT_CHANNELS[component], np.bool_)
        row = self.grfs_channel_flag[component] or ()
        flags[: len(row)] = row
        return flags

    # -- 1.6.6: synthesis tiles

    @property
    @clause("1.6.6")
    def tile_size(self) -> Pair:
        """(1.6.6) TileSize per component, 0 where tiles are disabled."""
        primary, secondary = (
            16 * size if on else 0
            for on, size in zip(self.synthesis_tile_enable, self.synthesis_tile_size, strict=True)
        )
        return primary, secondary

    @property
    @clause("1.6.6")
    def tile_overlap(self) -> Pair:
        """(1.6.6) TileOverlap per component, 0 where tiles are disabled."""
        primary, secondary = (
            16 * size if on else 0
            for on, size in zip(self.synthesis_tile_enable, self.synthesis_tile_overlap, strict=True)
        )
        return primary, secondary


PAIRS = frozenset(
    {
        "beta_displacement_log_plus_2048",
        "multi_threading_r",
        "log2_num_threads_r_minus1",
        "num_chs",
        "use_cube_flags",
        "rvs_enable_flag",
        "grfs_enable_flag",
        "synthesis_tile_enable",
        "synthesis_tile_size",
        "synthesis_tile_overlap",
    }
)
FLAG_PAIRS = frozenset({"cube_group_flag", "cube_flag", "grfs_channel_flag"})


def _flags(row: Any) -> tuple[int, ...]:
    """Return an array of the interpreter (array, or dictionary by index) as a tuple."""
    if isinstance(row, dict):
        return tuple(int(row[k]) for k in sorted(row))
    return tuple(row.tolist() if hasattr(row, "tolist") else (int(value) for value in row))


def _threads(flag: int, log2_minus1: int) -> int:
    return 2 << log2_minus1 if flag else 1
