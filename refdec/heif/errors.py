"""What a reader of HEIF files rejects, one class a rule; each knows the path of the box and its byte in the file."""

from __future__ import annotations

from dataclasses import dataclass

from refdec.errors import CodestreamError, Placed, UnsupportedError

__all__ = [
    "AlphaDamaged",
    "AlphaSizeDiffers",
    "AlphaUnreadable",
    "ApertureWrong",
    "BoxCut",
    "BoxFieldMissing",
    "BoxMissing",
    "BoxRepeated",
    "BoxUnwritable",
    "BoxVersionUnknown",
    "ItemOutside",
    "ItemUnknown",
    "ItemUnreadable",
    "NoBoxes",
    "NoJpegAiItem",
    "PropertyDisagrees",
]

SEE_BOXES = "See the boxes of the file: refdec view FILE"


@dataclass(eq=False, repr=False)
class NoBoxes(Placed, CodestreamError):
    """A file does not begin with the box that says what it is."""

    code, clause = "RD2001", ""

    def explain(self) -> str:
        return (
            "This is no HEIF file: it does not begin with a box ftyp.\nSee what it begins with: head -c 16 FILE | xxd"
        )


@dataclass(eq=False, repr=False)
class BoxCut(Placed, CodestreamError):
    """A box is longer than what it lies in, or shorter than its own header."""

    code, clause = "RD2002", ""
    path: str
    size: int
    left: int

    def explain(self) -> str:
        return (
            f"The box {self.path} claims {self.size} bytes, {self.left} are there for it.\n"
            "The file was cut, or a size is wrong; compare its length with the source: ls -l FILE"
        )


@dataclass(eq=False, repr=False)
class BoxFieldMissing(Placed, CodestreamError):
    """A box ends before one of its fields does."""

    code, clause = "RD2003", ""
    path: str
    field: str

    def explain(self) -> str:
        return f"The box {self.path} ends inside its field {self.field}.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class BoxVersionUnknown(Placed, UnsupportedError):
    """A box has a version that is not read here."""

    code, clause = "RD2004", ""
    path: str
    version: int

    def explain(self) -> str:
        return f"The box {self.path} has the version {self.version}, which is not read here.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class BoxMissing(Placed, CodestreamError):
    """A box that must be there is not."""

    code, clause = "RD2005", ""
    path: str

    def explain(self) -> str:
        return f"The file has no box {self.path}, without which its pictures cannot be found.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class BoxRepeated(Placed, CodestreamError):
    """Something that may be there once is there twice: a box, or the number of an item."""

    code, clause = "RD2006", ""
    path: str
    what: str

    def explain(self) -> str:
        return f"In {self.path} stands {self.what} a second time; which one counts is open.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class ItemUnknown(Placed, CodestreamError):
    """A box names an item or a property that does not exist."""

    code, clause = "RD2007", ""
    path: str
    what: str

    def explain(self) -> str:
        return f"The box {self.path} names {self.what}, which does not exist.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class ItemOutside(Placed, CodestreamError):
    """The bytes of an item are not all in the file, or more than the file has."""

    code, clause = "RD2008", ""
    item: int
    start: int
    length: int
    size: int

    def explain(self) -> str:
        return (
            f"meta/iloc places {self.length} bytes of item {self.item} at byte {self.start}, "
            f"where only {self.size} bytes are.\n"
            "The file was cut; compare its length with the source: ls -l FILE"
        )


@dataclass(eq=False, repr=False)
class ItemUnreadable(Placed, UnsupportedError):
    """An item is legal, and cannot be read here: encrypted, in another file, made of others, with an unknown duty."""

    code, clause = "RD2009", ""
    item: int
    reason: str

    def explain(self) -> str:
        return f"Item {self.item} cannot be read here: {self.reason}.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class NoJpegAiItem(Placed, UnsupportedError):
    """A HEIF file shows a picture that is not JPEG AI."""

    code, clause = "RD2010", ""
    kind: str

    def explain(self) -> str:
        return (
            f"This HEIF file shows an item of the type {self.kind}, not JPEG AI (jai0).\n"
            "Convert it to PNG, then type: refdec encode FILE.png OUT.jai"
        )


@dataclass(eq=False, repr=False)
class PropertyDisagrees(Placed, CodestreamError):
    """A property of an item says something else than its codestream, or than the file must say."""

    code, clause = "RD2011", ""
    path: str
    stated: str
    found: str

    def explain(self) -> str:
        return (
            f"{self.path} says {self.stated}, it should be {self.found}.\n"
            "The codestream counts.  Cut it out, to put it into a new file: refdec transcode FILE OUT.jai"
        )


@dataclass(eq=False, repr=False)
class AlphaDamaged(Placed, CodestreamError):
    """The transparency of a file cannot be unpacked, or has not the size that it states."""

    code, clause = "RD2012", ""
    item: int
    reason: str

    def explain(self) -> str:
        return (
            f"The transparency in item {self.item} is damaged: {self.reason}.\n"
            "The picture without it: refdec transcode FILE OUT.jai"
        )


@dataclass(eq=False, repr=False)
class AlphaUnreadable(Placed, UnsupportedError):
    """The transparency of a file is coded in a way that is not read here."""

    code, clause = "RD2013", ""
    item: int
    reason: str

    def explain(self) -> str:
        return (
            f"The transparency in item {self.item} is not read here: {self.reason}.\n"
            "The picture without it: refdec transcode FILE OUT.jai"
        )


@dataclass(eq=False, repr=False)
class ApertureWrong(Placed, CodestreamError):
    """What a picture is cropped to (clap) is not in it, or not on whole samples."""

    code, clause = "RD2016", ""
    path: str
    found: str

    def explain(self) -> str:
        return (
            f"{self.path} crops the picture to {self.found}; it must be whole samples inside of it.\n"
            "The picture as it is coded, without being cropped: refdec transcode FILE OUT.jai"
        )


@dataclass(eq=False, repr=False)
class AlphaSizeDiffers(Placed, CodestreamError):
    """The transparency of a file has another size than its picture: which of its samples belong where is open."""

    code, clause = "RD2015", ""
    found: tuple[int, int]
    picture: tuple[int, int]

    def explain(self) -> str:
        (height, width), (rows, columns) = self.found, self.picture
        return (
            f"The transparency has {width} x {height} samples, the picture {columns} x {rows}.\n"
            "The picture without it: refdec transcode FILE OUT.jai"
        )


@dataclass(eq=False, repr=False)
class BoxUnwritable(Placed, UnsupportedError):
    """A value does not fit into the field of a box."""

    code, clause = "RD2014", ""
    path: str
    field: str
    value: object

    def explain(self) -> str:
        return f"{self.value!r} does not fit into the field {self.field} of a box {self.path}.\nWrite OUT.jai instead."
