"""Arrays that all processes of a pool see, in memory that has no name and so cannot outlive them.

In: shapes and types.  Out: NumPy arrays on anonymous shared memory (`memfd_create`; elsewhere a file that is unlinked
before it is used).  There is no entry in /dev/shm to leak, whatever kills the processes, and no limit of a container's
small /dev/shm applies.  Forked workers inherit the mapping; spawned ones receive the descriptor with the state.

`Parcel` carries a whole state to spawned workers: one pickle, whose arrays lie once in shared memory for all of them.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import context, reduction
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["AnonymousFile", "Inherited", "Parcel", "SharedArray"]

S = TypeVar("S")
ALIGNMENT = 64
"""Arrays of a parcel start at cache lines."""


def _anonymous_file(size: int) -> int:
    """Return the descriptor of a file of `size` zero bytes that has no name."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("refdec", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, max(size, 1))
    return descriptor


class AnonymousFile:
    """Shared memory without a name; it travels to a process while that is being spawned, and in no other way."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        weakref.finalize(self, os.close, descriptor)

    @classmethod
    def of_size(cls, size: int) -> AnonymousFile:
        """Return a new one, filled with zeros (pages come into being when they are touched)."""
        return cls(_anonymous_file(size))

    def map(self, access: int = mmap.ACCESS_WRITE) -> mmap.mmap:
        """Return a mapping of the whole file; ACCESS_COPY keeps changes to this process."""
        return mmap.mmap(self.descriptor, 0, access=access)

    def __reduce__(self) -> tuple[Any, ...]:
        context.assert_spawning(self)
        return _arrived, (reduction.DupFd(self.descriptor),)


def _arrived(handle: Any) -> AnonymousFile:
    return AnonymousFile(handle.detach())


class SharedArray:
    """A zeroed NumPy array that all workers of a pool see, if it is made before the pool and is part of its state.

    `array` is C-contiguous and writable everywhere.  Pages are used when they are first touched, so an array may be
    reserved for the largest case.  The memory goes when the last process lets go of it.
    """

    __slots__ = ("__weakref__", "_file", "array")

    def __init__(self, shape: Sequence[int], dtype: npt.DTypeLike, *, file: AnonymousFile | None = None) -> None:
        kind = np.dtype(dtype)
        if kind.hasobject:
            raise TypeError("a shared array cannot hold Python objects")
        count = 1
        for length in shape:
            count *= int(length)
        self._file = file or AnonymousFile.of_size(count * kind.itemsize)
        self.array: npt.NDArray[Any] = np.frombuffer(self._file.map(), kind, count).reshape(tuple(shape))

    def __reduce__(self) -> tuple[Any, ...]:
        context.assert_spawning(self)
        return _shared_again, (self.array.shape, self.array.dtype, self._file)


def _shared_again(shape: Sequence[int], dtype: npt.DTypeLike, file: AnonymousFile) -> SharedArray:
    return SharedArray(shape, dtype, file=file)


@dataclass(frozen=True, slots=True)
class Inherited(Generic[S]):
    """The state of forked workers: theirs already, copied page by page only where somebody writes."""

    state: S

    def open(self) -> S:
        """Return the state."""
        return self.state


class _Packer(pickle.Pickler):
    """Pickles a state; shared arrays stay outside, as numbers."""

    def __init__(self, file: io.BytesIO, buffers: list[pickle.PickleBuffer]) -> None:
        super().__init__(file, protocol=5, buffer_callback=buffers.append)
        self.shared: list[SharedArray] = []

    def persistent_id(self, obj: object) -> int | None:
        if not isinstance(obj, SharedArray):
            return None
        self.shared.append(obj)
        return len(self.shared) - 1


class _Unpacker(pickle.Unpickler):
    """The way back of `_Packer`."""

    def __init__(self, file: io.BytesIO, buffers: list[memoryview], shared: Sequence[SharedArray]) -> None:
        super().__init__(file, buffers=buffers)
        self.shared = shared

    def persistent_load(self, pid: int) -> SharedArray:
        return self.shared[pid]


@dataclass(frozen=True, slots=True)
class Parcel(Generic[S]):
    """The state on its way to spawned workers: `spans` are (offset, size, read-only) in `file`, the pickle first.

    Arrays of the state become views of the one file in every worker; writing to one of them changes that worker's copy.
    """

    file: AnonymousFile
    spans: tuple[tuple[int, int, bool], ...]
    shared: tuple[SharedArray, ...]

    @classmethod
    def of(cls, state: S) -> Parcel[S]:
        """Pack a state.  Whatever pickle raises for what cannot be packed comes through."""
        stream, buffers = io.BytesIO(), list[pickle.PickleBuffer]()
        packer = _Packer(stream, buffers)
        packer.dump(state)
        parts = [memoryview(stream.getbuffer()), *(buffer.raw() for buffer in buffers)]
        spans, offset = [], 0
        for part in parts:
            spans.append((offset, part.nbytes, part.readonly))
            offset += -(-part.nbytes // ALIGNMENT) * ALIGNMENT
        file = AnonymousFile.of_size(offset)
        with file.map() as mapping:
            for (start, size, _), part in zip(spans, parts, strict=True):
                mapping[start : start + size] = part
        return cls(file, tuple(spans), tuple(packer.shared))

    def open(self) -> S:
        """Return the state, its arrays lying in the shared file."""
        whole = memoryview(self.file.map(mmap.ACCESS_COPY))
        views = [whole[start : start + size] for start, size, _ in self.spans]
        buffers = [view.toreadonly() if span[2] else view for view, span in zip(views, self.spans, strict=True)]
        state: S = _Unpacker(io.BytesIO(buffers[0]), buffers[1:], self.shared).load()
        return state
