"""What can keep a benchmark from being run or shown."""

from __future__ import annotations

from refdec.errors import InputError, UsageError

__all__ = [
    "BenchmarkFileInvalid",
    "CodecMissing",
    "LossFound",
    "NoPictures",
    "NotEightBits",
    "NothingMeasured",
    "PicturesAlike",
    "PlotFormatUnknown",
    "PlotUnavailable",
    "SessionInvalid",
    "SessionsApart",
    "SetUnclear",
    "SheetTooLarge",
    "UnknownCodec",
]


class NoPictures(UsageError):
    """There is no picture to measure with."""

    code, clause = "RD1401", ""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(paths)
        self.paths = paths

    def explain(self) -> str:
        return f"There is no picture in {', '.join(self.paths)}.\nGive files or folders:  refdec bench rd FOLDER"


class NothingMeasured(UsageError):
    """There would be no figures: no picture can be measured, or no table comes of what is measured.

    What was there of files and tables stays as it is.
    """

    code, clause = "RD1443", ""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return f"Nothing is measured, and nothing is written: {self.reason.removesuffix('.')}."


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


class PlotFormatUnknown(UsageError):
    """A plot is wanted in a file whose name says no format of plots."""

    code, clause = "RD1442", ""

    def __init__(self, path: str, known: tuple[str, ...]) -> None:
        super().__init__(path, known)
        self.path, self.known = path, known

    def explain(self) -> str:
        return f"A plot is not written to {self.path}.\nName a file that ends in {' or '.join(self.known)}."


class BenchmarkFileInvalid(InputError):
    """A file of results is to be continued that is none."""

    code, clause = "RD1405", ""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def explain(self) -> str:
        return f"{self.path} holds no rate-distortion points ({self.reason}).\nLeave --resume out to start anew."


class MeasuredOtherwise(InputError):
    """A file of results is to be continued in which a codec was measured in another way."""

    code, clause = "RD1429", ""

    def __init__(self, path: str, codec: str, before: str, now: str) -> None:
        super().__init__(path, codec, before, now)
        self.path, self.codec, self.before, self.now = path, codec, before, now

    def explain(self) -> str:
        return (
            f"{self.path} holds points of {self.codec} that are of {self.before}, and what is asked for is {self.now}: "
            "means of both would say nothing.\n"
            f"Measure it anew with --again {self.codec}, or write to another file."
        )


class NotEightBits(InputError):
    """A picture to measure with is not gray or RGB of 8 bits, which is what the other codecs take."""

    code, clause = "RD1420", ""

    def __init__(self, path: str, found: str) -> None:
        super().__init__(path, found)
        self.path, self.found = path, found

    def explain(self) -> str:
        return (
            f"{self.path} holds {self.found}; codecs are compared on gray or RGB pictures of 8 bits.\n"
            "Make one of it with the program of your choice, so that every codec gets the same."
        )


class SessionInvalid(InputError):
    """A file of scores is none."""

    code, clause = "RD1421", ""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def explain(self) -> str:
        return (
            f"{self.path} holds no scores of a blind session ({self.reason}).\n"
            "Give files that the page of  refdec bench look PICTURE.png  has saved."
        )


class SessionsApart(UsageError):
    """Sessions on different pages are to be merged: their pictures are not the same."""

    code, clause = "RD1422", ""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second

    def explain(self) -> str:
        return (
            f"{self.first} and {self.second} are sessions on different pages: what was scored is not the same.\n"
            f"Ask for each alone:  refdec bench look-scores {self.first}"
        )


class SheetTooLarge(UsageError):
    """A sheet of pictures beside each other would have more pixels than anything shows."""

    code, clause = "RD1424", ""

    def __init__(self, pixels: int, most: int) -> None:
        super().__init__(pixels, most)
        self.pixels, self.most = pixels, most

    def explain(self) -> str:
        return (
            f"The sheet would have {self.pixels:,} pixels, {self.most:,} are the most.\n"
            "Show a part (--part X,Y,W,H), enlarge it less, or give fewer pictures, codecs or rates."
        )


class PicturesAlike(UsageError):
    """Two pictures to measure with have the same name, under which results are kept: they would count as one."""

    code, clause = "RD1428", ""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second

    def explain(self) -> str:
        return (
            f"{self.first} and {self.second} have the same name, and results are kept by name.\n"
            "Rename one; or, for bench rd, make two kinds of them:  --set one=FOLDER --set other=FOLDER"
        )


class LossFound(InputError):
    """A file that should hold a picture without loss decodes to another one."""

    code, clause = "RD1441", ""

    def __init__(self, codec: str, picture: str) -> None:
        super().__init__(codec, picture)
        self.codec, self.picture = codec, picture

    def explain(self) -> str:
        return f"{self.codec} does not give {self.picture} back: its bytes would not be those of a lossless file."


class SetUnclear(UsageError):
    """A set of pictures has no name, or no place."""

    code, clause = "RD1423", ""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def explain(self) -> str:
        return (
            f"{self.text!r} does not say which pictures belong to which kind.\n"
            "Give a name and a folder, a file or a pattern:  refdec bench rd --set text=scans --set 'web=shots/*.png'"
        )
