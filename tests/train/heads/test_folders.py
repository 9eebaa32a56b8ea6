"""Folders of classes: labels by name, pictures held back by their names alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from refdec_train.errors import NoClasses
from refdec_train.heads.folders import read_classes


def folders(root: Path, **counts: int) -> Path:
    for name, count in counts.items():
        (root / name).mkdir()
        for number in range(count):
            (root / name / f"{number}.JPG").touch()
        (root / name / "notes.txt").touch()
    return root


def test_classes_are_folders_and_some_pictures_are_held_back(tmp_path: Path) -> None:
    classes = read_classes(folders(tmp_path, emu=40, cat=8, background=5), held=6, without=["background"])
    assert classes.labels == ("cat", "emu")
    assert [len([s for s in classes.held if s.truth == label]) for label in (0, 1)] == [2, 6]
    assert [len([s for s in classes.trained if s.truth == label]) for label in (0, 1)] == [6, 34]
    assert not {s.path for s in classes.held} & {s.path for s in classes.trained}
    fewer = read_classes(tmp_path, held=6, most=10, without=["background"])
    assert [s.path for s in fewer.held] == [s.path for s in classes.held], "whatever the others are"
    assert len([s for s in fewer.trained if s.truth == 1]) == 10


def test_one_folder_is_no_choice(tmp_path: Path) -> None:
    with pytest.raises(NoClasses, match="has 1 folders with pictures"):
        read_classes(folders(tmp_path, cat=3, empty=0))
