"""Rotation and mirroring of HEIF files (ISO/IEC 23008-12, 6.5.10 and 6.5.12), and the orientations of Exif.

In: an orientation 1..8.  Out: properties irot and imir, in the order in which they are carried out; and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refdec.heif.boxes import FileBox
from refdec.heif.heiffile import Property

__all__ = ["TRANSFORMS", "orientation_of", "transforms_of"]

TRANSFORMS = ("irot", "imir")
ANGLE_AND_AXIS: Mapping[int, tuple[int | None, int | None]] = {
    1: (None, None),
    2: (None, 1),
    3: (2, None),
    4: (None, 0),
    5: (1, 0),
    6: (3, None),
    7: (3, 0),
    8: (1, None),
}
"""Quarter turns to the left, and then what is exchanged (0 top and bottom, 1 left and right), for each orientation."""
Corners = tuple[int, int, int, int]
UNTURNED: Corners = (0, 1, 2, 3)
"""The corners of a picture: top left, top right, bottom left, bottom right."""


def transforms_of(orientation: int) -> tuple[Property, ...]:
    """Return the properties that turn a picture stored in an orientation upright."""
    angle, axis = ANGLE_AND_AXIS[orientation]
    turn = () if angle is None else (Property(FileBox("irot", {"angle": angle}), essential=True),)
    mirror = () if axis is None else (Property(FileBox("imir", {"axis": axis}), essential=True),)
    return turn + mirror


def orientation_of(properties: Iterable[Property]) -> int:
    """Return the orientation that the transforms of an item amount to, however many there are."""
    corners = UNTURNED
    for each in properties:
        values = each.box.values
        if each.box.kind == "irot":
            corners = _turned(corners, values["angle"])
        elif each.box.kind == "imir":
            corners = _mirrored(corners, values["axis"])
    return next(number for number, (angle, axis) in ANGLE_AND_AXIS.items() if _carried_out(angle, axis) == corners)


def _carried_out(angle: int | None, axis: int | None) -> Corners:
    turned = _turned(UNTURNED, angle or 0)
    return turned if axis is None else _mirrored(turned, axis)


def _turned(corners: Corners, quarters: int) -> Corners:
    """Return the corners after quarter turns to the left."""
    for _ in range(quarters):
        corners = corners[1], corners[3], corners[0], corners[2]
    return corners


def _mirrored(corners: Corners, axis: int) -> Corners:
    first, second, third, fourth = corners
    return (second, first, fourth, third) if axis else (third, fourth, first, second)
