"""Which filters run (5.5): what the picture's steps read of the tools header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from refdec.bitstream.tools import EfeLinear, EfeNonlinear, Icci

__all__ = ["FilterTools"]


class FilterTools(Protocol):
    """What the chain reads of the tools header; None is a filter that is off."""

    @property
    def efe_linear(self) -> EfeLinear | None: ...
    @property
    def icci(self) -> Icci | None: ...
    @property
    def efe_nonlinear(self) -> EfeNonlinear | None: ...
    @property
    def lef_ch_idx(self) -> int | None: ...
