"""Values that hold arrays, printed in a line: an array as its type and shape, bytes as their number.

In: a dataclass.  Out: its text; Python's own would print the samples.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

__all__ = ["ShortRepr"]

SHOWN_BYTES = 16


def _shown(value: Any) -> str:
    """Return a value in few words."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} [{','.join(map(str, value.shape))}]"
    if isinstance(value, bytes | bytearray | memoryview) and len(value) > SHOWN_BYTES:
        return f"{len(value)} bytes"
    if isinstance(value, tuple) and any(isinstance(part, np.ndarray | bytes) for part in value):
        return f"({', '.join(map(_shown, value))})"
    return repr(value)


class ShortRepr:
    """A dataclass (`repr=False`) whose text holds no samples."""

    __slots__ = ()

    def __repr__(self) -> str:
        held = ", ".join(f"{each.name}={_shown(getattr(self, each.name))}" for each in fields(self) if each.repr)  # type: ignore[arg-type]
        return f"{type(self).__qualname__}({held})"
