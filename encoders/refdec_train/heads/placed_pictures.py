"""Material of the heads that say where something is: `detect`, `segment` and `faces`.

In: data sets of boxes and masks, pictures that a teacher looks at.  Out: `Material`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from refdec_train.heads.boxes import BoxSet, Truth
from refdec_train.heads.detect import Detect
from refdec_train.heads.examples import POINTS
from refdec_train.heads.face_scenes import face_scenes
from refdec_train.heads.face_teacher import taught_faces
from refdec_train.heads.making import Material, Workshop
from refdec_train.heads.masks import MaskSet
from refdec_train.heads.segment import Segment
from refdec_train.heads.subjects import Coding, Subject

__all__ = ["FACE_SCENES", "boxes_material", "faces_material", "in_turn", "masks_material"]

T = TypeVar("T")
LOW, HIGH = POINTS[1], POINTS[4]
"""Pictures that are held back are coded at a low and at a high rate."""

SEGMENT_WIDTH = 64
FACES, FACE_WIDTH, FACE_SCENES = ("face",), 46, 3200
"""Channels of a head of faces, which is smaller than others of boxes; scenes that it is trained on."""


def in_turn(
    subjects: Sequence[Subject[T]], longest: Sequence[int] = (0,), codings: int = 1
) -> list[tuple[Subject[T], Coding]]:
    """Return pictures to train on with their codings: all rates in turn, mirrored or not, the longer side in turn one
    of `longest` (0: as it is).
    """
    return [
        (
            subject,
            Coding(POINTS[at % len(POINTS)], bool((number // len(POINTS) + turn) % 2), longest[at % len(longest)]),
        )
        for turn in range(codings)
        for number, subject in enumerate(subjects)
        for at in (number + turn,)
    ]


def _held(subjects: Sequence[Subject[T]]) -> list[tuple[Subject[T], Coding]]:
    return [(subject, Coding(point, False, 0)) for subject in subjects for point in (LOW, HIGH)]


def _parted(subjects: Sequence[Subject[T]]) -> tuple[list[Subject[T]], list[Subject[T]]]:
    return [each for each in subjects if not each.held], [each for each in subjects if each.held]


def boxes_material(boxes: BoxSet, *, longest: Sequence[int] = (0,), codings: int = 1) -> Material:
    """Return what a head of boxes is made of."""
    trained, held = _parted(boxes.subjects)
    return Material(Detect(boxes.labels), in_turn(trained, longest, codings), _held(held))


def masks_material(
    masks: MaskSet, *, longest: Sequence[int] = (0,), codings: int = 1, width: int = SEGMENT_WIDTH
) -> Material:
    """Return what a head of classes is made of; `width`: channels of its maps."""
    trained, held = _parted(masks.subjects)
    return Material(Segment(masks.labels, width), in_turn(trained, longest, codings), _held(held))


def faces_material(
    pictures: Sequence[Path],
    labelled: Sequence[Subject[Truth]],
    teacher: Path,
    shop: Workshop,
    *,
    scenes: int = FACE_SCENES,
    codings: int = 1,
) -> Material:
    """Return what a head of faces is made of: scenes of what a teacher finds in `pictures`; `labelled` are held back.

    Raises TeacherMissing, TeacherUnusable, PictureUnreadable.
    """
    found = taught_faces(teacher, pictures, shop.latents, show=shop.telling("teacher of faces"))
    trained = face_scenes(found, shop.work / "face-scenes", scenes)
    return Material(Detect(FACES, width=FACE_WIDTH), in_turn(trained, codings=codings), _held(labelled))
