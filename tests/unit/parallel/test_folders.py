"""Walking through folders."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest

from refdec.parallel.errors import FolderMissing
from refdec.parallel.folders import folder_jobs, walk
from refdec.parallel.outcomes import Job


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in [
        "b.jai",
        "a.JAI",
        "c.txt",
        "d/z.bits",
        "d/e/y.jai",
        ".hidden/x.jai",
        ".a.jai",
        "a/b.jai",
        "f.jai/g.jai",
    ]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_files_come_sorted_with_their_place(tree: Path) -> None:
    names = [str(path) for path in walk(tree, [".jai", ".BITS"])]
    assert names == ["a.JAI", "b.jai", "a/b.jai", "d/z.bits", "d/e/y.jai", "f.jai/g.jai"]


def test_links_to_folders_are_not_followed_and_links_to_files_are(tree: Path) -> None:
    (tree / "a" / "loop").symlink_to(tree)
    (tree / "a" / "link.jai").symlink_to(tree / "b.jai")
    (tree / "a" / "broken.jai").symlink_to(tree / "nowhere")
    assert [str(path) for path in walk(tree / "a", [".jai"])] == ["b.jai", "link.jai"]


def test_walking_is_lazy(tree: Path) -> None:
    paths = walk(tree, [".jai"])
    assert str(next(paths)) == "a.JAI"
    (tree / "d" / "new.jai").write_text("made while walking")
    assert "d/new.jai" in [str(path) for path in paths]


@pytest.mark.parametrize("name", ["missing", "c.txt"])
def test_no_folder(name: str, tree: Path) -> None:
    with pytest.raises(FolderMissing, match=name):
        next(walk(tree / name, [".jai"]))


def test_unreadable_folders_may_be_noted(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def guarded(path: Path) -> object:
        if path.name == "d":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    noted: list[FolderMissing] = []
    assert len(list(walk(tree, [".jai"], unreadable=noted.append))) == 4
    assert [error.folder for error in noted] == [str(tree / "d")]
    with pytest.raises(FolderMissing, match="Permission denied"):
        list(walk(tree, [".jai"]))


def test_jobs_keep_the_place_below_another_folder(tree: Path) -> None:
    jobs = list(islice(folder_jobs(tree, [".jai"], out=Path("o"), out_suffix=".png", options=7), 3))
    assert jobs == [
        Job(tree / "a.JAI", Path("o/a.png"), 7),
        Job(tree / "b.jai", Path("o/b.png"), 7),
        Job(tree / "a/b.jai", Path("o/a/b.png"), 7),
    ]


def test_files_with_another_suffix_are_told(tree: Path) -> None:
    told: list[Path] = []
    list(walk(tree, [".jai"], left_out=told.append))
    assert told == [Path("c.txt"), Path("d/z.bits")]
    told.clear()
    list(folder_jobs(tree, [".jai"], left_out=told.append))
    assert told == [Path("c.txt"), Path("d/z.bits")]


def test_jobs_without_output(tree: Path) -> None:
    assert list(folder_jobs(tree / "d", [".bits"])) == [Job(tree / "d/z.bits")]


def test_outputs_do_not_meet(tmp_path: Path) -> None:
    for name in ("a.jai", "a.bits", "b.jai"):
        (tmp_path / name).touch()
    jobs = folder_jobs(tmp_path, [".jai", ".bits"], out=Path("o"), out_suffix=".png")
    assert [str(job.output) for job in jobs] == ["o/a.bits.png", "o/a.jai.png", "o/b.png"]
