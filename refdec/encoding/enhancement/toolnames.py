"""The filters that an encoder may switch on (5.5), by the names of their stages (6.5), and what of them runs.

In: a tools header.  Out: `FilterTool`s.
"""

from __future__ import annotations

from enum import StrEnum

from refdec.bitstream.tools import ToolsHeader
from refdec.clauses import clause

__all__ = ["FilterTool", "filters_of"]


@clause("5.5")
class FilterTool(StrEnum):
    """(5.5) A filter behind the decoder's networks."""

    EFE_LINEAR = "efe_linear"
    EICCI = "eicci"
    EFE_NONLINEAR = "efe_nonlinear"
    LEF = "lef"


@clause("5.5")
def filters_of(tools: ToolsHeader) -> tuple[FilterTool, ...]:
    """(5.5) Return the filters that a codestream switches on, in the order of their use."""
    on = {
        FilterTool.EFE_LINEAR: tools.efe_linear is not None,
        FilterTool.EICCI: tools.icci is not None,
        FilterTool.EFE_NONLINEAR: tools.efe_nonlinear is not None,
        FilterTool.LEF: tools.lef_ch_idx is not None,
    }
    return tuple(tool for tool in FilterTool if on[tool])
