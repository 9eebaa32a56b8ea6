"""Published files, by size and SHA-256 or MD5 (4.11.1, 5.7.3), and the Git LFS pointers that stand for them."""

from __future__ import annotations

import hashlib

import pytest

from refdec.weights import recognise as module
from refdec.weights.names import CheckpointName
from refdec.weights.recognise import PublishedFile, is_lfs_pointer, pointed_at, published_files, recognise
from tests.unit.weights.support import lfs_pointer

STAGE = "VM_common/train_stages/MSE_VariableRate_12/0.012/best.pth"


def test_77_published_files() -> None:
    files = published_files()
    assert len(files) == len({file.file for file in files}) == len({file.sha256 for file in files}) == 77
    assert {file.file for file in files if file.checkpoint is None} == {file.file for file in files if not file.md5}
    assert len({file.md5 for file in files if file.md5}) == 76
    by_name = {file.file: file for file in files}
    luma = by_name["VM_common_int/Y_0.012.pth"]
    assert (luma.size, luma.md5) == (14793357, "54f3a078cffb2249c32805a1ed48dfa4")
    assert luma.sha256 == "1bac8841e7adff8c2b48b2b5a44bf3c28e6785598e681ca6b136962fdae77ac8"
    eicci = by_name["eICCI_bophop_2d020448_20240229/eicci_bop_mse012_300k.pth"]
    assert (eicci.size, eicci.checkpoint) == (627423, CheckpointName("eICCI/bop_mse012", None))
    assert by_name[STAGE].checkpoint is None


def test_sizes_of_the_published_set_are_those_of_the_draft() -> None:
    from refdec import tables

    bank = tables.eicci_models()
    draft = {line["file"]: line["bytes"] for line in tables.checkpoints()["files"]}
    draft |= {f"{bank['directory']}/{line['file']}": line["bytes"] for line in bank["files"]}
    assert {file.file: file.size for file in published_files() if file.file != STAGE} == draft


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, PublishedFile]:
    """Two files of one size: the SHA-256 of the first is that of its bytes, of the second only the MD5 is."""
    made = {}
    for index, data in enumerate((b"the published bytes", b"bytes of the draft!")):
        sha256 = hashlib.sha256(data if index == 0 else b"others").hexdigest()
        md5 = hashlib.md5(data if index == 1 else b"others", usedforsecurity=False).hexdigest()
        name = CheckpointName("VM_bop/decoder_Y", 2 + index)
        made[data] = PublishedFile(name.file, name, len(data), sha256, md5)
    monkeypatch.setattr(module, "published_files", lambda: tuple(made.values()))
    return made


def test_files_are_recognised_by_either_hash(files: dict[bytes, PublishedFile]) -> None:
    for (data, file), by in zip(files.items(), ("SHA-256", "MD5"), strict=True):
        found = recognise(data)
        assert found is not None and (found.file, found.by) == (file, by)
        assert recognise(memoryview(data)) == found
        assert recognise(data.upper()) is None and recognise(data + b".") is None


def test_a_pointer_is_known_by_the_hash_of_its_file(files: dict[bytes, PublishedFile]) -> None:
    first, second = files
    assert is_lfs_pointer(lfs_pointer(first)) and pointed_at(lfs_pointer(first)) is files[first]
    assert is_lfs_pointer(lfs_pointer(second)) and pointed_at(lfs_pointer(second)) is None
    assert pointed_at(b"version https://git-lfs.github.com/spec/v1\nsize 3\n") is None
    assert not is_lfs_pointer(first) and not is_lfs_pointer(b"")
    assert not is_lfs_pointer(lfs_pointer(first) + bytes(1024))


def test_the_pointer_of_the_published_repository() -> None:
    pointer = (
        b"version https://git-lfs.github.com/spec/v1\n"
        b"oid sha256:fdb367257a70728965989ca9cbbc3a7542954432a2cbcfef6471faa17694834e\n"
        b"size 13385893\n"
    )
    found = pointed_at(pointer)
    assert found is not None and (found.file, found.size) == ("VM_hop/decoder_Y_0.012.pth", 13385893)
