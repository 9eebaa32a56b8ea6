"""Tensors of a checkpoint file by name, `.pth` (4.11.3) or `.npz`, each read when it is asked for.

In: bytes or an open file.  Out: `TensorFile`, a mapping from tensor name to a read-only array.  What a file holds
beside the tensors that somebody asks for (optimiser state, notes) is never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from refdec.clauses import clause
from refdec.errors import BitOffset
from refdec.weights.arrays import NumberArray, read_array
from refdec.weights.bytesource import Readable
from refdec.weights.container import ZipContainer
from refdec.weights.errors_files import (
    NotACheckpoint,
    NotADictionary,
    NotATensor,
    PickleTooLarge,
    StorageSizeDiffers,
    TensorOutsideStorage,
    TensorTooLarge,
)
from refdec.weights.unpickler import LONGEST_PICKLE, Opaque, Tensor, Value, unpickle

__all__ = ["MOST_ELEMENTS", "TensorFile"]

MOST_ELEMENTS = 1 << 26
"""Elements of one tensor; the largest of a network has 921,600."""
ARRAY = ".npy"
PICKLE = "data.pkl"


def _kind(value: Value) -> str:
    return "something of no use here" if isinstance(value, Opaque) else f"of type {type(value).__name__}"


def _array(name: str, tensor: Tensor, data: memoryview, order: str) -> NumberArray:
    """(4.11.3) Return element (i0, i1, ...) = storage[offset + sum of i_j * stride_j] as an array in C order."""
    storage = tensor.storage
    count = 1
    for length in tensor.shape:
        count *= length
    if count > MOST_ELEMENTS:
        raise TensorTooLarge(name, count, MOST_ELEMENTS)
    if not count:
        return np.zeros(tensor.shape, storage.element)
    last = tensor.offset + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.strides, strict=True))
    if last >= storage.elements:
        raise TensorOutsideStorage(name, last, storage.elements)
    flags = storage.element == "b1"
    flat = np.frombuffer(data, np.dtype("u1" if flags else order + storage.element))[tensor.offset : last + 1]
    strides = tuple(s * flat.itemsize for s in tensor.strides)
    view = np.lib.stride_tricks.as_strided(flat, tensor.shape, strides, writeable=False)
    array: NumberArray = view.astype(np.bool_) if flags else np.array(view, order="C")
    array.flags.writeable = False
    return array


@clause("4.11.3")
class TensorFile(Mapping[str, NumberArray]):
    """(4.11.3) The tensors of one checkpoint file.

    Raises NotAnArchive, ArchiveDamaged and their relatives on opening; reading a tensor raises NotATensor,
    StorageSizeDiffers, TensorOutsideStorage, TensorTooLarge, MemberMissing, MemberDamaged or ArrayDamaged.
    """

    def __init__(self, readable: Readable) -> None:
        self._archive = ZipContainer(readable)
        names = list(self._archive.members)
        pickles = [name for name in names if name.count("/") == 1 and name.endswith("/" + PICKLE)]
        self._storages: dict[str, memoryview] = {}
        if len(pickles) == 1:
            self._prefix = pickles[0].removesuffix(PICKLE)
            self._order = self._byte_order()
            self._entries = self._dictionary(pickles[0])
        elif not pickles and names and all(name.endswith(ARRAY) for name in names):
            self._entries = {name.removesuffix(ARRAY): None for name in names}
        else:
            raise NotACheckpoint(len(pickles))
        self.pickled = bool(pickles)

    def _byte_order(self) -> str:
        name = self._prefix + "byteorder"
        big = name in self._archive.members and bytes(self._archive.read(name)).strip() == b"big"
        return ">" if big else "<"

    def _dictionary(self, member: str) -> dict[str, Any]:
        size = self._archive.member(member).size
        if size > LONGEST_PICKLE:
            raise PickleTooLarge(f"{size} bytes", LONGEST_PICKLE, at=BitOffset(0))
        top = unpickle(bytes(self._archive.read(member)))
        if not isinstance(top, dict):
            raise NotADictionary(_kind(top))
        return top

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> NumberArray:
        value = self._entries[name]
        if not self.pickled:
            return read_array(name + ARRAY, self._archive.read(name + ARRAY))
        if not isinstance(value, Tensor):
            raise NotATensor(name, _kind(value))
        return _array(name, value, self._storage(name, value), self._order)

    def _storage(self, name: str, tensor: Tensor) -> memoryview:
        """Return the bytes of a storage, read once however many tensors share it."""
        key, element = tensor.storage.key, tensor.storage.element
        member = f"{self._prefix}data/{key}"
        wanted = tensor.storage.elements * int(element[1])
        size = self._archive.member(member).size
        if size != wanted:
            raise StorageSizeDiffers(name, member, size, wanted)
        if key not in self._storages:
            self._storages[key] = self._archive.read(member)
        return self._storages[key]
