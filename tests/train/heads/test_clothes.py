"""Clothing Co-Parsing: 59 numbers of a MATLAB file become six classes; who is trained on, measured on, left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.heads.clothes import CLOTHES, NAMES, read_clothes
from refdec_train.heads.masks import UNKNOWN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """50 photographs of one mask: a stripe of each of four labels, one of which is of no class."""
    savemat = pytest.importorskip("scipy.io").savemat
    for part in ("photos", "annotations/pixel-level"):
        (tmp_path / part).mkdir(parents=True)
    row = np.array([NAMES.index(name) for name in ("null", "hat", "bag", "jeans")], np.uint8)
    for number in range(1, 51):
        Image.new("RGB", (4, 6)).save(tmp_path / "photos" / f"{number:04}.jpg")
        savemat(tmp_path / "annotations" / "pixel-level" / f"{number:04}.mat", {"groundtruth": np.tile(row, (6, 1))})
    Image.new("RGB", (4, 6)).save(tmp_path / "photos" / "0051.jpg")
    return tmp_path


def test_labels_become_classes(folder: Path) -> None:
    found = read_clothes(folder)
    assert found.labels == ("background", "skin", "hair", "upper clothes", "lower clothes", "shoes")
    assert found.subjects[0].truth.numbers()[3].tolist() == [0, 2, UNKNOWN, 4]
    members = [name for each in CLOTHES.values() for name in each.split()]
    assert len(set(members)) == len(members) and set(members) <= set(NAMES) and len(NAMES) == 59


def test_each_photograph_is_trained_on_or_measured_on_or_left_out(folder: Path) -> None:
    trained, held = ({s.path.stem for s in read_clothes(folder).subjects if s.held is back} for back in (False, True))
    left_out = {subject.path.stem for subject in read_clothes(folder, left_out=True).subjects}
    assert held == {"0025", "0050"} and left_out == {"0010", "0020", "0030", "0040"}
    assert len(trained) == 44 and not trained & (held | left_out), "the one without a mask is none of them"
