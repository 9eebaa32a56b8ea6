"""Rotation and mirroring are the orientations of Exif, done to samples: both ways of saying it agree."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import features

from refdec.formats.orientation import turned
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.errors import ApertureWrong
from refdec.heif.heiffile import Property
from refdec.heif.transforms import TRANSFORMS, orientation_of, shown_part, transforms_of
from refdec.limits import Limits
from refdec.tiling.geometry import Rect
from tests.unit.heif.support import clap, setting, transformed

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


LEFT = Property(FileBox("irot", {"angle": 1}))
STEPS = st.lists(st.sampled_from(["clap", *(f"irot{angle}" for angle in range(4)), "imir0", "imir1"]), max_size=6)


@given(STEPS, st.integers(1, 9), st.integers(1, 9), st.data())
def test_any_order_of_transforms_is_one_part_and_one_orientation(
    steps: list[str], height: int, width: int, data: st.DataObject
) -> None:
    """Each is carried out on samples here, one after the other, as the standard has it."""
    stored = np.arange(height * width, dtype=np.uint8).reshape(height, width)
    shown, properties = stored, []
    for step in steps:
        rows, columns = shown.shape
        if step == "clap":
            x, y = data.draw(st.integers(0, columns - 1)), data.draw(st.integers(0, rows - 1))
            part = Rect(x, y, data.draw(st.integers(1, columns - x)), data.draw(st.integers(1, rows - y)))
            properties.append(clap(columns, rows, part))
            shown = shown[part.rows, part.columns]
        elif step.startswith("irot"):
            properties.append(Property(FileBox("irot", {"angle": int(step[-1])})))
            shown = np.rot90(shown, int(step[-1]))
        else:
            properties.append(Property(FileBox("imir", {"axis": int(step[-1])})))
            shown = shown[:, ::-1] if step[-1] == "1" else shown[::-1]
    orientation, rect = shown_part(properties, width, height)
    assert np.array_equal(turned(stored[rect.rows, rect.columns], orientation), shown)
    assert orientation == orientation_of(properties)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"cleanApertureWidthD": 0}, "a quotient by zero (cleanApertureWidthD)"),
        ({"vertOffD": 0}, "a quotient by zero (vertOffD)"),
        ({"cleanApertureWidthN": 3}, "a width of 3 from sample 1/2 on, not whole ones"),
        ({"cleanApertureHeightD": 3}, "a height of 4/3 from sample"),
        ({"horizOffN": 3}, "a width of 4 from sample 2 on, of 5"),
        ({"horizOffN": (1 << 32) - 3}, "a width of 4 from sample -1 on, of 5"),
        ({"cleanApertureWidthN": 0}, "a width of 0 from sample 2 on, of 5"),
    ],
)
def test_apertures_that_are_not_there_are_refused(values: dict[str, int], words: str) -> None:
    box = clap(5, 6, Rect(0, 1, 4, 4)).box
    with pytest.raises(ApertureWrong) as caught:
        shown_part([Property(setting(**values)(box))], 5, 6)
    assert words in caught.value.explain()


@pytest.mark.parametrize(
    "properties",
    [
        (clap(128, 96, Rect(10, 6, 50, 40)),),
        (clap(128, 96, Rect(10, 7, 51, 41)), LEFT),
        (LEFT, clap(96, 128, Rect(3, 20, 60, 70)), Property(FileBox("imir", {"axis": 1}))),
        (Property(FileBox("imir", {"axis": 0})), LEFT, LEFT, LEFT, clap(96, 128, Rect(2, 4, 60, 70))),
    ],
)
def test_libheif_shows_the_same_part(properties: tuple[Property, ...]) -> None:
    """The properties of a HEIC file, whose samples libheif decodes, crops and turns."""
    pillow_heif = pytest.importorskip("pillow_heif", reason="libheif is not installed, which would be compared with")
    blocks = np.random.default_rng(1).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    samples, target = np.kron(blocks, np.ones((16, 16, 1), np.uint8)), io.BytesIO()
    image = pillow_heif.from_bytes("RGB", (128, 96), samples.tobytes())
    image.save(target, quality=-1, chroma=444, matrix_coefficients=0)
    plain = np.asarray(pillow_heif.open_heif(target.getvalue()))
    shown = np.asarray(pillow_heif.open_heif(transformed(*properties, data=target.getvalue())))
    orientation, part = shown_part(properties, 128, 96)
    wanted = np.stack([turned(plane[part.rows, part.columns], orientation) for plane in np.moveaxis(plain, 2, 0)], -1)
    assert np.array_equal(shown, wanted)
