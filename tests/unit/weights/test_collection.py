"""Import of whole folders (4.11, 6.2)."""

from __future__ import annotations

import hashlib
import io
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from refdec.errors import WeightsError
from refdec.formats.errors import NotAFolder
from refdec.formats.folders import folder_sources
from refdec.weights import collection, recognise
from refdec.weights.collection import import_folder, with_models_of
from refdec.weights.errors import CheckpointRefused, DuplicateCheckpoint, NothingToImport, WrongShape
from refdec.weights.errors_files import ArchiveTooLarge, UnresolvedPointer
from refdec.weights.pack import Origin, PackNotes, WeightPack
from refdec.weights.recognise import PublishedFile
from refdec.weights.seeded import seeded_checkpoint, seeded_pack
from tests.unit.weights.support import SMALL, lfs_pointer, npz, pth, small_name, small_tensors

FLAT = "VM_sop__decoder_UV_0.012.npz"


def test_files_in_both_spellings_and_kinds() -> None:
    other = "VM_sop/decoder_UV_0.5"
    files = {
        FLAT: npz(small_tensors()),
        f"deep/folder/{other}.pth": pth(seeded_checkpoint(other)),
        "README.md": b"text",
        "VM_sop__decoder_UV_0.013.npz": b"another suffix",
    }
    calls: list[tuple[int, int, str]] = []
    notes = PackNotes("t", "l", "n")
    found = import_folder(files, on_progress=lambda *call: calls.append(call), notes=notes)
    assert found.pack.names() == tuple(sorted([SMALL, other])) and found.pack.notes == notes
    wanted = seeded_pack(1, [SMALL, other])
    assert found.pack.fingerprints() == wanted.fingerprints() and found.pack.fingerprint == wanted.fingerprint
    rows = {row.file: row for row in found.rows}
    assert rows[FLAT].checkpoint == SMALL and rows[FLAT].remark == "own weights" and not rows[FLAT].published
    assert rows["README.md"].checkpoint is None and rows["VM_sop__decoder_UV_0.013.npz"].checkpoint is None
    assert found.pack.by_name(SMALL).origin == Origin(FLAT, False)
    assert [call[0] for call in calls] == [0, 1, 2, 3, 4] and calls[-1] == (4, 4, "")


def test_files_may_be_functions_that_open_them() -> None:
    opened: list[io.BytesIO] = []

    def opener() -> io.BytesIO:
        opened.append(io.BytesIO(npz(small_tensors())))
        return opened[-1]

    assert import_folder({FLAT: opener}).pack.names() == (SMALL,)
    assert len(opened) == 1 and opened[0].closed


def test_unexpected_tensors_are_reported() -> None:
    files = {FLAT: npz({**small_tensors(), "conv4.bias": np.zeros(128, np.float32), "epoch": np.array(3)})}
    assert import_folder(files).rows[0].unexpected == ("conv4.bias",)


def test_the_float_ancestors_are_left_aside() -> None:
    files = {FLAT: npz(small_tensors()), "VM_common/Y_0.012.pth": b"whatever"}
    rows = {row.file: row for row in import_folder(files).rows}
    assert rows["VM_common/Y_0.012.pth"].checkpoint is None and "ancestor" in rows["VM_common/Y_0.012.pth"].remark


