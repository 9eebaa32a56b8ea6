"""Pictures in which people drew faces: what a head of faces is measured on, beside its teacher.

In: a folder of pictures with VOC XML files.  Out: subjects whose boxes are faces, whatever their labels said, of
pictures in the shape that the files name (a copy may be squashed); and what the teacher finds of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from refdec.heads.head import Fact
from refdec_train.errors import BoxesUnreadable
from refdec_train.heads.boxes import TrueBox, Truth, read_voc
from refdec_train.heads.examples import read_rgb
from refdec_train.heads.face_teacher import SURE, FaceTeacher
from refdec_train.heads.precision import Detection, average_precision
from refdec_train.heads.subjects import Subject, longer_side

__all__ = ["LONGEST", "labelled_faces", "teacher_facts"]

LONGEST = 448
"""The longer side of the pictures that are measured on."""


def _shape(file: Path) -> tuple[int, int]:
    """Return rows and columns of the picture that a VOC file speaks of.  Raises BoxesUnreadable."""
    try:
        said = ElementTree.parse(file).getroot()
        rows, columns = (int(said.findtext(f"size/{name}", "0")) for name in ("height", "width"))
    except (ElementTree.ParseError, ValueError, OSError) as problem:
        raise BoxesUnreadable(file, str(problem)) from problem
    if rows < 1 or columns < 1:
        raise BoxesUnreadable(file, "it names no size of the picture")
    return rows, columns


def labelled_faces(folder: Path, into: Path, every: int = 1) -> list[Subject[Truth]]:
    """Return the labelled pictures of a folder, or one of `every`, written anew into another, LONGEST samples long.

    Raises BoxesUnreadable, PictureUnreadable.
    """
    into.mkdir(parents=True, exist_ok=True)
    files = {file.stem: file for file in folder.rglob("*.xml")}
    found = []
    for subject in read_voc(folder).subjects[::every]:
        picture = read_rgb(subject.path)
        rows, columns = longer_side(_shape(files[subject.path.stem]), LONGEST)
        down, across = rows / picture.shape[0], columns / picture.shape[1]
        path = into / f"{subject.path.stem}.png"
        Image.fromarray(picture).resize((columns, rows), Image.Resampling.BICUBIC).save(path, compress_level=1)
        faces = (
            TrueBox(0, box.left * across, box.top * down, box.right * across, box.bottom * down)
            for box in subject.truth
        )
        found.append(Subject(path, tuple(faces), True))
    return found


def teacher_facts(teacher: Path, subjects: Sequence[Subject[Truth]]) -> dict[str, Fact]:
    """Return how well a teacher does on labelled pictures, which it sees as they were before they were coded.

    Raises TeacherMissing, TeacherUnusable, PictureUnreadable.
    """
    ask, seen = FaceTeacher(teacher), []
    for subject in subjects:
        found = ask(read_rgb(subject.path))
        truth = np.array(subject.truth, np.float64).reshape(-1, 5)
        seen.append(Detection(np.column_stack([np.zeros(len(found)), found]), truth))
    sure = average_precision([each.at_least(SURE) for each in seen], 0)
    return {
        "AP50 of the teacher": round(average_precision(seen, 0).precision, 4),
        f"found by the teacher with a score of {SURE} or more": round(sure.recall, 4),
    }
