"""Every error class of the weights is raised by an input of these tests, and explains itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from refdec.api.weights import load_weights
from refdec.errors import RefdecError
from refdec.weights import bundled, errors, errors_files
from refdec.weights.archivewriter import ArchiveWriter
from refdec.weights.arrays import NumberArray, read_array
from refdec.weights.collection import import_folder
from refdec.weights.completeness import require_decodes
from refdec.weights.container import ZipContainer
from refdec.weights.importer import import_tensors
from refdec.weights.names import checkpoint_name
from refdec.weights.pack import WeightPack
from refdec.weights.packfile import read_pack, verify_checkpoint, write_pack
from refdec.weights.quantise import gain_log, quantise_layer
from refdec.weights.seeded import seeded_pack
from refdec.weights.tensorfile import TensorFile
from refdec.weights.unpickler import unpickle
from tests.unit.weights import support
from tests.unit.weights.support import archive, dictionary, npz, pth, tensor
from tests.unit.weights.test_packfile import LINE, changed, set_to

SMALL_FILE = "VM_sop__decoder_UV_0.012.npz"


def small_pack() -> bytes:
    file = io.BytesIO()
    write_pack(seeded_pack(1, [support.SMALL]), file)
    return file.getvalue()


def one(*values: float) -> NumberArray:
    return np.array(values, np.float64).reshape(1, -1, 1, 1)


def imported_small(**changes: object) -> object:
    return import_tensors(support.small_name(), {**support.small_tensors(), **changes})  # type: ignore[dict-item]


def imported_common(**changes: object) -> object:
    renamed = {k.replace("__", "."): v for k, v in changes.items()}
    return import_tensors(support.common_name(), {**support.common_tensors(), **renamed})  # type: ignore[dict-item]


def without(key: str) -> dict[str, NumberArray]:
    return {k: v for k, v in support.small_tensors().items() if k != key}


def view(offset: int, shape: tuple[int, ...], strides: tuple[int, ...], body: bytes = bytes(96)) -> object:
    entry = {"w": tensor("FloatStorage", "0", 24, offset, shape, strides)}
    return TensorFile(archive({"p/data.pkl": dictionary(entry), "p/data/0": body}))["w"]


def tampered(*path: str, value: object) -> None:
    verify_checkpoint(read_pack(changed(small_pack(), set_to(*path, value=value))).by_name(support.SMALL))


def encrypted() -> bytes:
    data = bytearray(archive({"a": b"x"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def missing_bundle() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundled, "FILE", "absent.pack")
        bundled.bundled_pack()


def unresolved_pointer() -> None:
    try:
        import_folder({f"models/{support.SMALL}.pth": support.lfs_pointer(b"")})
    except errors.CheckpointRefused as refused:
        raise refused.reason from None


CAUSES: dict[type[RefdecError], Callable[[], object]] = {
    errors.MissingCheckpoint: lambda: WeightPack.of([]).checkpoint("VM_bop/decoder_Y", 1),
    errors.UnknownCheckpoint: lambda: checkpoint_name("VM_bop/decoder_Z", 1),
    errors.MissingTensor: lambda: import_tensors(support.small_name(), without("conv3.bias")),
    errors.WrongShape: lambda: imported_small(**{"conv3.bias": np.zeros(5)}),
    errors.WrongDtype: lambda: imported_small(**{"conv3.bias": np.zeros(32, bool)}),
    errors.NotFinite: lambda: quantise_layer(one(np.nan), None, name="conv3"),
    errors.NotWholeNumbers: lambda: imported_common(hyper_scale_decoder__conv1__bias=np.full(96, 0.5)),
    errors.WeightTooLarge: lambda: quantise_layer(one(1e6), None, name="conv3"),
    errors.BiasTooLarge: lambda: quantise_layer(one(1e-6), np.array([1e9]), name="conv3"),
    errors.GainOutOfRange: lambda: gain_log(np.full((4, 18), 100.0)),
    errors.HyperScaleNotQuantised: lambda: imported_common(hyper_scale_decoder__conv1__is_quantized=np.array([False])),
    errors.BadFrequencies: lambda: imported_common(hyper_entropy__freqs_int=np.zeros((96, 63), np.int32)),
    errors.ShiftOutOfRange: lambda: imported_common(
        hyper_scale_decoder__conv1__per_channel_shifts=np.full((1, 96, 1, 1), 40)
    ),
    errors.HyperScaleTooLarge: lambda: imported_common(
        hyper_scale_decoder__conv1__weight=np.full((96, 96, 1, 1), 1 << 20)
    ),
    errors.CheckpointRefused: lambda: import_folder({SMALL_FILE: b""}),
    errors.DuplicateCheckpoint: lambda: import_folder(
        {SMALL_FILE: npz(support.small_tensors()), f"{support.SMALL}.pth": pth(support.small_tensors())}
    ),
    errors.NothingToImport: lambda: import_folder({"README.md": b""}),
    errors.NothingDecodes: lambda: require_decodes([support.SMALL]),
    errors.PackIsFolder: lambda: load_weights(Path(__file__).parent),
    errors_files.UnresolvedPointer: unresolved_pointer,
    errors_files.NotAnArchive: lambda: ZipContainer(b"text"),
    errors_files.ArchiveDamaged: lambda: ZipContainer(archive({"a": bytes(99)})[60:]),
    errors_files.ArchiveTooLarge: lambda: ZipContainer(archive({"a": bytes(99)}), most_bytes=98),
    errors_files.MemberMissing: lambda: ZipContainer(archive({})).read("a"),
    errors_files.MemberDamaged: lambda: ZipContainer(archive({"a": b"secret"}).replace(b"secret", b"public")).read("a"),
    errors_files.UnsupportedMember: lambda: ZipContainer(encrypted()),
    errors_files.NotACheckpoint: lambda: TensorFile(archive({"a": b""})),
    errors_files.UnknownOpcode: lambda: unpickle(b"\x80\x02\x93."),
    errors_files.PickleDamaged: lambda: unpickle(b"\x80\x02R."),
    errors_files.PickleTooLarge: lambda: unpickle(bytes(3 << 20)),
    errors_files.NotADictionary: lambda: TensorFile(archive({"p/data.pkl": b"\x80\x02cos\nsystem\n)R."})),
    errors_files.NotATensor: lambda: TensorFile(archive({"p/data.pkl": dictionary({"w": b"N"})}))["w"],
    errors_files.StorageSizeDiffers: lambda: view(0, (1,), (1,), bytes(95)),
    errors_files.TensorOutsideStorage: lambda: view(0, (25,), (1,)),
    errors_files.TensorTooLarge: lambda: view(0, (1 << 30,), (0,)),
    errors_files.ArrayDamaged: lambda: read_array("a.npy", memoryview(b"")),
    errors_files.NotAPack: lambda: read_pack(archive({"a": b""})),
    errors_files.CodestreamAsPack: lambda: read_pack(b"\xff\x80\xff\x81"),
    errors_files.PackTooNew: lambda: tampered("version", value=9),
    errors_files.PackDamaged: lambda: tampered("title", value=None),
    errors_files.PackMemberChanged: lambda: tampered(*LINE, "sha256", value="00"),
    errors_files.PackFingerprintDiffers: lambda: tampered("checkpoints", support.SMALL, "fingerprint", value="00" * 32),
    errors_files.BundledPackMissing: missing_bundle,
}


def test_the_writer_refuses_what_the_format_cannot_count(monkeypatch: pytest.MonkeyPatch) -> None:
    from refdec.weights import archivewriter

    monkeypatch.setattr(archivewriter, "LARGEST", 100)
    writer = ArchiveWriter(io.BytesIO())
    with pytest.raises(errors_files.ArchiveTooLarge):
        writer.add("a", bytes(101))
    monkeypatch.setattr(archivewriter, "MOST_MEMBERS", 0)
    monkeypatch.setattr(archivewriter, "LARGEST", 1000)
    writer.add("a", b"")
    with pytest.raises(errors_files.ArchiveTooLarge):
        writer.close()


def test_the_writer_makes_ordinary_archives() -> None:
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    writer.add("ä/b", b"data")
    writer.add("c", b"")
    writer.close()
    with zipfile.ZipFile(file) as z:
        assert z.testzip() is None and {n: z.read(n) for n in z.namelist()} == {"ä/b": b"data", "c": b""}
