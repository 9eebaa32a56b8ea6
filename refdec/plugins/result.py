"""The base of task results, and the checks that all of them share.

In: plain values from a task.  Out: `TaskResult`, and values as Python's own types, or ResultInvalid.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from refdec.plugins.drawing import RgbArray
from refdec.plugins.errors import ResultInvalid

__all__ = ["Scalar", "TaskResult", "frozen", "plain", "require", "shown"]

Scalar = int | float | str | bool


class TaskResult:
    """What every result can do; use one of its subclasses."""

    __slots__ = ()
    kind: ClassVar[str] = "result"

    @property
    def lies_over(self) -> bool:
        """Whether `picture` shows what it is laid over; where it does not, nothing has to be decoded for it."""
        return True

    def text(self) -> str:
        """Return the result for people, lines without a final line break."""
        raise NotImplementedError

    def json(self) -> dict[str, Any]:
        """Return the result for programs: what the `json` module can write, "kind" first."""
        raise NotImplementedError

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the result as RGB uint8 [rows, columns, 3], over a picture of the stream where it `lies_over`."""
        raise NotImplementedError

    def legend(self) -> RgbArray | None:
        """Return what the colours of `picture` mean, to stand below it; None where they mean nothing."""
        return None


def require(ok: bool, kind: str, reason: str) -> None:
    """Raise ResultInvalid unless `ok`."""
    if not ok:
        raise ResultInvalid(kind, reason)


def plain(kind: str, name: str, value: Any) -> Any:
    """Return a value as Python's own type; NumPy scalars become plain ones."""
    if isinstance(value, np.generic):
        value = value.item()
    require(isinstance(value, int | float | str), kind, f"{name} is {type(value).__name__}")
    require(not isinstance(value, float) or math.isfinite(value), kind, f"{name} is {value}")
    return value


def shown(value: Any) -> str:
    """Return a value as text; numbers with a fraction have six digits."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a read-only C-contiguous view."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
