"""What can be wrong with a file that is read or written, one class each."""

from __future__ import annotations

from errno import ENOTDIR
from pathlib import Path
from typing import ClassVar

from refdec.errors import ExitCode, FileError, InputError, LimitExceeded
from refdec.limits import MIB, TooMuchMemoryToEncode

__all__ = [
    "AlphaNotSupported",
    "FileTooLong",
    "FileUnreadable",
    "FileUnwritable",
    "FormatCannotHold",
    "NoFloats",
    "NoSuchPicture",
    "NotAFolder",
    "PictureDamaged",
    "PictureNeedsMemory",
    "PictureTooLarge",
    "PictureUnrecognised",
    "PictureUnsupported",
    "RowsDoNotFit",
    "SeveralPictures",
    "SuffixUnknown",
    "YuvLayoutUnknown",
    "YuvSizeMismatch",
]


class FileUnreadable(FileError):
    """A file cannot be opened or read; `file_errors` has a kind for each OSError."""

    code, clause = "RD0701", ""

    def explain(self) -> str:
        return f"{self.name} cannot be read: {self.reason}."


class FileUnwritable(FileError):
    """A file cannot be created or written; nothing is left of it.  `file_errors` has a kind for each OSError."""

    code, clause = "RD0702", ""

    def explain(self) -> str:
        return f"{self.name} cannot be written: {self.reason}.\nNo partial file is left behind."


class SuffixUnknown(InputError):
    """The suffix of a file name names no format that is known here."""

    code, clause = "RD0703", "5.11"

    def __init__(self, suffix: str, known: tuple[str, ...]) -> None:
        super().__init__(suffix, known)
        self.suffix, self.known = suffix, known

    def explain(self) -> str:
        known = f"known are {' '.join(self.known)}"
        if self.suffix:
            return f"The suffix {self.suffix!r} names no picture format; {known}."
        return f"A format cannot be told from a name without a suffix; {known}.\nName it for a pipe: --format png"


class PictureUnrecognised(SuffixUnknown):
    """A file is of no picture format that is read here, neither by its first bytes nor by its name."""

    code, clause = "RD0714", "5.11"

    def __init__(self, suffix: str, known: tuple[str, ...], *, empty: bool = False) -> None:
        super().__init__(suffix, known)
        self.empty = empty

    def explain(self) -> str:
        known = f"known are {' '.join(self.known)}"
        if self.empty:
            return f"There is no picture: the data are empty; {known}."
        if self.suffix:
            return (
                f"Pictures of the kind {self.suffix!r} are not read here; {known}.\n"
                "What Pillow opens can be encoded in Python: refdec.encode(PIL.Image.open(NAME))"
            )
        return (
            f"The data begin like no picture that is read here; {known}.\n"
            'Raw YUV is told by options: --format yuv --size WxH, in Python format="yuv", size=(W, H).'
        )


class FormatCannotHold(InputError):
    """A format has no way to store this kind of picture."""

    code, clause = "RD0704", "5.11"

    def __init__(self, format_name: str, what: str, remedy: str) -> None:
        super().__init__(format_name, what, remedy)
        self.format_name, self.what, self.remedy = format_name, what, remedy

    def explain(self) -> str:
        return f"{self.format_name} cannot hold {self.what}.\n{self.remedy}"


class RowsDoNotFit(InputError):
    """Rows handed to a writer do not fit the picture that was announced."""

    code, clause = "RD0705", ""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def explain(self) -> str:
        return f"The rows do not fit the picture: {self.what}."


class PictureDamaged(InputError):
    """A picture file contradicts its own format."""

    code, clause = "RD0706", ""

    def __init__(self, format_name: str, what: str) -> None:
        super().__init__(format_name, what)
        self.format_name, self.what = format_name, what

    def explain(self) -> str:
        return (
            f"This is no sound {self.format_name} file: {self.what}.\n"
            "Was it cut or changed on its way?  Take another copy, or save it anew with the program that made it."
        )


class PictureUnsupported(InputError):
    """A picture file is sound, but of a variant that is not read."""

    code, clause = "RD0707", "5.11"

    def __init__(self, format_name: str, what: str, remedy: str = "") -> None:
        super().__init__(format_name, what, remedy)
        self.format_name, self.what, self.remedy = format_name, what, remedy

    def explain(self) -> str:
        return f"{self.format_name} with {self.what} is not read here.\n{self.remedy}".rstrip()


