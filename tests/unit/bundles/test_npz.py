"""Bundle files: there and back, versions, damage, sizes that lie."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.bundles import LatentBundle, Stage
from refdec.bundles.errors import (
    BundleDamaged,
    BundleFieldMissing,
    BundleHeaderInvalid,
    NewerBundle,
    NotABundle,
    UnknownStage,
)
from refdec.errors import RefdecError
from refdec.limits import Limits, TooLarge
from tests.sample_bundles import sample_bundle, sample_headers

STAGES = [stage.value for stage in Stage]


def saved(bundle: LatentBundle, **options: Any) -> bytes:
    target = io.BytesIO()
    bundle.save(target, **options)
    return target.getvalue()


def changed(data: bytes, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """The file with its description changed."""
    members = dict(np.load(io.BytesIO(data)))
    description = json.loads(members["bundle"].tobytes())
    edit(description)
    members["bundle"] = np.frombuffer(json.dumps(description).encode(), np.uint8)
    target = io.BytesIO()
    np.savez(target, **members)
    return target.getvalue()


def with_members(data: bytes, **changes: Any) -> bytes:
    """The file with members replaced; None removes one, bytes are written as they are."""
    source = zipfile.ZipFile(io.BytesIO(data))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            replacement = changes.pop(name.removesuffix(".npy"), ...)
            if replacement is ...:
                archive.writestr(name, source.read(name))
            elif replacement is not None:
                archive.writestr(name, replacement if isinstance(replacement, bytes) else npy(replacement))
        for name, extra in changes.items():
            archive.writestr(f"{name}.npy", npy(extra))
    return target.getvalue()


def npy(array: Any) -> bytes:
    target = io.BytesIO()
    np.save(target, array, allow_pickle=True)
    return target.getvalue()


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("stage", STAGES)
def test_there_and_back(stage: str, compress: bool, tmp_path: Path) -> None:
    bundle = sample_bundle(stage)
    path = tmp_path / "bundle.npz"
    bundle.save(path, compress=compress)
    again = LatentBundle.load(path)
    assert again.equals(bundle)
    assert all(not array.flags.writeable for array in again.arrays().values())
    assert list(tmp_path.iterdir()) == [path]


def test_odd_formats_come_back(tmp_path: Path) -> None:
    headers = sample_headers(150, 111, display_width=101, display_height=99, subsampling=(2, 2))
    bundle = sample_bundle("picture", headers=headers)
    assert LatentBundle.load(saved(bundle)).equals(bundle)


def test_equal_bundles_give_equal_files() -> None:
    assert saved(sample_bundle(seed=3)) == saved(sample_bundle(seed=3))


def test_numpy_alone_can_read_it() -> None:
    members = np.load(io.BytesIO(saved(sample_bundle("symbols"))), allow_pickle=False)
    assert members["luma.symbols"].dtype == np.int16
    assert json.loads(members["bundle"].tobytes())["schema"] == "1.1"


def test_a_newer_minor_version_is_read_and_its_additions_left_out() -> None:
    data = changed(saved(sample_bundle()), lambda d: d.update(schema="1.7", mood="good"))
    data = with_members(data, **{"luma.psi_q18": np.zeros(3)})
    assert LatentBundle.load(data).equals(sample_bundle())


def test_a_newer_major_version_is_refused() -> None:
    with pytest.raises(NewerBundle, match=r"2\.0"):
        LatentBundle.load(changed(saved(sample_bundle()), lambda d: d.update(schema="2.0")))


@pytest.mark.parametrize("version", ["0.9", "one", "", None, "1", "1.x"])
def test_versions_that_never_were(version: Any) -> None:
    with pytest.raises(NotABundle):
        LatentBundle.load(changed(saved(sample_bundle("headers")), lambda d: d.update(schema=version)))


def test_other_files_are_no_bundles(tmp_path: Path) -> None:
    for data in (b"", b"not a zip file", npy(np.zeros(3))):
        with pytest.raises(NotABundle):
            LatentBundle.load(data)
    other = io.BytesIO()
    np.savez(other, x=np.zeros(3))
    with pytest.raises(NotABundle, match="bundle"):
        LatentBundle.load(other.getvalue())
    with pytest.raises(NotABundle, match="description"):
        LatentBundle.load(changed(saved(sample_bundle("headers")), lambda d: d.update(format="x")))


def test_headers_and_stage_are_checked() -> None:
    data = saved(sample_bundle("symbols"))
    with pytest.raises(BundleHeaderInvalid):
        LatentBundle.load(changed(data, lambda d: d["headers"].update(width=0)))
    with pytest.raises(BundleHeaderInvalid):
        LatentBundle.load(changed(data, lambda d: d.pop("headers")))
    with pytest.raises(UnknownStage):
        LatentBundle.load(changed(data, lambda d: d.update(stage="tomorrow")))


@pytest.mark.parametrize(
    "replacement",
    [
        np.zeros((160, 7, 9), np.int16),
        np.zeros((160, 7, 10), np.int32),
        np.zeros((160, 7, 10), np.float64),
        np.asfortranarray(np.zeros((160, 7, 10), np.int16)),
        np.array([{"a": 1}], dtype=object),
        b"",
        b"\x93NUMPY\x09\x00",
        npy(np.zeros((160, 7, 10), np.int16))[:-1],
        npy(np.zeros((160, 7, 10), np.int16)) + b"x",
    ],
)
def test_a_wrong_member_is_damage(replacement: Any) -> None:
    with pytest.raises(BundleDamaged, match=r"luma\.symbols"):
        LatentBundle.load(with_members(saved(sample_bundle("symbols")), **{"luma.symbols": replacement}))


def test_other_byte_order_is_read() -> None:
    bundle = sample_bundle("symbols")
    swapped = bundle.luma.symbols.astype(">i2")  # type: ignore[union-attr]
    assert LatentBundle.load(with_members(saved(bundle), **{"luma.symbols": swapped})).equals(bundle)


def test_flags_must_be_flags() -> None:
    bundle = sample_bundle("symbols")
    member = bytearray(npy(bundle.luma.coded))
    member[-1] = 7
    with pytest.raises(BundleDamaged, match="neither 0 nor 1"):
        LatentBundle.load(with_members(saved(bundle), **{"luma.coded": bytes(member)}))


def test_missing_members() -> None:
    with pytest.raises(BundleFieldMissing, match=r"chroma\.z"):
        LatentBundle.load(with_members(saved(sample_bundle("symbols")), **{"chroma.z": None}))
    with pytest.raises(BundleFieldMissing, match="planes"):
        LatentBundle.load(with_members(saved(sample_bundle("picture")), **{"planes.u": None}))


def test_a_lying_size_is_refused_before_it_is_allocated() -> None:
    """A header that claims 65599 x 65599 samples, 4.3 billion, with the arrays of a small picture."""
    claim = {"width": 65599, "height": 65599, "display_width": 65599, "display_height": 65599}
    with pytest.raises(TooLarge):
        LatentBundle.load(changed(saved(sample_bundle()), lambda d: d["headers"].update(claim)))
    generous = Limits(pixels=1 << 40)
    with pytest.raises(BundleDamaged):
        LatentBundle.load(changed(saved(sample_bundle()), lambda d: d["headers"].update(claim)), limits=generous)


def test_a_member_bomb_is_not_unpacked() -> None:
    """10 GB of zeros claimed in an NPY header, 10 MB of them there."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": (10**10,)})
    with pytest.raises(BundleDamaged):
        LatentBundle.load(with_members(saved(sample_bundle("symbols")), bundle=head.getvalue() + bytes(10**7)))


