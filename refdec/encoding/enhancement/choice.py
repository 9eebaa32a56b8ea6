"""The choice of filters, in the order of the decoder (5.2 step 4, 5.14.2): each looks at what those before it leave.

In: a codestream without filters whose headers are read, its source, the tools that may be used.  Out: the tools
header.  Nothing is decided by anything but the squared error of what a decoder will make and the
bits that it takes; every step is the decoder's own.
"""

from __future__ import annotations

from dataclasses import replace

from refdec.bitstream.headers import write_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.tools import EfeLinear, ToolsHeader
from refdec.clauses import clause
from refdec.encoding.enhancement.before import Look, Unfiltered
from refdec.encoding.enhancement.curve import choose_curve
from refdec.encoding.enhancement.linear import choose_linear
from refdec.encoding.enhancement.networks import choose_networks
from refdec.encoding.enhancement.sharpening import choose_sharpening
from refdec.encoding.enhancement.switch import choose_switch
from refdec.encoding.enhancement.toolnames import FilterTool
from refdec.encoding.enhancement.worth import Worth
from refdec.limits import Check, unchecked
from refdec.picture.filters.efe_linear import MAIN, efe_linear, efe_linear_reach
from refdec.picture.planes import Planes
from refdec.tiling.geometry import Rect

__all__ = ["choose_filters"]


@clause("5.5")
@clause("5.14.2", kind="inferred", reason="which filters an encoder switches on is its own affair")
def choose_filters(
    before: Unfiltered, tools: ToolsHeader, allowed: frozenset[FilterTool], worth: Worth, *, check: Check = unchecked
) -> ToolsHeader:
    """(5.5, 5.14.2) Return the tools header with the filters that pay; `tools` as it is where none does."""
    look: Look = before.window
    coloured = before.source.gray_components is None
    room, plain = worth.room, _bits(before, tools)

    def left() -> Worth:
        """The trade with the bits that are left beside the filters chosen so far."""
        return worth if room is None else replace(worth, room=room + plain - _bits(before, tools))

    if FilterTool.EFE_LINEAR in allowed and coloured:
        linear = choose_linear(before, left(), check=check)
        tools = replace(tools, efe_linear=linear)
        look = _after_linear(before, linear)
    if FilterTool.EICCI in allowed:
        found = choose_networks(before, look, left(), check=check)
        if found is not None:
            tools = replace(tools, icci=found[0])
            look = before.with_planes(found[1]).window
    if FilterTool.EFE_NONLINEAR in allowed and coloured:
        tools = _with_curve(before, look, tools, left(), check)
        tools = _with_switch(before, look, tools, left(), check)
    if FilterTool.LEF in allowed:
        tools = replace(tools, lef_ch_idx=choose_sharpening(before, look, left(), check=check))
    return tools


def _after_linear(before: Unfiltered, linear: EfeLinear | None) -> Look:
    """Return what shows windows after EFE linear."""
    if linear is None:
        return before.window
    picture = before.picture

    def look(rect: Rect) -> Planes:
        held = efe_linear_reach(rect, picture)
        return efe_linear(before.window(held), picture, linear, MAIN, held=held, wanted=rect)

    return look


def _bits(before: Unfiltered, tools: ToolsHeader) -> int:
    """(1.5.2) Return the bits of the tools header."""
    return 8 * len(write_headers(replace(before.decoder.headers, tools=tools))[Marker.TON])


def _with_curve(before: Unfiltered, look: Look, tools: ToolsHeader, worth: Worth, check: Check) -> ToolsHeader:
    """Return the tools with the curve that pays."""
    return replace(tools, efe_nonlinear=choose_curve(before, look, worth, check=check))


def _with_switch(before: Unfiltered, look: Look, tools: ToolsHeader, worth: Worth, check: Check) -> ToolsHeader:
    """Return the tools with the masks that pay, beside the curve if there is one."""
    if tools.efe_linear is None:  # there would be nothing to switch to
        return tools
    found = choose_switch(before, look, tools.efe_linear, tools.efe_nonlinear, worth, check=check)
    return tools if found is None else replace(tools, efe_linear=found[0], efe_nonlinear=found[1])
