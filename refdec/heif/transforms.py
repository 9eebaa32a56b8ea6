"""Cropping, rotation and mirroring of HEIF files (ISO/IEC 23008-12, 6.5.9, 6.5.10, 6.5.12), and Exif's orientations.

In: an orientation 1..8.  Out: properties irot and imir, in the order in which they are carried out.  And back: the
properties of an item, clap too, in the order in which the item lists them, become one orientation and one rectangle of
the stored samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from refdec.heif.boxes import FileBox
from refdec.heif.errors import ApertureWrong
from refdec.heif.heiffile import Property
from refdec.tiling.geometry import Rect

__all__ = ["APERTURE", "TRANSFORMS", "crops", "orientation_of", "shown_part", "transforms_of"]

TRANSFORMS = ("irot", "imir")
APERTURE = "clap"
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
Step = tuple[int, int]
"""Columns and rows of the stored samples."""
SIGN = 1 << 31


def transforms_of(orientation: int) -> tuple[Property, ...]:
    """Return the properties that turn a picture stored in an orientation upright."""
    angle, axis = ANGLE_AND_AXIS[orientation]
    turn = () if angle is None else (Property(FileBox("irot", {"angle": angle}), essential=True),)
    mirror = () if axis is None else (Property(FileBox("imir", {"axis": axis}), essential=True),)
    return turn + mirror


def orientation_of(properties: Iterable[Property]) -> int:
    """Return the orientation that the transforms of an item amount to, however many there are."""
    shown = _ShownSamples((0, 0), (1, 0), (0, 1), 1, 1)
    for each in properties:
        if each.box.kind in TRANSFORMS:
            shown = shown.after(each.box)
    return shown.orientation


def crops(properties: Iterable[Property]) -> bool:
    """Tell whether an item is cropped by its properties."""
    return any(each.box.kind == APERTURE for each in properties)


def shown_part(properties: Iterable[Property], width: int, height: int) -> tuple[int, Rect]:
    """Return the orientation that the transforms of an item amount to, and which of its stored samples they show.

    Each is carried out on what the ones before it have left, as they are listed.  Raises ApertureWrong.
    """
    shown = _ShownSamples((0, 0), (1, 0), (0, 1), width, height)
    for each in properties:
        if each.box.kind == APERTURE:
            shown = shown.within(_aperture(each.box, shown.width, shown.height))
        elif each.box.kind in TRANSFORMS:
            shown = shown.after(each.box)
    return shown.orientation, shown.stored


def _aperture(box: FileBox, width: int, height: int) -> Rect:
    """Return what a clean aperture leaves of a picture, whose samples it must not divide (MIAF asks for that)."""
    x, columns = _side(box, "Width", "horiz", width)
    y, rows = _side(box, "Height", "vert", height)
    return Rect(x, y, columns, rows)


def _side(box: FileBox, side: str, way: str, length: int) -> tuple[int, int]:
    """Return first sample and number of samples along one side: the middle is moved by the offset, which has a sign."""
    values = box.values
    names = f"cleanAperture{side}N", f"cleanAperture{side}D", f"{way}OffN", f"{way}OffD"
    count, parts, offset, offset_parts = (values[name] for name in names)
    if not parts or not offset_parts:
        raise ApertureWrong(APERTURE, f"a quotient by zero ({names[1] if not parts else names[3]})", at=box.place)
    moved = offset - 2 * SIGN if offset >= SIGN else offset
    wanted = Fraction(count, parts)
    first = Fraction(2 * parts * moved + offset_parts * (length * parts - count), 2 * parts * offset_parts)
    words = f"a {side.lower()} of {wanted} from sample {first} on"
    if wanted.denominator != 1 or first.denominator != 1:
        raise ApertureWrong(APERTURE, f"{words}, not whole ones", at=box.place)
    if wanted < 1 or first < 0 or first + wanted > length:
        raise ApertureWrong(APERTURE, f"{words}, of {length}", at=box.place)
    return first.numerator, wanted.numerator


@dataclass(frozen=True, slots=True)
class _ShownSamples:
    """What is shown of stored samples: where its first one is stored, and how far the next one to the right and the
    next one below are from it; `width` and `height` as it is shown.
    """

    first: Step
    right: Step
    down: Step
    width: int
    height: int

    def at(self, x: int, y: int) -> Step:
        """Return where a sample of it is stored."""
        return (
            self.first[0] + x * self.right[0] + y * self.down[0],
            self.first[1] + x * self.right[1] + y * self.down[1],
        )

    def within(self, part: Rect) -> _ShownSamples:
        """Return what is shown of a part of it."""
        return replace(self, first=self.at(part.x, part.y), width=part.w, height=part.h)

    def after(self, box: FileBox) -> _ShownSamples:
        """Return what is shown after a rotation or mirroring."""
        if box.kind == "imir":
            if box.values["axis"]:
                return replace(self, first=self.at(self.width - 1, 0), right=_back(self.right))
            return replace(self, first=self.at(0, self.height - 1), down=_back(self.down))
        made = self
        for _ in range(box.values["angle"]):  # to the left: what was on the right comes to the top
            first = made.at(made.width - 1, 0)
            made = _ShownSamples(first, made.down, _back(made.right), made.height, made.width)
        return made

    @property
    def orientation(self) -> int:
        """The orientation of Exif in which the samples are stored."""
        return next(number for number, steps in _steps().items() if steps == (self.right, self.down))

    @property
    def stored(self) -> Rect:
        """The rectangle of the stored samples that is shown."""
        (x, y), (u, v) = self.first, self.at(self.width - 1, self.height - 1)
        return Rect.between(min(x, u), min(y, v), max(x, u) + 1, max(y, v) + 1)


def _steps() -> Mapping[int, tuple[Step, Step]]:
    """Return the steps to the right and down of what is shown, for each orientation."""
    found = {}
    for number in ANGLE_AND_AXIS:
        shown = _ShownSamples((0, 0), (1, 0), (0, 1), 1, 1)
        for each in transforms_of(number):
            shown = shown.after(each.box)
        found[number] = (shown.right, shown.down)
    return found


def _back(step: Step) -> Step:
    return -step[0], -step[1]
