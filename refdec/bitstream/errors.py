"""What a reader of markers, sizes and syntax elements rejects (1.8 (1) to (10)), one class a rule.

The rules between several elements (1.8 (11), formats, levels) are in `rule_errors`.  All arguments but `at` are given
by position, so that an error survives the way from a worker process.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.bitstream.firstbytes import CODESTREAM_START, UNKNOWN_ADVICE, file_kind
from refdec.bitstream.markers import Marker, describe_code
from refdec.errors import BitOffset, CodestreamError, Placed, UnsupportedError, UsageError

__all__ = [
    "AlignmentNotZero",
    "CodeTooLong",
    "CodestreamCut",
    "DuplicateSubstream",
    "ElementMissing",
    "ElementOutOfRange",
    "EmptyResidual",
    "HyperLatentsMissing",
    "NoStart",
    "NotComputable",
    "OutOfBits",
    "PictureHeaderNotFirst",
    "QualityMapMissing",
    "QualityMapUnexpected",
    "RegionOutOfRange",
    "RegionTableTooLong",
    "RepeatedRegion",
    "ReservedBitDepth",
    "ResidualMissing",
    "SecondStart",
    "SeveralResiduals",
    "SizePaddingNotZero",
    "SubstreamTooLong",
    "SurplusBits",
    "UnknownMarker",
]


@dataclass(eq=False, repr=False)
class NoStart(Placed, CodestreamError):
    """(1.8 (1)) The first two bytes are not SOC."""

    code, clause, ELEMENT = "RD0101", "1.8 (1)", "marker"
    found: bytes

    def explain(self) -> str:
        expected = f"expected {CODESTREAM_START.hex()} (SOC)"
        if not self.found:
            return f"This is no JPEG AI codestream: the data is empty, {expected}.\nSee its size: ls -l FILE"
        if kind := file_kind(self.found):
            return f"This is no JPEG AI codestream: the data is {kind.name}, {expected}.\n{kind.advice}"
        begins = self.found[: len(CODESTREAM_START)].hex()
        return f"This is no JPEG AI codestream: the data begins with {begins}, {expected}.\n{UNKNOWN_ADVICE}"


@dataclass(eq=False, repr=False)
class PictureHeaderNotFirst(Placed, CodestreamError):
    """(1.8 (1)) The first substream is not PIH."""

    code, clause, ELEMENT = "RD0102", "1.8 (1)", "marker"
    READ_ALONE = False
    found: int

    def explain(self) -> str:
        return (
            f"After SOC comes {describe_code(self.found)}, expected PIH (picture header).\n"
            f"Without it nothing else can be read.  {self.look()}"
        )


PICTURE_WHOLE = "Without what is missing of the user data:  refdec decode FILE --lenient --lossy"
"""What can be done where user data are cut, which no sample of the lossy picture depends on."""


@dataclass(eq=False, repr=False)
class SubstreamTooLong(Placed, CodestreamError):
    """(1.8 (3)) substream_size is larger than the bytes left."""

    code, clause, ELEMENT = "RD0103", "1.8 (3)", "substream_size"
    marker: Marker
    size: int
    left: int

    def explain(self) -> str:
        return (
            f"{self.marker.name} claims {self.size} bytes, {self.left} remain: "
            "the file was cut, or the size is wrong.\n"
            f"Try: refdec view FILE --offset {self.at or BitOffset(0)}"
            + (f"\n{PICTURE_WHOLE}" if self.marker is Marker.UDI else "")
        )


@dataclass(eq=False, repr=False)
class CodestreamCut(Placed, CodestreamError):
    """(1.8 (1)) The data end before EOC, between substreams or inside a marker or a size."""

    code, clause, ELEMENT = "RD0104", "1.8 (1)", "marker"
    inside: str

    def explain(self) -> str:
        return (
            f"The codestream ends before EOC ({self.inside}).\n"
            "The file was cut; compare its length with the source: ls -l FILE"
        )


@dataclass(eq=False, repr=False)
class UnknownMarker(Placed, CodestreamError):
    """(1.8 (2)) An unknown or reserved marker stands where a marker is expected."""

    code, clause, ELEMENT = "RD0105", "1.8 (2)", "marker"
    found: int

    def explain(self) -> str:
        return (
            f"Found {describe_code(self.found)} where a marker is expected.\n"
            "Either the size of the substream before it is wrong, or the stream is of a later edition.\n"
            "To skip such words as the reference software does: refdec info --lenient FILE"
        )


@dataclass(eq=False, repr=False)
class SecondStart(Placed, CodestreamError):
    """(1.8 (2)) SOC comes again inside the codestream."""

    code, clause, ELEMENT = "RD0106", "1.8 (2)", "marker"
    READ_ALONE = False

    def explain(self) -> str:
        return (
            "SOC comes a second time before EOC.\n"
            f"Two streams may have been joined after the first was cut.  {self.look()}"
        )


@dataclass(eq=False, repr=False)
class CodeTooLong(Placed, CodestreamError):
    """(1.8 (3)) An Exp-Golomb code has more than 31 leading zeros."""

    code, clause = "RD0107", "1.8 (3)"
    READ_ALONE = False
    name: str

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        return f"{self.name} begins with more than 31 zero bits; no legal number does.\n{self.look()}"


@dataclass(eq=False, repr=False)
class SizePaddingNotZero(Placed, CodestreamError):
    """(1.8 (3)) The padding bits after a size field are not zero."""

    code, clause = "RD0108", "1.8 (3)"
    name: str

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        return (
            f"The padding after {self.name} has bits that are not zero.\n"
            "Most likely the reader is out of step: a size before this place is wrong.  "
            "To ignore it: refdec info --lenient FILE"
        )


@dataclass(eq=False, repr=False)
class DuplicateSubstream(Placed, CodestreamError):
    """(1.8 (4)) PIH, TON, RDI, UDI, SOZ or SOQ comes twice."""

    code, clause, ELEMENT = "RD0109", "1.8 (4)", "marker"
    READ_ALONE = False
    marker: Marker

    def explain(self) -> str:
        return f"There is a second {describe_code(self.marker)}; one is allowed.\n{self.look()}"


@dataclass(eq=False, repr=False)
class SeveralResiduals(Placed, CodestreamError):
    """(1.8 (4)) More than one SORP or SORS without independent regions."""

    code, clause, ELEMENT = "RD0110", "1.8 (4)", "region_residual_in_its_own_substream_flag"
    READ_ALONE = False
    marker: Marker
    count: int

    def explain(self) -> str:
        return (
            f"There are {self.count} {self.marker.name} substreams, but the regions are not independent, "
            f"so one holds them all.\n{self.look()}"
        )


@dataclass(eq=False, repr=False)
class RepeatedRegion(Placed, CodestreamError):
    """(1.8 (4)) Two SORP or two SORS carry the same region_idx."""

    code, clause, ELEMENT = "RD0111", "1.8 (4)", "region_idx"
    READ_ALONE = False
    marker: Marker
    region: int

    def explain(self) -> str:
        return f"Region {self.region} has a second {self.marker.name} substream.\n{self.look()}"


@dataclass(eq=False, repr=False)
class RegionOutOfRange(Placed, CodestreamError):
    """(1.8 (4)) region_idx is not below NumRegions."""

    code, clause, ELEMENT = "RD0112", "1.8 (4)", "region_idx"
    READ_ALONE = False
    marker: Marker
    region: int
    num_regions: int

    def explain(self) -> str:
        return (
            f"{self.marker.name} carries region {self.region}, the picture has {self.num_regions} "
            f"(0..{self.num_regions - 1}).\n{self.look()}"
        )


@dataclass(eq=False, repr=False)
class EmptyResidual(Placed, CodestreamError):
    """(1.8 (4)) A SORP or SORS of independent regions has no byte for region_idx."""

    code, clause, ELEMENT = "RD0113", "1.8 (4)", "region_idx"
    marker: Marker

    def explain(self) -> str:
        return (
            f"A {self.marker.name} substream is empty: it does not even say its region.\n"
            "A region without data is left out, not written empty.  Try: refdec info FILE"
        )


@dataclass(eq=False, repr=False)
class HyperLatentsMissing(Placed, CodestreamError):
    """(1.8 (5)) There is no SOZ."""

    code, clause, ELEMENT = "RD0114", "1.8 (5)", "marker"

    def explain(self) -> str:
        return (
            "There is no SOZ substream (hyper latents): the picture cannot be decoded.\n"
            "The headers can still be read: refdec info FILE"
        )


@dataclass(eq=False, repr=False)
class ResidualMissing(Placed, CodestreamError):
    """(1.8 (5)) There is no SORP or SORS although the regions are not independent."""

    code, clause, ELEMENT = "RD0115", "1.8 (5)", "marker"
    marker: Marker

    def explain(self) -> str:
        return (
            f"There is no {describe_code(self.marker)}.\n"
            "It may be taken as all zero (1.4.4), which gives a blurred picture: refdec decode --lenient FILE"
        )


@dataclass(eq=False, repr=False)
class QualityMapMissing(Placed, CodestreamError):
    """(1.8 (5)) gain_3D_enable_flag = 1, and there is no SOQ."""

    code, clause, ELEMENT = "RD0116", "1.8 (5)", "gain_3D_enable_flag"

    def explain(self) -> str:
        return f"gain_3D_enable_flag is 1, but there is no SOQ substream (quality map).\n{self.look()}"


@dataclass(eq=False, repr=False)
class QualityMapUnexpected(Placed, CodestreamError):
    """(1.8 (5)) gain_3D_enable_flag = 0, and there is a SOQ."""

    code, clause, ELEMENT = "RD0117", "1.8 (5)", "gain_3D_enable_flag"

    def explain(self) -> str:
        return f"There is a SOQ substream (quality map), but gain_3D_enable_flag is 0.\n{self.look()}"


@dataclass(eq=False, repr=False)
class RegionTableTooLong(Placed, CodestreamError):
    """(1.8 (6)) The region sizes and their table are larger than the payload."""

    code, clause = "RD0118", "1.8 (6)"
    marker: Marker
    region: int
    end: int
    size: int

    @property
    def element(self) -> str:
        return f"region_size[{self.region}]"

    def explain(self) -> str:
        return (
            f"Region {self.region} of {self.marker.name} would end at byte {self.end} of {self.size}.\n"
            f"See the bytes there: refdec view FILE --offset {self.at or BitOffset(0)}"
        )


@dataclass(eq=False, repr=False)
class OutOfBits(Placed, CodestreamError):
    """(1.8 (7)) A substream has fewer bits than its syntax needs."""

    code, clause = "RD0119", "1.8 (7)"
    READ_ALONE = False
    name: str
    wanted: int
    left: int

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        return (
            f"{self.name} needs {self.wanted} bits, {self.left} remain in its substream.\n"
            f"The substream is shorter than its own elements say.  {self.look()}"
        )


@dataclass(eq=False, repr=False)
class ElementOutOfRange(Placed, CodestreamError):
    """(1.8 (8)) A syntax element has a value outside its legal range."""

    code, clause = "RD0120", "1.8 (8)"
    name: str
    value: int
    low: int
    high: int

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        legal = f"{self.low}" if self.low == self.high else f"{self.low}..{self.high}"
        return f"{self.name} is {self.value}, legal is {legal}.\n{self.look()}"


@dataclass(eq=False, repr=False)
class SurplusBits(Placed, CodestreamError):
    """(1.8 (9)) More than 7 bits are left after the last element."""

    code, clause = "RD0121", "1.8 (9)"
    left: int

    def explain(self) -> str:
        return (
            f"{self.left} bits are left after the last element, at most 7 bits of padding are allowed.\n"
            "To ignore them: refdec info --lenient FILE"
        )


@dataclass(eq=False, repr=False)
class AlignmentNotZero(Placed, CodestreamError):
    """(1.8 (9)) The padding at the end of a header is not zero."""

    code, clause = "RD0122", "1.8 (9)"
    padding: int

    def explain(self) -> str:
        return (
            f"The padding bits after the last element are {self.padding:b}, not zero.\n"
            "To ignore them: refdec info --lenient FILE"
        )


@dataclass(eq=False, repr=False)
class NotComputable(Placed, CodestreamError):
    """(1.8 (11)) A count that the syntax needs cannot be computed from the elements read."""

    code, clause = "RD0123", "1.8 (11)"
    name: str

    @property
    def element(self) -> str:
        return "icci_tile_overlap" if self.name == "NumIcciTiles" else self.name

    def explain(self) -> str:
        return (
            f"{self.name} cannot be computed: the elements before contradict each other.\n"
            f"(For NumIcciTiles: the overlap must be smaller than tile and picture.)  {self.look()}"
        )


@dataclass(eq=False, repr=False)
class ElementMissing(Placed, UsageError):
    """(1.9) A writer was not given the value of an element that the syntax needs."""

    code, clause = "RD0124", "1.9"
    name: str

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        return f"The header to be written has no value for {self.name}, and the elements before it ask for one."


@dataclass(eq=False, repr=False)
class ReservedBitDepth(Placed, UnsupportedError):
    """(1.6.1) bit_depth_idc is 2, 3 or 4: 12, 14 or 16 bits, which no profile decodes yet."""

    code, clause, ELEMENT = "RD0125", "1.6.1", "bit_depth_idc"
    idc: int

    def explain(self) -> str:
        return (
            f"bit_depth_idc is {self.idc} ({8 + 2 * self.idc} bits): reserved; profiles 0 to 2 know 8 and 10 bits.\n"
            f"{self.look()}"
        )
