"""What keeps a metric from being computed, one class a reason."""

from __future__ import annotations

from refdec.errors import UsageError

__all__ = ["CurveTooShort", "CurveUnusable", "CurvesApart", "NotRgb", "PictureTooSmall", "ShapesDiffer"]

Shape = tuple[int, ...]
SSIM_WINDOW = 11


class ShapesDiffer(UsageError):
    """Two pictures that should be compared have different shapes."""

    code, clause = "RD1201", ""

    def __init__(self, first: Shape, second: Shape) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second

    def explain(self) -> str:
        return f"A picture of the shape {self.first} cannot be compared with one of {self.second}."


class NotRgb(UsageError):
    """A metric on luma needs R, G, B codes."""

    code, clause = "RD1202", "5.14.1"

    def __init__(self, shape: Shape, dtype: str) -> None:
        super().__init__(shape, dtype)
        self.shape, self.dtype = shape, dtype

    def explain(self) -> str:
        found = f"{self.dtype} of the shape {self.shape}"
        return f"Luma is computed from integer R, G, B codes [rows, columns, 3]; got {found}."


class PictureTooSmall(UsageError):
    """A metric needs whole windows: SSIM one of 11 x 11, MS-SSIM one after the picture was halved four times."""

    code, clause = "RD1203", ""

    def __init__(self, height: int, width: int, least: int) -> None:
        super().__init__(height, width, least)
        self.height, self.width, self.least = height, width, least

    def explain(self) -> str:
        return (
            f"{'MS-SSIM with five scales' if self.least > SSIM_WINDOW else 'SSIM'} needs at least {self.least} rows "
            f"and columns; the picture has {self.height} x {self.width}."
        )


class CurveTooShort(UsageError):
    """A rate-distortion curve has too few points."""

    code, clause = "RD1204", ""

    def __init__(self, name: str, points: int) -> None:
        super().__init__(name, points)
        self.name, self.points = name, points

    def explain(self) -> str:
        return (
            f"The {self.name} curve has {self.points} point(s); two or more, with a quality for each rate, are needed."
        )


class CurveUnusable(UsageError):
    """A curve does not have one rate for each quality, or has a rate or quality that is no number."""

    code, clause = "RD1205", ""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return f"The {self.name} curve cannot be interpolated: {self.reason}."


class CurvesApart(UsageError):
    """Two curves have no common range, so no average over it exists."""

    code, clause = "RD1206", ""

    def __init__(self, first: tuple[float, float], second: tuple[float, float]) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second

    def explain(self) -> str:
        spans = [f"{low:.4g} to {high:.4g}" for low, high in (self.first, self.second)]
        return f"The curves have no common range of quality: {spans[0]} against {spans[1]}."
