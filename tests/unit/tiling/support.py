"""Pictures as tiling sees them: the elements of a picture header that rectangles depend on, with plain defaults."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Partition", "TiledPicture"]


@dataclass(frozen=True, slots=True)
class Partition:
    """(4.9) Coded picture size in luma samples and its split into rows and columns of regions."""

    img_width: int
    img_height: int
    num_ver: int = 1
    num_hor: int = 1
    independent_regions: bool = False
    hd_overlap: int = 0
    mcm_overlap: int = 0


@dataclass(frozen=True, slots=True)
class TiledPicture:
    """(1.6.6) A picture with regions and, per component, tile size (0: one tile) and overlap in luma samples."""

    img_width: int
    img_height: int
    num_ver: int = 1
    num_hor: int = 1
    independent_regions: bool = False
    hd_overlap: int = 0
    mcm_overlap: int = 0
    tile_size: tuple[int, int] = (0, 0)
    tile_overlap: tuple[int, int] = (0, 0)