class PictureTooLarge(LimitExceeded, InputError):
    """A picture file announces more samples than the limit allows."""

    code, clause = "RD0708", "1.8 (7)"
    exit_code: ClassVar[int] = ExitCode.UNSUPPORTED  # as of every limit

    def __init__(self, width: int, height: int, limit: int) -> None:
        super().__init__(width, height, limit)
        self.width, self.height, self.limit = width, height, limit

    def explain(self) -> str:
        return (
            f"The picture is {self.width} x {self.height}, the limit is {self.limit} pixels.\n"
            "If you trust the file, raise the limit: --limit-pixels\nIn Python: Limits(pixels=...)"
        )


class PictureNeedsMemory(TooMuchMemoryToEncode, InputError):
    """The samples that a picture file announces take more memory than the limit allows."""

    code, clause = "RD0713", "1.8 (7)"

    def explain(self) -> str:
        return (
            f"Reading the picture needs at least {-(-self.needed_bytes // MIB)} MiB, the limit is "
            f"{self.limit_bytes // MIB} MiB.\n"
            "If you trust the file, raise the limit: --limit-memory\nIn Python: Limits(memory_bytes=...)"
        )


class FileTooLong(LimitExceeded, InputError):
    """A file is longer than the limit allows."""

    code, clause = "RD0709", "1.8 (7)"
    exit_code: ClassVar[int] = ExitCode.UNSUPPORTED  # as of every limit

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(name, limit)
        self.name, self.limit = name, limit

    def explain(self) -> str:
        return f"{self.name} is longer than the limit of {self.limit} bytes."


class YuvLayoutUnknown(InputError):
    """Size, depth or format of a raw YUV file are neither declared nor in its name."""

    code, clause = "RD0710", "5.11"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name} is raw YUV of unknown size.\n"
            "Declare it: --format yuv --size 768x512 --subsampling 420 --source-bits 8 for refdec encode;\n"
            "or put it into the name: picture_768x512_10bit_420.yuv"
        )


class YuvSizeMismatch(InputError):
    """A raw YUV file has not the length that its layout asks for."""

    code, clause = "RD0711", "5.11"

    def __init__(self, found_bytes: int, needed_bytes: int) -> None:
        super().__init__(found_bytes, needed_bytes)
        self.found_bytes, self.needed_bytes = found_bytes, needed_bytes

    def explain(self) -> str:
        return f"The YUV file has {self.found_bytes} bytes, its layout asks for {self.needed_bytes}."


class AlphaNotSupported(InputError):
    """A picture has transparent samples; JPEG AI has no alpha channel."""

    code, clause = "RD0712", "5.14.1"

    def __init__(self, format_name: str) -> None:
        super().__init__(format_name)
        self.format_name = format_name

    def explain(self) -> str:
        what = f"{self.format_name} {'image' if self.format_name == 'Pillow' else 'file'}"
        return (
            f"This {what} has transparent samples; JPEG AI has no alpha channel.\n"
            "Put it on a background first, in Pillow: "
            "Image.alpha_composite(Image.new('RGBA', image.size, 'white'), image.convert('RGBA')).convert('RGB')\n"
            "Or keep them, in a HEIF file around the codestream: refdec encode FILE OUT.jaii"
        )


class SeveralPictures(InputError):
    """A file holds several pictures, a codestream holds one, and nobody chose."""

    code, clause = "RD0730", ""

    def __init__(self, format_name: str, count: int) -> None:
        super().__init__(format_name, count)
        self.format_name, self.count = format_name, count

    def explain(self) -> str:
        return (
            f"This {self.format_name} file holds {self.count} pictures, a codestream holds one.\n"
            f"Choose one of 1 to {self.count}: --frame 1 for refdec encode, frame=1 in Python."
        )


class NoSuchPicture(InputError):
    """A file holds fewer pictures than the number of the one that is asked for."""

    code, clause = "RD0731", ""

    def __init__(self, format_name: str, count: int, frame: int) -> None:
        super().__init__(format_name, count, frame)
        self.format_name, self.count, self.frame = format_name, count, frame

    def explain(self) -> str:
        there = "one picture" if self.count == 1 else f"{self.count} pictures"
        return f"There is no picture {self.frame} in this {self.format_name} file: it holds {there}, counted from 1."


class NoFloats(InputError):
    """A file of floats is wanted of a picture that has none."""

    code, clause = "RD0732", "7.8"

    def __init__(self, suffix: str) -> None:
        super().__init__(suffix)
        self.suffix = suffix

    def explain(self) -> str:
        return (
            f"A {self.suffix} file holds floats, and this picture has none: its codestream has no layer of an original "
            "in floats, or another picture than the original is asked for.\nWrite .png or .tif."
        )


class NotAFolder(FileError, NotADirectoryError):
    """A path should be a folder, and is none."""

    code, clause = "RD0720", ""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), "it is not a folder", ENOTDIR)
        self.path = path

    def explain(self) -> str:
        return f"{self.path} is not a folder."
