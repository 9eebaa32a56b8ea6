"""Results of tasks that say where in a picture something is: rectangles, and maps of amounts or classes.

In: plain values from a task, checked when the result is made.  Out: the renderings of every result, of which `picture`
lies over the decoded one, square by square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.shown import ShortRepr
from refdec.plugins import drawing
from refdec.plugins.drawing import RgbArray
from refdec.plugins.result import TaskResult, frozen, plain, require

__all__ = ["Box", "Boxes", "Mask"]

SHADES = " .:-=+*#%@"
TEXT_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in luma samples of the shown picture: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int
    label: str = ""
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Boxes(TaskResult):
    """Rectangles in a picture of `size` (rows, columns) luma samples."""

    kind: ClassVar[str] = "boxes"
    boxes: tuple[Box, ...]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        require(min(self.size) > 0, self.kind, f"the picture has the size {self.size}")
        checked = []
        for box in self.boxes:
            x, y, width, height = (int(n) for n in (box.x, box.y, box.width, box.height))
            require(min(width, height) > 0, self.kind, f"a box is {width} wide and {height} high")
            checked.append(Box(x, y, width, height, str(box.label), float(plain(self.kind, "a score", box.score))))
        object.__setattr__(self, "boxes", tuple(checked))

    def text(self) -> str:
        """Return a line per box: left, top, width, height, score, label."""
        rows = [f"{b.x},{b.y} {b.width}x{b.height}  {b.score:.4f}  {b.label}".rstrip() for b in self.boxes]
        return "\n".join(rows) or "(no boxes)"

    def json(self) -> dict[str, Any]:
        """Return {"size": [rows, columns], "boxes": [{"x", "y", "width", "height", "label", "score"} ...]}."""
        names = ("x", "y", "width", "height", "label", "score")
        rows = [{name: getattr(box, name) for name in names} for box in self.boxes]
        return {"kind": self.kind, "size": list(self.size), "boxes": rows}

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return frames over the picture, or on black."""
        canvas = np.zeros((*self.size, 3), np.uint8) if over is None else over.copy()
        colours = dict(self._colours())
        for box in self.boxes:
            drawing.framed(canvas, box.x, box.y, box.width, box.height, colours[box.label])
        return canvas

    def legend(self) -> RgbArray | None:
        """Return the colour of each label."""
        return drawing.colour_names(self._colours()) if self.boxes else None

    def _colours(self) -> list[tuple[str, tuple[int, int, int]]]:
        labels = sorted({box.label for box in self.boxes})
        return list(zip(labels, _class_colours(len(labels) + 1)[1:], strict=True))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mask(TaskResult, ShortRepr):
    """A map over the picture: a value per square of `cell` x `cell` luma samples (16: per latent position).

    `values` [rows, columns]: amounts >= 0 in `unit`, or with `names` class numbers, of which 0 is the background.
    """

    kind: ClassVar[str] = "mask"
    values: npt.NDArray[Any]
    cell: int = 16
    unit: str = ""
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = self.values
        good = isinstance(values, np.ndarray) and values.ndim == 2 and values.size > 0 and values.dtype.kind in "biuf"
        require(good, self.kind, "its values are no array of numbers [rows, columns]")
        require(bool(np.isfinite(values).all()) and values.min() >= 0, self.kind, "a value is below 0 or no number")
        require(self.cell >= 1, self.kind, f"its cell is {self.cell}")
        if self.names:
            whole = values.dtype.kind in "biu" and int(values.max()) < len(self.names)
            require(whole, self.kind, f"a class number is not 0..{len(self.names) - 1}")
        object.__setattr__(self, "values", frozen(values))

    def text(self) -> str:
        """Return shares of classes, or range and mean and the map in characters."""
        if self.names:
            count = np.bincount(self.values.ravel().astype(np.int64), minlength=len(self.names))
            shares = [f"{100 * n / self.values.size:6.2f} %  {name}" for n, name in zip(count, self.names, strict=True)]
            return "\n".join(shares)
        low, mean, high = float(self.values.min()), float(self.values.mean()), float(self.values.max())
        head = f"min {low:.6g}, mean {mean:.6g}, max {high:.6g} {self.unit}".rstrip()
        return "\n".join([head, *self._characters(high)])

    def _characters(self, high: float) -> list[str]:
        step = -(-self.values.shape[1] // TEXT_COLUMNS)
        small = self.values[:: 2 * step, ::step].astype(np.float64)
        shade = np.minimum(small / high * len(SHADES), len(SHADES) - 1).astype(int) if high > 0 else small.astype(int)
        return ["".join(SHADES[k] for k in row) for row in shade]

    def json(self) -> dict[str, Any]:
        """Return {"cell", "unit", "names", "values": rows of numbers}."""
        facts = {"cell": self.cell, "unit": self.unit, "names": list(self.names)}
        return {"kind": self.kind, **facts, "values": self.values.tolist()}

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the map in colours at the picture's scale, half transparent over a picture."""
        colours = drawing.class_colours(self.values) if self.names else drawing.heat_colours(self.values)
        return drawing.blended(drawing.enlarged(colours, self.cell), over)

    def legend(self) -> RgbArray | None:
        """Return the colours of the classes that occur, or the scale from 0 to the largest value."""
        if not self.names:
            unit = f"{self.unit} in a square of {self.cell} x {self.cell} samples".lstrip()
            return drawing.colour_bar(float(self.values.max()), unit)
        colours = _class_colours(len(self.names))
        return drawing.colour_names([(self.names[k], colours[k]) for k in np.unique(self.values).astype(int).tolist()])


def _class_colours(count: int) -> list[tuple[int, int, int]]:
    """Return the colours of the classes 0 to count - 1."""
    return [(red, green, blue) for red, green, blue in drawing.class_colours(np.arange(count)).tolist()]
