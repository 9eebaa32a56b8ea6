"""Rotation and mirroring are the orientations of Exif, done to samples: both ways of saying it agree."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest
from PIL import features

from refdec.formats.orientation import turned
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.heiffile import Property
from refdec.heif.transforms import TRANSFORMS, orientation_of, transforms_of
from refdec.limits import Limits

SAMPLES = np.arange(6, dtype=np.uint8).reshape(2, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_properties_turn_samples_as_exif_does(orientation: int) -> None:
    properties = transforms_of(orientation)
    assert all(each.essential for each in properties)
    shown = SAMPLES
    for each in properties:
        if each.box.kind == "irot":
            shown = np.rot90(shown, each.box.values["angle"])
        else:
            shown = shown[:, ::-1] if each.box.values["axis"] else shown[::-1]
    assert np.array_equal(shown, turned(SAMPLES, orientation))
    assert orientation_of(properties) == orientation


def test_any_number_of_transforms_is_one_orientation() -> None:
    turn, mirror = FileBox("irot", {"angle": 1}), FileBox("imir", {"axis": 1})
    assert orientation_of([Property(turn)] * 4) == orientation_of([Property(mirror)] * 2) == 1
    assert orientation_of([Property(turn), Property(turn)]) == 3
    assert orientation_of([Property(mirror), Property(turn)]) == 5 != orientation_of([Property(turn), Property(mirror)])


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF to compare with")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_another_writer_says_it_by_the_same_boxes(orientation: int) -> None:
    exif, target = PIL.Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    PIL.Image.new("RGB", (64, 48)).save(target, "AVIF", exif=exif)
    found = [
        box for top in read_boxes(target.getvalue(), limits=Limits()) for _, box in top.walk() if box.kind in TRANSFORMS
    ]
    assert [(box.kind, dict(box.values) | {"reserved": 0}) for box in found] == [
        (each.box.kind, dict(each.box.values) | {"reserved": 0}) for each in transforms_of(orientation)
    ]
