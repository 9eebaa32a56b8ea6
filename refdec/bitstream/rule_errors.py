"""What a reader rejects because elements contradict each other (1.8 (10), (11)), one class a rule."""

from __future__ import annotations

from dataclasses import dataclass

from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.transforms import Synthesis
from refdec.errors import CodestreamError, Placed, UnsupportedError
from refdec.tiling.errors import RegionsTooFine, TileOverlapOffGrid

__all__ = [
    "PROFILE_LEVEL_ERRORS",
    "FormatNotConvertible",
    "IcciTileTooSmall",
    "IllegalFormat",
    "LevelModelForbidden",
    "LevelSizeExceeded",
    "MaskSizeWrong",
    "MaskWithoutAlternative",
    "OffsetTileCountWrong",
    "OverlapBeyondRegion",
    "ProfileViolated",
    "RegionsTooFine",
    "SingularColourMatrix",
    "StreamProfileReserved",
    "TileGridsDiffer",
    "TileOverlapBeyondPicture",
    "TileOverlapBeyondTile",
    "TileOverlapOffGrid",
    "TooManyIndependentRegions",
    "TooManyRegions",
    "UnknownLevel",
    "UserColourTransform",
]


@dataclass(eq=False, repr=False)
class IllegalFormat(Placed, CodestreamError):
    """(1.6.1) Chroma is subsampled vertically only: (ver, hor) = (2, 1)."""

    code, clause = "RD0140", "1.6.1"
    kind: str

    @property
    def element(self) -> str:
        return "s_ver_minus1" if self.kind == "output" else "c_ver_minus1"

    def explain(self) -> str:
        return (
            f"The {self.kind} format subsamples chroma vertically only (2, 1); legal are 4:4:4, 4:2:2, 4:2:0.\n"
            f"{self.look()}"
        )


@dataclass(eq=False, repr=False)
class FormatNotConvertible(Placed, CodestreamError):
    """(1.6.1) 4:2:2 output coded as 4:2:0: no conversion exists."""

    code, clause, ELEMENT = "RD0141", "1.6.1", "c_ver_minus1"
    output: tuple[int, int]
    coded: tuple[int, int]

    def explain(self) -> str:
        output, coded = ChromaFormat(self.output), ChromaFormat(self.coded)
        return f"Output {output.label} coded as {coded.label}: there is no conversion between the two.\n{self.look()}"


@dataclass(eq=False, repr=False)
class SingularColourMatrix(Placed, CodestreamError):
    """(1.6.2) The user-defined colour matrix has no inverse."""

    code, clause, ELEMENT = "RD0142", "1.6.2", "colour_transform_matrix[0][0]"

    def explain(self) -> str:
        return f"The user-defined colour matrix has determinant 0 and cannot be inverted.\n{self.look()}"


@dataclass(eq=False, repr=False)
class UserColourTransform(Placed, UnsupportedError):
    """(1.6.2) colour_transform_idx = 2 is parsed and not carried out."""

    code, clause, ELEMENT = "RD0143", "1.6.2", "colour_transform_idx"

    def explain(self) -> str:
        return (
            "The stream uses a colour transform of its own (colour_transform_idx 2), whose text contradicts itself; "
            f"no two decoders agree on it.\n{self.look()}\n"
            "To decode by the recommendation of clause 5.10:  refdec decode FILE OUT.png --allow-custom-colour"
        )


@dataclass(eq=False, repr=False)
class TooManyRegions(RegionsTooFine):
    """(1.6.4) There are more rows or columns of regions than the published standard allows for the picture's size.

    A decoder warns and goes on: what the regions hold is clear, and such streams are about.
    """

    code = "RD0168"
    samples: int

    def explain(self) -> str:
        return (
            f"The picture is cut into {self.count} {self.direction} of regions; the published standard allows "
            f"{self.blocks}, one for every {self.samples} samples begun.\n{self.look()}"
        )


@dataclass(eq=False, repr=False)
class TooManyIndependentRegions(Placed, CodestreamError):
    """(1.6.4) More than 256 independent regions: region_idx has 8 bits."""

    code, clause, ELEMENT = "RD0145", "1.6.4", "region_residual_in_its_own_substream_flag"
    count: int

    def explain(self) -> str:
        return f"There are {self.count} independent regions, at most 256 can be numbered.\n{self.look()}"


@dataclass(eq=False, repr=False)
class OverlapBeyondRegion(Placed, CodestreamError):
    """(4.10.2) The extension of a region reaches beyond its neighbour."""

    code, clause = "RD0146", "4.10.2"
    name: str
    extension: int
    region: int

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        return (
            f"{self.name} extends regions by {self.extension} luma samples, but a neighbouring region has only "
            f"{self.region}.\nUse fewer regions or a smaller overlap.  {self.look()}"
        )


@dataclass(eq=False, repr=False)
class TileOverlapBeyondTile(Placed, CodestreamError):
    """(1.6.6, 4.10.5) TileOverlap is not below TileSize."""

    code, clause = "RD0147", "1.6.6"
    component: int
    overlap: int
    size: int

    @property
    def element(self) -> str:
        return f"synthesis_tile_overlap[{self.component}]"

    def explain(self) -> str:
        return (
            f"Synthesis tiles of {self.size} samples overlap by {self.overlap}; they would not advance.\n{self.look()}"
        )


@dataclass(eq=False, repr=False)
class TileOverlapBeyondPicture(Placed, CodestreamError):
    """(1.6.6) TileOverlap is not below the picture's width and height."""

    code, clause = "RD0148", "1.6.6"
    component: int
    overlap: int
    size: int

    @property
    def element(self) -> str:
        return f"synthesis_tile_overlap[{self.component}]"

    def explain(self) -> str:
        return (
            f"Synthesis tiles overlap by {self.overlap} samples, the picture's smaller side has {self.size}.\n"
            f"{self.look()}"
        )


