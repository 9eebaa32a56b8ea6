"""Rendering information for people (5.16): the names of the text, and beside each coded number what it means.

In: `RenderingInfo`.  Out: plain values.  Quotients are formed as decimal text, without passing through a float.
"""

from __future__ import annotations

from typing import Any

from refdec.bitstream.rendering import CICP, MasteringDisplay, RenderingInfo
from refdec.clauses import clause

__all__ = ["CHROMATICITY_PER_UNIT", "LUMINANCE_PER_UNIT", "rendering_facts", "scaled"]

CHROMATICITY_PER_UNIT = (2, 5)
"""0.00002: a number times 2, with 5 decimals."""
LUMINANCE_PER_UNIT = (1, 4)
"""0.0001 cd/m2: a number times 1, with 4 decimals."""
COMPONENT_ORDER = ("green", "blue", "red")


def scaled(value: int, unit: tuple[int, int]) -> str:
    """Return value * factor / 10^decimals as text, for unit (factor, decimals)."""
    factor, decimals = unit
    whole, rest = divmod(value * factor, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"


def _point(x: int, y: int) -> str:
    return f"{scaled(x, CHROMATICITY_PER_UNIT)},{scaled(y, CHROMATICITY_PER_UNIT)}"


def _mastering(display: MasteringDisplay) -> dict[str, Any]:
    name = "mastering_display_"
    points = zip(COMPONENT_ORDER, display.primaries_x, display.primaries_y, strict=True)
    return {
        f"{name}colour_primaries_x": list(display.primaries_x),
        f"{name}colour_primaries_y": list(display.primaries_y),
        f"{name}white_point_chromaticity_x": display.white_point_x,
        f"{name}white_point_chromaticity_y": display.white_point_y,
        f"{name}maximum_luminance": display.maximum_luminance,
        f"{name}minimum_luminance": display.minimum_luminance,
        "primaries (CIE x,y)": {component: _point(x, y) for component, x, y in points},
        "white point (CIE x,y)": _point(display.white_point_x, display.white_point_y),
        "maximum luminance (cd/m2)": scaled(display.maximum_luminance, LUMINANCE_PER_UNIT),
        "minimum luminance (cd/m2)": scaled(display.minimum_luminance, LUMINANCE_PER_UNIT),
    }


@clause("5.16")
def rendering_facts(info: RenderingInfo) -> dict[str, Any]:
    """(5.16) Return the parts that are present; coded numbers by their names, then the same in units."""
    facts: dict[str, Any] = {}
    if info.cicp is not None:
        facts["cicp"] = {name: getattr(info.cicp, name) for name in CICP}
    if info.mdcv is not None:
        facts["mdcv"] = _mastering(info.mdcv)
    if info.clli is not None:
        facts["clli"] = {
            "maximum_content_light_level": info.clli.maximum_content_light_level,
            "maximum_frame_average_light_level": info.clli.maximum_frame_average_light_level,
            "unit": "cd/m2",
        }
    if info.dynamic is not None:
        data = info.dynamic.data
        facts["dynamic metadata"] = {"dm_type": info.dynamic.dm_type, "dm_size": len(data), "dm_data": data.hex()}
    return facts
