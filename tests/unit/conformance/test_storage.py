"""Suites appear whole, or not at all: folders and archives."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from refdec.conformance.storage import ArchiveStore, FolderStore, extend_suite
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


NOISE = random.Random(0).randbytes(1 << 16)


@pytest.mark.parametrize("name", ["suite", "new/suite", "suite.zip"])
def test_a_full_disk_is_said_with_the_name_that_was_wished_for(name: str, tmp_path: Path) -> None:
    """It was "No space left on device", or named the hidden file."""
    with files_of_at_most(1 << 12), pytest.raises(FileUnwritable) as caught, store_of(name, tmp_path) as store:
        store.write("cases/one", NOISE)
    assert str(tmp_path / name) in str(caught.value) and ".part" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_an_archive_that_is_full_at_its_end_is_not_there(tmp_path: Path) -> None:
    with (
        files_of_at_most(40),
        pytest.raises(FileUnwritable, match=r"a\.zip cannot"),
        ArchiveStore(tmp_path / "a.zip") as store,
    ):
        store.write("one", b"")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["suite", "suite.zip"])
def test_names_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    long = "y" * 256 + name
    with pytest.raises(FileUnwritable, match=name), store_of(long, tmp_path) as store:
        store.write("cases/one", b"1")
    with pytest.raises(FileUnwritable):
        extend_suite(tmp_path / long, {"one/case": b"1"}, {"suite": b"2"})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("name", ["tf/suite", "suite.zip"])
def test_of_a_case_that_cannot_be_added_nothing_is_left(name: str, before: bool, tmp_path: Path) -> None:
    """A folder without a manifest was, to which nothing could be added any more."""
    place = tmp_path / name
    if before:
        extend_suite(place, {"zero/case.json": b"0"}, {"suite.json": b"[0]"})
    there = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    wishes = ({"one/case.json": b"1", "one/stream.jai": NOISE}, {"suite.json": b"[0, 1]"})
    with files_of_at_most(1 << 12), pytest.raises(FileUnwritable, match=name):
        extend_suite(place, *wishes)
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == there
    extend_suite(place, *wishes)
    assert place.exists()