def test_limits_apply(tmp_path: Path) -> None:
    path = tmp_path / "b.npz"
    sample_bundle("symbols").save(path)
    with pytest.raises(TooLarge):
        LatentBundle.load(path, limits=Limits(pixels=1000))


def test_a_file_with_too_many_members() -> None:
    extra = {f"x{k}": np.zeros(0) for k in range(1001)}
    with pytest.raises(NotABundle, match="members"):
        LatentBundle.load(with_members(saved(sample_bundle("headers")), **extra))


@pytest.mark.parametrize("seed", range(8))
def test_damage_ends_in_an_error_of_ours(seed: int) -> None:
    """Random bytes of a real file are changed or cut off: a bundle or a RefdecError, nothing else."""
    data = saved(sample_bundle("symbols"))
    random = np.random.default_rng(seed)
    outcomes = set()
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(int(random.integers(1, 4))):
            broken[int(random.integers(len(broken)))] = int(random.integers(256))
        if random.integers(4) == 0:
            del broken[int(random.integers(len(broken))) :]
        try:
            LatentBundle.load(bytes(broken))
            outcomes.add("read")
        except RefdecError as error:
            outcomes.add(error.code)
    assert outcomes - {"read"}


def test_damage_at_the_ends_of_the_archive() -> None:
    data = saved(sample_bundle("headers"))
    for position in [*range(60), *range(len(data) - 120, len(data))]:
        for value in (0, 1, 0x7F, 0xFF):
            broken = bytearray(data)
            broken[position] = value
            try:
                LatentBundle.load(bytes(broken))
            except RefdecError:
                continue
