"""What can keep a benchmark from being run or shown."""

from __future__ import annotations

from refdec.errors import InputError, UsageError

__all__ = ["BenchmarkFileInvalid", "CodecMissing", "NoPictures", "PlotUnavailable", "UnknownCodec"]


class NoPictures(UsageError):
    """There is no picture to measure with."""

    code, clause = "RD1401", ""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(paths)
        self.paths = paths

    def explain(self) -> str:
        return f"There is no PNG picture in {', '.join(self.paths)}.\nGive files or folders:  refdec bench rd FOLDER"


class UnknownCodec(UsageError):
    """A codec is to be measured, or compared with, that is none of this benchmark."""

    code, clause = "RD1402", ""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def explain(self) -> str:
        return f"There is no codec {self.name!r} here; there are: {', '.join(self.known)}."


class CodecMissing(UsageError):
    """Pillow was built without a codec."""

    code, clause = "RD1403", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return f"This Pillow has no {self.name}.\nLeave it out with --codecs, or install a Pillow that has it."


class PlotUnavailable(UsageError):
    """A plot is wanted, and matplotlib is not installed."""

    code, clause = "RD1404", ""

    def explain(self) -> str:
        return "A plot needs matplotlib, which is not installed.\nGet it:  pip install 'refdec[plot]'"


class BenchmarkFileInvalid(InputError):
    """A file of results is to be continued that is none."""

    code, clause = "RD1405", ""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def explain(self) -> str:
        return f"{self.path} holds no rate-distortion points ({self.reason}).\nLeave --resume out to start anew."
