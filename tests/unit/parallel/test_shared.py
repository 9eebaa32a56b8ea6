"""Shared arrays and parcels."""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.parallel.shared import AnonymousFile, Inherited, Parcel, SharedArray
from tests.unit.parallel import work


@contextmanager
def same_number_of_files() -> Iterator[None]:
    """Check that a block closes the files that it opens."""
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    yield
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("shape", [(), (0,), (7,), (3, 0, 2), (2, 3, 4)])
def test_a_shared_array_is_a_zeroed_array(shape: tuple[int, ...]) -> None:
    array = SharedArray(shape, np.int16).array
    assert (array.shape, array.dtype) == (shape, np.dtype(np.int16))
    assert array.flags.c_contiguous and array.flags.writeable
    assert not array.any()


def test_objects_cannot_be_shared() -> None:
    with pytest.raises(TypeError, match="objects"):
        SharedArray((2,), object)


def test_shared_memory_is_really_shared_with_a_forked_child() -> None:
    shared = SharedArray((4,), np.int64)
    child = os.fork()
    if child == 0:
        shared.array[2] = 1 << 40
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert shared.array.tolist() == [0, 0, 1 << 40, 0]


def test_memory_and_descriptors_go_with_the_array() -> None:
    with same_number_of_files():
        shared = SharedArray((1000,), np.int32)
        view = shared.array[5:]
        del shared
        view[:] = 3
        assert view.sum() == 995 * 3
        del view


def test_a_shared_array_does_not_travel_by_itself() -> None:
    with pytest.raises(RuntimeError, match="inheritance"):
        pickle.dumps(SharedArray((1,), np.int32))


def test_a_parcel_gives_the_state_back_and_shares_its_arrays() -> None:
    fixed = np.arange(7, dtype=np.int16)
    fixed.flags.writeable = False
    shared = SharedArray((3,), np.int32)
    state: dict[str, Any] = {
        "a": np.arange(12).reshape(3, 4),
        "f": fixed,
        "t": ("text", 5),
        "s": shared,
        "z": np.empty((0, 3)),
    }
    with same_number_of_files():
        parcel = Parcel.of(state)
        assert all(offset % 64 == 0 for offset, _, _ in parcel.spans)
        again = parcel.open()
        np.testing.assert_array_equal(again["a"], state["a"])
        np.testing.assert_array_equal(again["f"], fixed)
        assert again["a"].flags.writeable and not again["f"].flags.writeable
        assert again["t"] == ("text", 5)
        assert again["s"] is shared
        again["a"][0, 0] = 99  # stays with this copy
        assert parcel.open()["a"][0, 0] == 0
        del parcel, again


def test_a_parcel_of_a_frozen_state() -> None:
    state = work.small_state()
    again = Parcel.of(state).open()
    np.testing.assert_array_equal(again.weights, state.weights)
    assert again.plane is state.plane


def test_inherited_state_is_the_state() -> None:
    state = object()
    assert Inherited(state).open() is state


def test_anonymous_files_have_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        file = AnonymousFile.of_size(100)
        assert "(deleted)" in str(Path(f"/proc/self/fd/{file.descriptor}").readlink())
        with file.map() as mapping:
            assert mapping[:] == bytes(100)
        monkeypatch.delattr(os, "memfd_create", raising=False)  # the second time as on other systems
