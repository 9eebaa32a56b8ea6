"""Tensors of checkpoint files (4.11.3)."""

from __future__ import annotations

import collections
import os
import pickle
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.errors import WeightsError
from refdec.weights.errors_files import (
    MemberMissing,
    NotACheckpoint,
    NotADictionary,
    NotATensor,
    PickleTooLarge,
    StorageSizeDiffers,
    TensorOutsideStorage,
    TensorTooLarge,
)
from refdec.weights.tensorfile import MOST_ELEMENTS, TensorFile
from tests.unit.weights.support import archive, dictionary, npz, pth, storage, tensor


def test_example_4_11_3_ckpt_mini(examples: Path) -> None:
    """Contiguous, channels-last, transposed, shared, int8, int32, int64 scalar, bool and parameter entries."""
    found = TensorFile((examples / "ckpt_mini.pth").read_bytes())
    with np.load(examples / "ckpt_mini.npz") as z:
        assert set(found) == {*z.files, "epoch"}
        for name in z.files:
            assert found[name].dtype == z[name].dtype, name
            assert np.array_equal(found[name], z[name]) and found[name].shape == z[name].shape, name
    with pytest.raises(NotATensor, match="epoch"):
        _ = found["epoch"]


def test_ckpt_mini_as_npz_holds_the_same(examples: Path) -> None:
    with (examples / "ckpt_mini.npz").open("rb") as file, np.load(examples / "ckpt_mini.npz") as z:
        found = TensorFile(file)
        assert set(found) == set(z.files)
        assert all(np.array_equal(found[name], z[name]) for name in z.files)


def test_names_are_known_without_reading_a_tensor() -> None:
    found = TensorFile(archive({"p/data.pkl": dictionary({"w": tensor("FloatStorage", "0", 4, 0, (4,), (1,))})}))
    assert "w" in found and "x" not in found and len(found) == 1
    with pytest.raises(MemberMissing, match="p/data/0"):
        _ = found["w"]


def strided(offset: int, shape: tuple[int, ...], strides: tuple[int, ...], elements: int = 24) -> TensorFile:
    body = np.arange(elements, dtype=np.float32).tobytes()
    pickle_ = dictionary({"w": tensor("FloatStorage", "0", elements, offset, shape, strides)})
    return TensorFile(archive({"p/data.pkl": pickle_, "p/data/0": body}))


def test_strides_are_honoured() -> None:
    assert strided(0, (2, 3, 2, 2), (12, 1, 6, 3))["w"][1, 2, 1, 0] == 12 + 2 + 6
    assert strided(5, (), ())["w"] == 5 and strided(5, (), ())["w"].shape == ()
    assert strided(1, (3,), (0,))["w"].tolist() == [1, 1, 1]
    assert strided(0, (0, 5), (9999, 1))["w"].shape == (0, 5)
    assert strided(23, (1,), (1,))["w"].tolist() == [23]


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(1, (24,), (1,)), (24, (), ()), (0, (2, 2), (23, 1)), (1 << 61, (1,), (1,)), (0, (2,), (1 << 61,))],
)
def test_addresses_outside_the_storage_are_refused(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    with pytest.raises(TensorOutsideStorage):
        _ = strided(offset, shape, strides)["w"]


def test_tensors_have_a_largest_size() -> None:
    with pytest.raises(TensorTooLarge):
        _ = strided(0, (MOST_ELEMENTS + 1,), (0,))["w"]
    with pytest.raises(TensorTooLarge):
        _ = strided(0, (1 << 60, 1 << 60), (0, 0))["w"]


@pytest.mark.parametrize("size", [0, 95, 97])
def test_a_storage_has_exactly_its_size(size: int) -> None:
    members = {"p/data.pkl": dictionary({"w": tensor("FloatStorage", "0", 24, 0, (1,), (1,))}), "p/data/0": bytes(size)}
    with pytest.raises(StorageSizeDiffers):
        _ = TensorFile(archive(members))["w"]


def test_byte_order_of_storages() -> None:
    members = {
        "p/data.pkl": dictionary({"w": tensor("IntStorage", "0", 2, 0, (2,), (1,))}),
        "p/data/0": struct.pack(">2i", 1, -2),
        "p/byteorder": b"big",
    }
    assert TensorFile(archive(members))["w"].tolist() == [1, -2]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"])
def test_all_element_types(dtype: str) -> None:
    array = np.array([[0, 1, 1], [1, 0, 0]]).astype(dtype)
    found = TensorFile(pth({"w": array}))["w"]
    assert found.dtype == array.dtype and np.array_equal(found, array) and not found.flags.writeable


def test_other_things_beside_tensors_do_not_matter() -> None:
    extra = {
        "optimizer": b"}(K\x00" + storage("FloatStorage", "99", 12345) + b"u",
        "epoch": b"K\x07",
        "best_loss": b"G" + bytes(8),
    }
    found = TensorFile(pth({"w": np.ones(2, np.float32)}, extra))
    assert found["w"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"readme.txt": b""},
        {"a/data.pkl": b"\x80\x02}.", "b/data.pkl": b"\x80\x02}."},
        {"a/b/data.pkl": b"\x80\x02}."},
        {"w.npy": b"", "pack.json": b"{}"},
    ],
)
def test_other_archives_are_no_checkpoints(members: dict[str, bytes]) -> None:
    with pytest.raises(NotACheckpoint):
        TensorFile(archive(members))


