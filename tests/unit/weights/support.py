"""Builders of small checkpoints, archives and pickles, so that each test shows only what is special about its own."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from refdec.weights.names import CheckpointName, name_of_text
from refdec.weights.seeded import seeded_checkpoint

SMALL = "VM_sop/decoder_UV_0.012"
STORAGE_NAMES = {
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "float16": "HalfStorage",
    "int64": "LongStorage",
    "int32": "IntStorage",
    "int16": "ShortStorage",
    "int8": "CharStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
}


def small_name() -> CheckpointName:
    return name_of_text(SMALL)


def small_tensors() -> dict[str, Any]:
    """The tensors of the smallest checkpoint of the seeded set."""
    return seeded_checkpoint(SMALL, 1)


def common_tensors() -> dict[str, Any]:
    return seeded_checkpoint("VM_common_int/UV_0.012", 1)


def common_name() -> CheckpointName:
    return name_of_text("VM_common_int/UV_0.012")


def lfs_pointer(data: bytes) -> bytes:
    """What Git LFS leaves in a clone in the place of a file that it has not fetched."""
    oid = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(data)}\n".encode()


def archive(members: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as z:
        for name, data in members.items():
            z.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def npz(arrays: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value: int) -> bytes:
    raw = value.to_bytes(9, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def numbers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def storage(kind: str, key: str, elements: int) -> bytes:
    return b"(" + text("storage") + name("torch", kind) + text(key) + text("cpu") + number(elements) + b"tQ"


def tensor(kind: str, key: str, elements: int, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """Opcodes that leave a tensor on the stack."""
    hooks = name("collections", "OrderedDict") + b")R"
    body = storage(kind, key, elements) + number(offset) + numbers(shape) + numbers(strides) + b"\x89" + hooks
    return name("torch._utils", "_rebuild_tensor_v2") + b"(" + body + b"tR"


def dictionary(entries: Mapping[str, bytes]) -> bytes:
    """A whole pickle: a dictionary from text to whatever the opcodes of an entry leave."""
    return b"\x80\x02}(" + b"".join(text(key) + value for key, value in entries.items()) + b"u."


def pth(arrays: Mapping[str, Any], extra: Mapping[str, bytes] | None = None, prefix: str = "archive") -> bytes:
    """A checkpoint file with contiguous tensors, as the reference software writes them."""
    entries: dict[str, bytes] = {}
    members: dict[str, bytes] = {}
    for index, (key, array) in enumerate(arrays.items()):
        strides = tuple(s // array.itemsize for s in np.empty(array.shape, array.dtype).strides)
        kind = STORAGE_NAMES[array.dtype.name]
        entries[key] = tensor(kind, str(index), array.size, 0, array.shape, strides)
        members[f"{prefix}/data/{index}"] = np.array(array, order="C").tobytes()
    pickle = dictionary({**entries, **(extra or {})})
    return archive({f"{prefix}/data.pkl": pickle, **members, f"{prefix}/version": b"3\n"})
