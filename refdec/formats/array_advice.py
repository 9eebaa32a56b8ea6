"""What makes a picture of an array that is none: advice for errors about arrays in memory and in files.

In: type and shape of an array.  Out: a sentence with an expression to type.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["EMPTY", "advice_on_array"]

SINGLE_BYTES, CODE_BYTES = 4, 2
EMPTY = "It is empty: a picture has a row and a column at least."


def advice_on_array(dtype: np.dtype[Any], shape: tuple[int, ...], *, floats: bool = False) -> str:
    """Return what makes a picture of an array; `floats`: halves and singles are read here, and only shapes wrong."""
    if 0 in shape:
        return EMPTY
    if dtype.kind == "b":
        return "Make black and white of it: array.astype(np.uint8) * 255"
    if dtype.kind == "f" and dtype.itemsize > SINGLE_BYTES:
        return "lossless=True keeps singles: array.astype(np.float32); codes are np.rint(array * 255).astype(np.uint8)"
    if dtype.kind in "iu" and dtype.itemsize + (dtype.kind == "i") > CODE_BYTES:
        return "If its samples are 0 to 255, say so: array.astype(np.uint8); if 0 to 65535: array.astype(np.uint16)"
    if dtype.kind == "c":
        return "Its samples must be real: array.real.astype(np.float32)"
    if dtype.kind not in "iuf":
        return "Its samples must be numbers: array.astype(np.float32)"
    if dtype.kind == "f" and not floats:
        return (
            "lossless=True keeps them as they are, [rows, columns] or [rows, columns, 1 to 4] of float16 or float32,\n"
            "and max_error=N nearly so.  Samples of 0 to 1 become codes so: np.rint(array * 255).astype(np.uint8)"
        )
    if len(shape) == 4:
        return f"These are {shape[0]} pictures: a codestream holds one, encode array[0] and so on."
    if len(shape) == 3 and shape[2] in (2, 4):
        colours = "0" if shape[2] == 2 else ":3"
        return f"Take the alpha channel away: array[..., {colours}]; or keep it in a HEIF file: container='jaii'"
    if len(shape) == 3 and shape[0] in (1, 3):
        return "Put the channels last: array.transpose(1, 2, 0)"
    return "Choose rows, columns and three channels of it."
