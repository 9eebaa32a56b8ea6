"""Data sets of masks: PNG and MATLAB files beside pictures, numbers that stand for classes, some held back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.errors import MaskUnreadable
from refdec_train.heads.masks import UNKNOWN, read_masks

NUMBERS = np.array([[0, 1, 2], [3, 4, 255]], np.uint8)
CLASSES = {"ground": [0], "thing": [2, 4]}
WANTED = [[0, UNKNOWN, 1], [UNKNOWN, 1, UNKNOWN]]


def pair(folder: Path, name: str = "a", suffix: str = ".png", mode: str = "L") -> None:
    for part in ("pictures", "masks"):
        (folder / part).mkdir(exist_ok=True)
    Image.fromarray(np.zeros((2, 3, 3), np.uint8)).save(folder / "pictures" / f"{name}.jpg")
    mask = folder / "masks" / f"{name}{suffix}"
    if suffix == ".mat":
        pytest.importorskip("scipy.io").savemat(mask, {"groundtruth": NUMBERS})
    else:
        image = Image.fromarray(NUMBERS)
        if mode == "P":
            image.putpalette(list(range(256)) * 3)
        image.save(mask)


@pytest.mark.parametrize(("suffix", "mode"), [(".png", "L"), (".png", "P"), (".mat", "")])
def test_numbers_stand_for_classes_and_others_are_unknown(tmp_path: Path, suffix: str, mode: str) -> None:
    pair(tmp_path, suffix=suffix, mode=mode)
    found = read_masks(tmp_path / "pictures", tmp_path / "masks", CLASSES)
    assert found.labels == ("ground", "thing")
    assert found.subjects[0].truth.numbers().tolist() == WANTED


def test_pictures_without_a_mask_are_left_out_and_every_tenth_is_held_back(tmp_path: Path) -> None:
    for number in range(12):
        pair(tmp_path, f"{number:02}")
    (tmp_path / "masks" / "05.png").unlink()
    found = read_masks(tmp_path / "pictures", tmp_path / "masks", CLASSES).subjects
    assert len(found) == 11
    assert [subject.path.stem for subject in found if subject.held] == ["00", "11"]
    wished = read_masks(tmp_path / "pictures", tmp_path / "masks", CLASSES, held=["03"]).subjects
    assert [subject.path.stem for subject in wished if subject.held] == ["03"]


def test_what_is_no_mask_is_named(tmp_path: Path) -> None:
    pair(tmp_path)
    (tmp_path / "masks" / "a.png").write_bytes(b"no picture")
    broken = read_masks(tmp_path / "pictures", tmp_path / "masks", CLASSES).subjects[0]
    with pytest.raises(MaskUnreadable, match=r"a\.png"):
        broken.truth.numbers()


def test_a_matlab_file_holds_one_map_of_bytes(tmp_path: Path) -> None:
    savemat = pytest.importorskip("scipy.io").savemat
    pair(tmp_path, suffix=".mat")
    mask = read_masks(tmp_path / "pictures", tmp_path / "masks", CLASSES).subjects[0].truth
    for maps in ({"a": NUMBERS, "b": NUMBERS}, {"a": NUMBERS.astype(float)}):
        savemat(mask.path, maps)
        with pytest.raises(MaskUnreadable, match="one of bytes"):
            mask.numbers()
    mask.path.write_bytes(b"no file of MATLAB")
    with pytest.raises(MaskUnreadable, match=r"a\.mat"):
        mask.numbers()


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    pair(tmp_path)
    (tmp_path / "masks" / "a.png").unlink()
    with pytest.raises(MaskUnreadable, match="no mask with the name"):
        read_masks(tmp_path / "pictures", tmp_path / "masks", CLASSES)
