"""Arrays of .npz files, read without evaluating anything."""

from __future__ import annotations

import io

import numpy as np
import pytest

from refdec.weights.arrays import NumberArray, read_array
from refdec.weights.errors_files import ArrayDamaged


def npy(array: NumberArray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def with_header(header: str, body: bytes = b"") -> memoryview:
    raw = header.encode()
    return memoryview(b"\x93NUMPY\x01\x00" + len(raw).to_bytes(2, "little") + raw + body)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(()),
        np.arange(3, dtype=np.int8),
        np.array([True, False]),
        np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        np.zeros((0, 4), np.float16),
        np.arange(24, dtype=">i4").reshape(1, 2, 3, 4),
        np.array([2**64 - 1], np.uint64),
    ],
)
def test_arrays_as_numpy_writes_them(array: NumberArray) -> None:
    found = read_array("x.npy", memoryview(npy(array)))
    assert found.dtype == array.dtype and found.shape == array.shape
    assert np.array_equal(found, array) and not found.flags.writeable


@pytest.mark.parametrize(
    "array", [np.array([{}], object), np.zeros(2, "f4,i4"), np.array(["text"]), np.zeros(1, "M8[s]"), np.zeros(1, "c8")]
)
def test_arrays_of_other_things_are_refused(array: NumberArray) -> None:
    with pytest.raises(ArrayDamaged, match="another kind"):
        read_array("x.npy", memoryview(npy(array)))


@pytest.mark.parametrize(
    "data",
    [
        memoryview(b""),
        memoryview(b"\x93NUMPY\x01\x00\xff"),
        memoryview(b"\x93NUMPY\x09\x00\x00\x00" + bytes(9)),
        memoryview(b"\x93NUMPY\x01\x00\xff\xff"),
        memoryview(b"\x93NUMPY\x02\x00\xff\xff\xff\xff"),
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", b"1234567"),
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }"),
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"),
        with_header("{'descr': '<f1', 'fortran_order': False, 'shape': (1,), }", b"1"),
        with_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        with_header("__import__('os').system('true')"),
        with_header("(" * 4000),
    ],
)
def test_damaged_arrays_are_refused(data: memoryview) -> None:
    with pytest.raises(ArrayDamaged):
        read_array("x.npy", data)