@pytest.mark.parametrize("top", [b"\x80\x02N.", b"\x80\x02].", b"\x80\x02cos\nsystem\n(tR."])
def test_the_top_level_object_is_a_dictionary(top: bytes) -> None:
    with pytest.raises(NotADictionary):
        TensorFile(archive({"p/data.pkl": top}))


def test_a_large_pickle_is_refused_unread() -> None:
    with pytest.raises(PickleTooLarge):
        TensorFile(archive({"p/data.pkl": bytes(3 << 20)}))


class _Attack:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo attacked > attacked.txt",)


def test_an_attack_in_a_checkpoint_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    top = collections.OrderedDict([("conv4.weight", _Attack())])
    found = TensorFile(archive({"archive/data.pkl": pickle.dumps(top, protocol=2)}))
    with pytest.raises(NotATensor, match=r"conv4\.weight"):
        _ = found["conv4.weight"]
    assert not list(tmp_path.iterdir())


def test_mutated_checkpoints_raise_nothing_but_weights_errors(examples: Path) -> None:
    base = (examples / "ckpt_mini.pth").read_bytes()
    chance = random.Random(2)
    refused = 0
    for _ in range(600):
        data = bytearray(base)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            found = TensorFile(bytes(data))
            for name in found:
                if name != "epoch":
                    _ = found[name]
        except WeightsError:
            refused += 1
    assert refused > 200


def test_mutated_pickles_raise_nothing_but_weights_errors(examples: Path) -> None:
    """Past the CRC: the pickle itself is changed, and put into a sound archive."""
    import zipfile

    with zipfile.ZipFile(examples / "ckpt_mini.pth") as z:
        members = {name: z.read(name) for name in z.namelist()}
    base = members["ckpt_mini/data.pkl"]
    chance = random.Random(3)
    refused = 0
    for _ in range(1500):
        data = bytearray(base)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            found = TensorFile(archive({**members, "ckpt_mini/data.pkl": bytes(data)}))
            for name in found:
                if name != "epoch":
                    _ = found[name]
        except WeightsError:
            refused += 1
    assert refused > 500


def test_npz_files_of_the_project_read_like_numpy() -> None:
    arrays: dict[str, Any] = {
        "a.weight": np.arange(8, dtype=np.float32).reshape(2, 2, 2),
        "n": np.int64(3),
        "f": np.array([True]),
    }
    found = TensorFile(npz(arrays))
    assert set(found) == set(arrays)
    assert all(np.array_equal(found[k], arrays[k]) for k in arrays)