@dataclass(eq=False, repr=False)
class TileGridsDiffer(Placed, CodestreamError):
    """(1.6.6) Primary and secondary component have different synthesis tile grids."""

    code, clause, ELEMENT = "RD0149", "1.6.6", "synthesis_tile_enable[1]"
    primary: tuple[int, int]
    secondary: tuple[int, int]

    def explain(self) -> str:
        def words(tile: tuple[int, int]) -> str:
            return f"tiles of {tile[0]} overlapping by {tile[1]}" if tile[0] else "no tiles"

        return (
            f"The primary component has {words(self.primary)}, the secondary {words(self.secondary)}: the "
            f"grids differ, and chroma needs the luma latent of the same tile.\n{self.look()}"
        )


@dataclass(eq=False, repr=False)
class IcciTileTooSmall(Placed, CodestreamError):
    """(5.7.4) ICCI tiles cannot give 176 samples to a narrow last row or column."""

    code, clause, ELEMENT = "RD0152", "5.7.4", "icci_tile_size"
    size: int
    overlap: int

    def explain(self) -> str:
        return (
            f"ICCI tiles of {self.size} samples overlapping by {self.overlap} do not fit this picture: a last row or "
            f"column below 176 samples must take 176 from a neighbour that advances by at least that.\n{self.look()}"
        )


@dataclass(eq=False, repr=False)
class OffsetTileCountWrong(Placed, CodestreamError):
    """(1.6.7) numTiles is not the number of EFE non-linear tiles in the chroma plane."""

    code, clause, ELEMENT = "RD0153", "1.6.7", "numTiles"
    count: int
    needed: int

    def explain(self) -> str:
        return f"numTiles is {self.count}, the chroma planes have {self.needed} tiles of this size.\n{self.look()}"


@dataclass(eq=False, repr=False)
class MaskSizeWrong(Placed, CodestreamError):
    """(1.6.7) len_mask_y or len_mask_x is not the number of blocks in the chroma plane."""

    code, clause = "RD0154", "1.6.7"
    name: str
    count: int
    needed: int

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        return f"{self.name} is {self.count}, the chroma planes have {self.needed} blocks of edge bS.\n{self.look()}"


@dataclass(eq=False, repr=False)
class MaskWithoutAlternative(Placed, CodestreamError):
    """(1.6.7) A mask switches to an alternative picture that no filter makes."""

    code, clause, ELEMENT = "RD0155", "1.6.7", "mask1_enabled_flag"

    def explain(self) -> str:
        return (
            "A mask chooses between the filtered and an alternative picture, but EFE linear has no filter in set 0 to "
            f"make it.\n{self.look()}"
        )


@dataclass(eq=False, repr=False)
class StreamProfileReserved(Placed, CodestreamError):
    """(1.7.1) stream_profile_idc is none of the stream profiles: only 0, "Main", is defined."""

    code, clause, ELEMENT = "RD0164", "1.7.1", "stream_profile_idc"
    stream_profile_idc: int

    def explain(self) -> str:
        return (
            f"stream_profile_idc is {self.stream_profile_idc}; 0 is Main, 1 to 15 are reserved.\n"
            "To decode all the same: refdec decode FILE OUT.png --any-level"
        )


@dataclass(eq=False, repr=False)
class UnknownLevel(Placed, CodestreamError):
    """(1.7.2) level_idc is none of the fifteen levels."""

    code, clause, ELEMENT = "RD0160", "1.7.2", "level_idc"
    level_idc: int

    def explain(self) -> str:
        return (
            f"level_idc is {self.level_idc}; levels are 10, 11, 12, 20, ... 52 (size class 1..5, model class 0..2).\n"
            "To decode all the same: refdec decode FILE OUT.png --any-level"
        )


@dataclass(eq=False, repr=False)
class ProfileViolated(Placed, CodestreamError):
    """(1.7.1) The synthesis transform in use is not in the profile's set."""

    code, clause, ELEMENT = "RD0161", "1.7.1", "synthesis_transform_id[0]"
    profile: str
    transform: int

    def explain(self) -> str:
        return (
            f"The {self.profile} profile does not support the synthesis transform {Synthesis(self.transform).name}.\n"
            "To decode all the same: refdec decode FILE OUT.png --any-level"
        )


@dataclass(eq=False, repr=False)
class LevelSizeExceeded(Placed, CodestreamError):
    """(1.7.2) The coded picture is larger than its level allows."""

    code, clause, ELEMENT = "RD0162", "1.7.2", "level_idc"
    level_idc: int
    pixels: int
    limit: int

    def explain(self) -> str:
        return (
            f"The coded picture has {self.pixels} samples, level {self.level_idc} allows {self.limit}.\n"
            "To decode all the same: refdec decode FILE OUT.png --any-level"
        )


@dataclass(eq=False, repr=False)
class LevelModelForbidden(Placed, CodestreamError):
    """(1.7.2) The level does not allow the model."""

    code, clause, ELEMENT = "RD0163", "1.7.2", "model_id"
    level_idc: int
    model_id: int
    models: tuple[int, ...]

    def explain(self) -> str:
        allowed = ", ".join(str(model) for model in self.models)
        return (
            f"model_id is {self.model_id}, level {self.level_idc} allows {allowed}.\n"
            "To decode all the same: refdec decode FILE OUT.png --any-level"
        )


PROFILE_LEVEL_ERRORS = (StreamProfileReserved, UnknownLevel, ProfileViolated, LevelSizeExceeded, LevelModelForbidden)
"""Broken rules that do not change what the payloads mean."""
"""Violations that a reader may be told to overlook (1.7.2)."""
