"""Scenes of faces: what the boxes say is there, the same each time, of many sizes, and some of it behind a mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.heads import face_scenes as module
from refdec_train.heads.boxes import TrueBox, Truth
from refdec_train.heads.face_scenes import SIDE, face_scenes


def people(folder: Path) -> dict[Path, Truth]:
    """Dark pictures with a bright "face", and one without."""
    folder.mkdir()
    found: dict[Path, Truth] = {}
    for number in range(4):
        picture = np.full((200, 160, 3), 20, np.uint8)
        left, top = 40 + 10 * number, 70
        truth: Truth = ()
        if number:
            picture[top : top + 40, left : left + 32] = 240
            truth = (TrueBox(0, left, top, left + 32, top + 40),)
        path = folder / f"{number}.png"
        Image.fromarray(picture).save(path)
        found[path] = truth
    return found


def spans(box: TrueBox) -> tuple[slice, slice]:
    return slice(round(box.top), round(box.bottom)), slice(round(box.left), round(box.right))


def test_boxes_are_where_faces_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MASKED", 0.0)
    monkeypatch.setattr(module, "SHADED", 0.0)
    scenes = face_scenes(people(tmp_path / "people"), tmp_path / "scenes", 12)
    sizes = []
    for subject in scenes:
        codes = np.asarray(Image.open(subject.path))
        assert codes.shape == (SIDE, SIDE, 3)
        bright = codes[..., 0] > 128
        for box in subject.truth:
            rows, columns = spans(box)
            assert bright[rows, columns].mean() > 0.7
            sizes.append(box.bottom - box.top)
            more = round(0.2 * sizes[-1]) + 2
            bright[max(rows.start - more, 0) : rows.stop + more, max(columns.start - more, 0) : columns.stop + more] = 0
        assert bright.mean() < 0.03, "what is bright and has no box is a corner of a face that is cut"
    assert len(sizes) > 20 and max(sizes) > 4 * min(sizes) and min(sizes) >= 6


def test_a_mask_hides_the_lower_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MASKED", 1.0)
    monkeypatch.setattr(module, "SHADED", 0.0)
    monkeypatch.setattr(module, "CLOTH", (module.DARK,))
    hidden = []
    for subject in face_scenes(people(tmp_path / "people"), tmp_path / "scenes", 8):
        bright = np.asarray(Image.open(subject.path))[..., 0] > 128
        for box in subject.truth:
            part = bright[spans(box)]
            rows = len(part) // 3
            hidden.append((part[:rows].mean(), part[-rows:].mean()))
    upper, lower = np.mean(hidden, axis=0)
    assert upper > 0.7 and lower < 0.35


def test_the_same_seed_gives_the_same_scenes(tmp_path: Path) -> None:
    faces = people(tmp_path / "people")
    first, again = (face_scenes(faces, tmp_path / name, 3) for name in ("a", "b"))
    other = face_scenes(faces, tmp_path / "c", 3, seed=2)
    assert [each.path.read_bytes() for each in first] == [each.path.read_bytes() for each in again]
    assert [each.truth for each in first] == [each.truth for each in again] != [each.truth for each in other]


def test_pictures_without_any_face_make_scenes_too(tmp_path: Path) -> None:
    nobody = dict.fromkeys(people(tmp_path / "people"), ())
    assert all(not each.truth for each in face_scenes(nobody, tmp_path / "scenes", 2))
