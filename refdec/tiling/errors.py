"""Errors of regions and tiles (4.10, 1.6.4, 1.6.6, 5.7.4).

Two are rules of headers too, which a reader of headers raises first and with their place.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.errors import CodestreamError, Placed

__all__ = [
    "IcciTilesImpossible",
    "OverlapExceedsRegion",
    "RegionsTooFine",
    "TileOverlapOffGrid",
    "TileOverlapTooLarge",
]


@dataclass(eq=False, repr=False)
class RegionsTooFine(Placed, CodestreamError):
    """(1.6.4) There are more rows or columns of regions than 128-sample blocks."""

    code, clause = "RD0144", "1.6.4"
    direction: str
    count: int
    blocks: int

    @property
    def element(self) -> str:
        return "num_ver_splits_minus1" if self.direction == "rows" else "num_hor_splits_minus1"

    def explain(self) -> str:
        return (
            f"The picture is cut into {self.count} {self.direction} of regions but has only {self.blocks} "
            f"{self.direction} of 128-sample blocks: some regions would be empty.\n{self.look()}"
        )


class OverlapExceedsRegion(CodestreamError):
    """A region would be extended beyond its neighbour."""

    code, clause = "RD0452", "4.10.2"

    def __init__(self, element: str, overlap_samples: int, region_samples: int) -> None:
        super().__init__(element, overlap_samples, region_samples)
        self.element, self.overlap_samples, self.region_samples = element, overlap_samples, region_samples

    def explain(self) -> str:
        return (
            f"{self.element} extends regions by {self.overlap_samples} luma samples, "
            f"a neighbour has {self.region_samples}.\n"
            "No decoder gives this a meaning; the encoder should write a smaller overlap or fewer regions."
        )


class TileOverlapTooLarge(CodestreamError):
    """Tiles overlap so far that they do not advance, or that they cover less than the picture."""

    code, clause = "RD0453", "1.6.6"

    def __init__(self, tile_samples: int, overlap_samples: int, picture_samples: int) -> None:
        super().__init__(tile_samples, overlap_samples, picture_samples)
        self.tile_samples, self.overlap_samples, self.picture_samples = tile_samples, overlap_samples, picture_samples

    def explain(self) -> str:
        return (
            f"Tiles of {self.tile_samples} samples overlap by {self.overlap_samples} in a picture of "
            f"{self.picture_samples}.\n"
            "The overlap must be smaller than the tile and than the picture in both directions."
        )


@dataclass(eq=False, repr=False)
class TileOverlapOffGrid(Placed, CodestreamError):
    """(4.10.5) With independent regions TileOverlap is an odd multiple of 16."""

    code, clause = "RD0151", "4.10.5"
    component: int
    overlap: int

    @property
    def element(self) -> str:
        return f"synthesis_tile_overlap[{self.component}]"

    def explain(self) -> str:
        return (
            f"With independent regions tiles grow by half of the overlap of {self.overlap} samples, "
            f"which is no multiple of 16: they would leave the latent grid.\n{self.look()}"
        )


class IcciTilesImpossible(CodestreamError):
    """The tile grid of the ICCI filter cannot be formed."""

    code, clause = "RD0455", "5.7.4"

    def __init__(self, size_samples: int, overlap_samples: int, extent_samples: int) -> None:
        super().__init__(size_samples, overlap_samples, extent_samples)
        self.size_samples, self.overlap_samples, self.extent_samples = size_samples, overlap_samples, extent_samples

    def explain(self) -> str:
        return (
            f"ICCI tiles of {self.size_samples} samples with overlap {self.overlap_samples} do not fit a picture of "
            f"{self.extent_samples}.\n"
            "Tiles must advance by at least 176 samples, and a last tile narrower than 176 needs one before it."
        )
