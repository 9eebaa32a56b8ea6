"""Rendering information RDI (1.5.3, 1.6.8): what a display wants to know; nothing in it changes decoding.

In: the elements of RDI.  Out: `RenderingInfo`, one frozen part for each present flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from refdec.bitstream.bits import Row
from refdec.clauses import clause

__all__ = ["CICP", "Cicp", "ContentLight", "DynamicMetadata", "MasteringDisplay", "RenderingInfo"]

Triple = tuple[int, int, int]
CICP = (
    "colour_primaries",
    "transfer_characteristics",
    "matrix_coefficients",
    "image_full_range_flag",
    "chroma420_sample_loc_type",
)
"""The elements of `Cicp`, in their order."""
MDCV = "mastering_display_"
PRIMARIES = (MDCV + "colour_primaries_x", MDCV + "colour_primaries_y")
LUMINANCE = (
    MDCV + "white_point_chromaticity_x",
    MDCV + "white_point_chromaticity_y",
    MDCV + "maximum_luminance",
    MDCV + "minimum_luminance",
)
CLLI = ("maximum_content_light_level", "maximum_frame_average_light_level")


@clause("1.6.8")
@dataclass(frozen=True, slots=True)
class Cicp:
    """(1.6.8) Code points of ITU-T H.273."""

    colour_primaries: int
    transfer_characteristics: int
    matrix_coefficients: int
    image_full_range_flag: int
    chroma420_sample_loc_type: int


@clause("1.6.8")
@dataclass(frozen=True, slots=True)
class MasteringDisplay:
    """(1.6.8) Mastering display colour volume, units of the HEVC SEI message of that name."""

    primaries_x: Triple
    primaries_y: Triple
    white_point_x: int
    white_point_y: int
    maximum_luminance: int
    minimum_luminance: int


@clause("1.6.8")
@dataclass(frozen=True, slots=True)
class ContentLight:
    """(1.6.8) Content light level, units of the HEVC SEI message of that name."""

    maximum_content_light_level: int
    maximum_frame_average_light_level: int


@clause("1.6.8")
@dataclass(frozen=True, slots=True)
class DynamicMetadata:
    """(1.6.8) Opaque dynamic metadata, up to 65535 bytes."""

    dm_type: int
    data: bytes


@clause("1.5.3")
@dataclass(frozen=True, slots=True)
class RenderingInfo:
    """(1.5.3) The parts of RDI that are present; all None is the one zero byte that writers send by default."""

    cicp: Cicp | None = None
    mdcv: MasteringDisplay | None = None
    clli: ContentLight | None = None
    dynamic: DynamicMetadata | None = None

    @classmethod
    def from_elements(cls, elements: Mapping[str, Any]) -> RenderingInfo:
        """Build from what `syntax.read("RDI", ...)` returns."""
        return cls(
            Cicp(*(int(elements[name]) for name in CICP)) if elements["cicp_info_present_flag"] else None,
            _mastering(elements) if elements["mdcv_info_present_flag"] else None,
            ContentLight(*(int(elements[name]) for name in CLLI)) if elements["clli_info_present_flag"] else None,
            _dynamic(elements) if elements["dm_present_flag"] else None,
        )

    def to_elements(self) -> dict[str, Any]:
        """Return the elements as `syntax.write("RDI", ...)` takes them."""
        elements: dict[str, Any] = {
            "cicp_info_present_flag": int(self.cicp is not None),
            "mdcv_info_present_flag": int(self.mdcv is not None),
            "clli_info_present_flag": int(self.clli is not None),
            "dm_present_flag": int(self.dynamic is not None),
            "ri_reserved_zero_4bits": 0,
            "ri_reserved_zero_4bits_2": 0,
        }
        if self.cicp is not None:
            elements |= {name: getattr(self.cicp, name) for name in CICP}
        if self.mdcv is not None:
            light = self.mdcv
            white = (light.white_point_x, light.white_point_y, light.maximum_luminance, light.minimum_luminance)
            elements |= dict(zip(LUMINANCE, white, strict=True))
            elements |= dict(zip(PRIMARIES, (light.primaries_x, light.primaries_y), strict=True))
        if self.clli is not None:
            elements |= {name: getattr(self.clli, name) for name in CLLI}
        if self.dynamic is not None:
            data = self.dynamic.data
            elements |= {"dm_type": self.dynamic.dm_type, "dm_size": len(data), "dm_data_byte": data}
        return elements


def _triple(row: Mapping[int, int]) -> Triple:
    return int(row[0]), int(row[1]), int(row[2])


def _mastering(elements: Mapping[str, Any]) -> MasteringDisplay:
    x, y = (_triple(elements[name]) for name in PRIMARIES)
    return MasteringDisplay(x, y, *(int(elements[name]) for name in LUMINANCE))


def _octets(row: Row) -> bytes:
    return bytes(row if isinstance(row, tuple) else row.tolist())


def _dynamic(elements: Mapping[str, Any]) -> DynamicMetadata:
    return DynamicMetadata(int(elements["dm_type"]), _octets(elements["dm_data_byte"]))
