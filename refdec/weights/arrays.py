"""Arrays in the members of .npz files, read without NumPy's loader: the header is matched, never evaluated.

In: the bytes of a .npy member.  Out: a read-only array of numbers.  Object arrays, structures and text are refused.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.clauses import clause
from refdec.weights.errors_files import ArrayDamaged

__all__ = ["NumberArray", "array_header", "read_array"]

NumberArray: TypeAlias = npt.NDArray[Any]
MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 4096
HEADER = re.compile(
    rb"\{'descr': '(?P<type>[<>|=](?:[iu][1248]|f[248]|b1))', 'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>|\d{1,10},|\d{1,10}(?:, \d{1,10}){1,7}),?\),? *\} *\n?"
)


def array_header(member: str, data: memoryview) -> tuple[np.dtype[Any], tuple[int, ...], bool, int]:
    """Return (dtype, shape, Fortran order?, offset of the first element) of a .npy member; raises ArrayDamaged."""
    if len(data) < 10 or data[:6] != MAGIC or data[6] not in (1, 2, 3):
        raise ArrayDamaged(member, "is not an array of NumPy's format 1 to 3")
    field = 2 if data[6] == 1 else 4
    size = int.from_bytes(data[8 : 8 + field], "little")
    start = 8 + field + size
    if size > LONGEST_HEADER or start > len(data):
        raise ArrayDamaged(member, "has a header that is too long")
    found = HEADER.fullmatch(bytes(data[8 + field : start]))
    if found is None:
        raise ArrayDamaged(member, "has a header of another kind than an array of numbers")
    dtype = np.dtype(found["type"].decode("ascii"))
    shape = tuple(int(part) for part in found["shape"].split(b",") if part.strip())
    return dtype, shape, found["fortran"] == b"True", start


@clause("4.11.3", kind="added", reason="checkpoints as .npz are ours; the reference software writes only .pth")
def read_array(member: str, data: memoryview) -> NumberArray:
    """(4.11.3) Return the array of a .npy member; raises ArrayDamaged unless its size is exactly that of its shape."""
    dtype, shape, fortran, start = array_header(member, data)
    count = 1
    for length in shape:
        count *= length
    if start + count * dtype.itemsize != len(data):
        raise ArrayDamaged(member, f"has {len(data) - start} bytes for {count} elements of {dtype.itemsize}")
    array = np.frombuffer(data[start:], dtype).reshape(shape, order="F" if fortran else "C")
    array.flags.writeable = False
    return array
