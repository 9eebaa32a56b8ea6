"""Errors of regions and tiles (4.10, 1.6.4, 1.6.6, 5.7.4)."""

from __future__ import annotations

from refdec.errors import CodestreamError

__all__ = [
    "IcciTilesImpossible",
    "OverlapExceedsRegion",
    "RegionsTooFine",
    "TileOverlapOffGrid",
    "TileOverlapTooLarge",
]


class RegionsTooFine(CodestreamError):
    """A picture is split into more rows or columns of regions than it has blocks of 128 samples."""

    code, clause = "RD0451", "1.6.4"

    def __init__(self, direction: str, count: int, most: int) -> None:
        super().__init__(direction, count, most)
        self.direction, self.count, self.most = direction, count, most

    def explain(self) -> str:
        return (
            f"{self.count} {self.direction} of regions, the picture has room for {self.most}.\n"
            "A region is at least 128 luma samples high and wide."
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


class TileOverlapOffGrid(CodestreamError):
    """With independent regions, half the tile overlap is no whole number of latent samples."""

    code, clause = "RD0454", "4.10.5"

    def __init__(self, overlap_samples: int, grid_samples: int) -> None:
        super().__init__(overlap_samples, grid_samples)
        self.overlap_samples, self.grid_samples = overlap_samples, grid_samples

    def explain(self) -> str:
        return (
            f"A tile overlap of {self.overlap_samples} samples with independent regions is no multiple of "
            f"{2 * self.grid_samples}.\n"
            "Grown tiles would start between two latent samples and be displaced."
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