@pytest.mark.parametrize("by", ["SHA-256", "MD5"])
def test_a_published_file_is_known_by_its_hash(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, other = pth(small_tensors()), pth(seeded_checkpoint("VM_sop/decoder_UV_0.5"))
    file = published(data if by == "SHA-256" else b"", data if by == "MD5" else b"", len(data))
    monkeypatch.setattr(recognise, "published_files", lambda: (file,))
    found = import_folder({"renamed.pth": data, "other.pth": b"", "VM_sop/decoder_UV_0.5.pth": other})
    rows = {row.file: row for row in found.rows}
    assert rows["renamed.pth"].checkpoint == SMALL and rows["renamed.pth"].published
    assert rows["renamed.pth"].remark == f"published file, by its {by}"
    assert rows["other.pth"].checkpoint is None
    assert found.pack.by_name(SMALL).origin == Origin("renamed.pth", True)


def published(of_sha256: bytes, of_md5: bytes, size: int) -> PublishedFile:
    """The smallest checkpoint as a published file with the hashes of these bytes."""
    md5 = hashlib.md5(of_md5, usedforsecurity=False).hexdigest()
    return PublishedFile(f"{SMALL}.pth", small_name(), size, hashlib.sha256(of_sha256).hexdigest(), md5)


def test_a_stage_of_training_is_left_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"a stage"
    stage = PublishedFile("VM_common/train/best.pth", None, len(data), hashlib.sha256(data).hexdigest(), "")
    monkeypatch.setattr(recognise, "published_files", lambda: (stage,))
    found = import_folder({"best.pth": data, "pointer.pth": lfs_pointer(data), FLAT: npz(small_tensors())})
    rows = {row.file: row for row in found.rows}
    assert rows["best.pth"].published and not rows["pointer.pth"].published
    for name in ("best.pth", "pointer.pth"):
        assert rows[name].checkpoint is None and rows[name].remark.startswith("a stage of training")


@pytest.mark.parametrize("name", [f"{SMALL}.pth", "renamed.pth"])
def test_an_unresolved_pointer_is_named_as_such(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pth(small_tensors())
    monkeypatch.setattr(recognise, "published_files", lambda: (published(data, b"", len(data)),))
    with pytest.raises(CheckpointRefused) as caught:
        import_folder({name: lfs_pointer(data)})
    assert isinstance(caught.value.reason, UnresolvedPointer)
    lines = caught.value.explain().splitlines()
    assert lines[0].startswith(f"{name}: This is the Git LFS pointer of {SMALL}.pth")
    assert lines[-1].endswith("git lfs pull")


def test_pointers_of_what_streams_do_not_use_are_left_aside() -> None:
    files = {"VM_common/Y_0.012.pth": lfs_pointer(b"x"), "notes.pth": lfs_pointer(b"y"), FLAT: npz(small_tensors())}
    rows = {row.file: row for row in import_folder(files).rows}
    assert "ancestor" in rows["VM_common/Y_0.012.pth"].remark
    assert rows["notes.pth"].remark == "neither a checkpoint by its name nor a published file"


def test_a_bad_file_is_named_with_its_reason() -> None:
    tensors = small_tensors()
    tensors["conv3.bias"] = tensors["conv3.bias"][:5]
    with pytest.raises(CheckpointRefused) as caught:
        import_folder({FLAT: npz(tensors)})
    assert isinstance(caught.value.reason, WrongShape) and caught.value.file == FLAT
    assert FLAT in caught.value.headline() and "conv3.bias" in caught.value.headline()
    with pytest.raises(CheckpointRefused):
        import_folder({FLAT: b"not an archive"})


def test_two_files_of_one_checkpoint_are_refused() -> None:
    data = npz(small_tensors())
    with pytest.raises(DuplicateCheckpoint, match="VM_sop"):
        import_folder({FLAT: data, f"{SMALL}.pth": data})


@pytest.mark.parametrize("files", [{}, {"README.md": b""}, {"VM_common/Y_0.5.pth": b""}, {"x.pth": b""}])
def test_a_folder_without_checkpoints_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(NothingToImport):
        import_folder(files)


def test_files_have_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "MOST_BYTES", 1000)
    with pytest.raises(CheckpointRefused) as caught:
        import_folder({FLAT: partial(io.BytesIO, bytes(1001))})
    assert isinstance(caught.value.reason, ArchiveTooLarge)


def test_folder_sources_name_files_relative_to_the_folder(tmp_path: Path) -> None:
    (tmp_path / "VM_sop").mkdir()
    (tmp_path / "VM_sop" / "decoder_UV_0.012.pth").write_bytes(pth(small_tensors()))
    (tmp_path / "b.txt").write_bytes(b"b")
    sources = folder_sources(tmp_path)
    assert list(sources) == ["VM_sop/decoder_UV_0.012.pth", "b.txt"]
    with sources["b.txt"]() as file:
        assert file.read() == b"b"
    assert import_folder(sources).pack.names() == (SMALL,)


def test_folder_sources_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotAFolder) as caught:
        folder_sources(tmp_path / "absent")
    assert not isinstance(caught.value, WeightsError) and "absent" in caught.value.explain()


def test_other_models_of_a_pack_come_beside_as_they_are() -> None:
    """A model that both have is the new one's alone, also where the old one has more of it."""
    other = seeded_pack(2, ["VM_sop/decoder_UV_0.012", "VM_bop/decoder_UV_0.012", "VM_sop/decoder_UV_0.5"])
    old = WeightPack.of((other.by_name(name) for name in other.names()), PackNotes("old", "CC0", "of old"))
    new = import_folder({FLAT: npz(small_tensors())}, notes=PackNotes("new")).pack
    both = with_models_of(new, old)
    assert both.names() == (SMALL, "VM_sop/decoder_UV_0.5")
    assert both.by_name(SMALL) is new.by_name(SMALL)
    assert both.by_name("VM_sop/decoder_UV_0.5") is old.by_name("VM_sop/decoder_UV_0.5")
    assert both.notes == PackNotes("new", "CC0", "of old")
