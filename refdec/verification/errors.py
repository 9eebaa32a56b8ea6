"""What can be wrong with a request to verify, one class each."""

from __future__ import annotations

from refdec.errors import InputError, UsageError

__all__ = ["ExpectationMissing", "OneExpectationForMany", "ToleranceInvalid"]


class ExpectationMissing(InputError):
    """There is nothing in a folder of expectations that belongs to an input."""

    code, clause = "RD1620", ""

    def __init__(self, stem: str, folder: str) -> None:
        super().__init__(stem, folder)
        self.stem, self.folder = stem, folder

    def explain(self) -> str:
        return f"There is no {self.stem}.png, .ppm, .pgm, .yuv, .npy or .json in {self.folder}."


class OneExpectationForMany(UsageError):
    """One expected picture cannot be right for several inputs."""

    code, clause = "RD1621", ""

    def __init__(self, option: str) -> None:
        super().__init__(option)
        self.option = option

    def explain(self) -> str:
        return f"With several inputs, {self.option} must be a folder: each input finds its file there by its name."


class ToleranceInvalid(UsageError):
    """A tolerance or a share is out of its range."""

    code, clause = "RD1622", ""

    def __init__(self, tolerance: int, fraction: float) -> None:
        super().__init__(tolerance, fraction)
        self.tolerance, self.fraction = tolerance, fraction

    def explain(self) -> str:
        return f"The tolerance must be 0 or more, the share in 0..1; they are {self.tolerance} and {self.fraction:g}."
