"""Suites appear whole, or not at all: folders and archives."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from refdec.conformance.storage import ArchiveStore, FolderStore
from refdec.formats.errors import FileUnwritable
from tests.full_disk import files_of_at_most


def store_of(name: str, folder: Path) -> FolderStore | ArchiveStore:
    return ArchiveStore(folder / name) if name.endswith(".zip") else FolderStore(folder / name)


@pytest.mark.parametrize("name", ["suite", "new/suite", "suite.zip"])
def test_a_suite_appears_whole(name: str, tmp_path: Path) -> None:
    with store_of(name, tmp_path) as store:
        store.write("cases/one", b"1")
        assert not (tmp_path / name).exists()
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert archive.read("cases/one") == b"1"
    else:
        assert (tmp_path / name / "cases" / "one").read_bytes() == b"1"
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [Path(name).name]


@pytest.mark.parametrize("name", ["suite", "new/suite", "suite.zip"])
def test_of_a_suite_that_fails_nothing_is_left(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="struck"), store_of(name, tmp_path) as store:
        store.write("cases/one", b"1")
        raise ValueError("struck")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["suite", "suite.zip"])
def test_on_a_full_disk_the_suite_is_named(name: str, tmp_path: Path) -> None:
    noise = b"".join(number.to_bytes(2, "big") for number in range(20_000))
    with pytest.raises(FileUnwritable, match=rf"{name}\S* cannot be written: File too large"):  # noqa: SIM117 - the store ends inside
        with files_of_at_most(1000), store_of(name, tmp_path) as store:
            store.write("cases/one", noise)
    assert not list(tmp_path.iterdir())


def test_two_archives_of_one_name_do_not_mix(tmp_path: Path) -> None:
    with ArchiveStore(tmp_path / "a.zip") as first, ArchiveStore(tmp_path / "a.zip") as second:
        first.write("which", b"first")
        second.write("which", b"second")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["which"]
        assert archive.read("which") == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
