"""All headers of a codestream as one frozen value, read and written (1.3, 1.5, 1.9).

In: a `Codestream`.  Out: `Headers`; `write_headers` gives back the payloads that were read, bit for bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from refdec.bitstream import rules, syntax
from refdec.bitstream.bits import BitReader
from refdec.bitstream.editions import Edition
from refdec.bitstream.errors import (
    AlignmentNotZero,
    ElementOutOfRange,
    PictureHeaderNotFirst,
    ReservedBitDepth,
    SurplusBits,
)
from refdec.bitstream.framing import Codestream, Substream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.recognition import choose_edition, in_other_edition
from refdec.bitstream.rendering import RenderingInfo
from refdec.bitstream.tools import ToolsHeader
from refdec.clauses import clause
from refdec.errors import BitOffset, CodestreamError, Placed, RefdecError, UnsupportedError
from refdec.limits import Limits

__all__ = [
    "Edition",
    "Headers",
    "build_headers",
    "environment",
    "field_list_name",
    "locate",
    "place",
    "read_headers",
    "specific",
    "write_headers",
    "write_stream",
]

P = TypeVar("P", bound=RefdecError)
RESERVED_BIT_DEPTHS = range(2, 5)


@clause("1.3")
@dataclass(frozen=True, slots=True)
class Headers:
    """(1.3) PIH, TON, RDI and UDI of a codestream.

    An absent TON is a ToolsHeader with all tools off, an absent RDI or UDI is None.  `substream_order` holds the
    markers of all substreams in file order and so tells which headers are present.  `warnings`: errors that a reader
    passed over.  `edition`: the text whose picture header and limits these are.
    """

    picture: PictureHeader
    tools: ToolsHeader = field(default_factory=ToolsHeader)
    rendering: RenderingInfo | None = None
    user_data: bytes | None = None
    substream_order: tuple[Marker, ...] = ()
    warnings: tuple[CodestreamError, ...] = field(default=(), compare=False)
    edition: Edition = Edition.PUBLISHED


@clause("1.3")
def build_headers(
    picture: PictureHeader,
    tools: ToolsHeader | None = None,
    rendering: RenderingInfo | None = None,
    user_data: bytes | None = None,
    *,
    edition: Edition = Edition.PUBLISHED,
) -> Headers:
    """(1.3) Return the headers of a new codestream, in the order of the reference software, with TON and RDI."""
    residuals = picture.num_regions if picture.independent_regions else 1
    user = (Marker.UDI,) if user_data is not None else ()
    quality = (Marker.SOQ,) if picture.gain_3D_enable_flag else ()
    order = (
        Marker.PIH,
        Marker.TON,
        *user,
        Marker.RDI,
        *(Marker.SORP,) * residuals,
        *(Marker.SORS,) * residuals,
        Marker.SOZ,
    )
    parts = picture, tools or ToolsHeader(), rendering or RenderingInfo(), user_data, (*order, *quality)
    return Headers(*parts, edition=edition)


@clause("1.5")
def environment(name: str, picture: PictureHeader | None, payload: bytes | memoryview) -> dict[str, int]:
    """(1.5) Return the variables from elsewhere that the syntax of a header uses: PIH's for TON, the size for UDI."""
    known = picture.tools_environment() if name == "TON" and picture is not None else {}
    return {**known, "SubstreamSize": len(payload)}


def field_list_name(marker: Marker, edition: Edition) -> str:
    """Return the name in the syntax table of the field list of a header."""
    return edition.header_list if marker is Marker.PIH else marker.name


@clause("1.8 (8)")
def specific(problem: ElementOutOfRange) -> CodestreamError | UnsupportedError:
    """(1.8 (8)) Return the class of its own that a reserved value has, else the problem itself."""
    reserved = problem.name == "bit_depth_idc" and problem.value in RESERVED_BIT_DEPTHS
    return ReservedBitDepth(problem.value, at=problem.at) if reserved else problem


class _HeaderReading:
    """The reading of one codestream's headers: what may be passed over is collected."""

    __slots__ = ("edition", "lenient", "limits", "warnings")

    def __init__(self, limits: Limits, lenient: bool, edition: Edition, warnings: tuple[CodestreamError, ...]) -> None:
        self.limits = limits
        self.lenient = lenient
        self.edition = edition
        self.warnings = list(warnings)

    def elements(self, part: Substream, picture: PictureHeader | None = None) -> dict[str, Any]:
        """Return the elements of one header and check its padding."""
        bits = BitReader(part.payload, first_byte=part.payload_offset)
        known = environment(part.marker.name, picture, part.payload)
        try:
            values = syntax.read(field_list_name(part.marker, self.edition), bits, known, limits=self.limits)
        except ElementOutOfRange as problem:
            raise specific(problem) from None
        try:
            bits.finish()
        except (SurplusBits, AlignmentNotZero) as problem:
            if not self.lenient:
                raise
            self.warnings.append(problem)
        return values

    def picture(self, part: Substream) -> PictureHeader:
        """Return PIH; a picture above the limits goes no further."""
        header = PictureHeader.from_elements(self.elements(part))
        pixels, regions = header.img_width * header.img_height, header.num_regions
        self.limits.require("size of the coded picture in samples", pixels, self.limits.pixels)
        self.limits.require("number of regions", regions, self.limits.regions)
        return header


@clause("1.8")
def read_headers(
    codestream: Codestream,
    *,
    edition: Edition | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    any_level: bool = False,
    cross_checks: bool = True,
    allow_custom_colour: bool = False,
) -> Headers:
    """(1.8) Read PIH, then TON, RDI and UDI, and check what they say together (1.8 (7) to (11)).

    `edition` None reads as published, and as the draft, with a warning, what is legal only there.  A lenient reader
    ignores surplus and padding bits at the end of a header, and warns.  `any_level` overlooks
    profile and level, `cross_checks` False all rules between elements, `allow_custom_colour` that nobody shares a
    meaning of colour_transform_idx 2.  Presence of SOZ, SORP, SORS and SOQ is left to `payloads.payload_problems`.
    Raises the classes of `errors`, `rule_errors` and `edition_errors`,
    TooLarge; each with its place in the file.
    """
    chosen, warnings = choose_edition(codestream, edition)
    reading = _HeaderReading(limits or Limits(), lenient, chosen, warnings)
    first = codestream.only(Marker.PIH)
    if first is None:
        raise PictureHeaderNotFirst(Marker.EOC, at=BitOffset(16))
    try:
        picture = reading.picture(first)
    except CodestreamError as problem:
        raise in_other_edition(problem, codestream, chosen) from None
    ton, rdi, udi = (codestream.only(marker) for marker in (Marker.TON, Marker.RDI, Marker.UDI))
    headers = Headers(
        picture,
        ToolsHeader() if ton is None else ToolsHeader.from_elements(reading.elements(ton, picture)),
        None if rdi is None else RenderingInfo.from_elements(reading.elements(rdi)),
        None if udi is None else bytes(udi.payload),
        codestream.order,
        edition=chosen,
    )
    tolerated = [place(problem, codestream, headers) for problem in rules.tolerated_problems(headers)]
    headers = replace(headers, warnings=(*reading.warnings, *tolerated))
    if cross_checks:
        try:
            rules.check_headers(headers, any_level=any_level, allow_custom_colour=allow_custom_colour)
        except RefdecError as problem:
            raise in_other_edition(place(problem, codestream, headers), codestream, chosen) from None
    return headers


@clause("1.8", kind="added", reason="an error about several elements points at the one that it names")
def locate(codestream: Codestream, headers: Headers, element: str) -> BitOffset | None:
    """(1.8) Return the place of a syntax element of PIH or TON in the file; the header's start if not coded."""
    for marker in (Marker.PIH, Marker.TON):
        part = codestream.only(marker)
        name = field_list_name(marker, headers.edition)
        if part is None or element.partition("[")[0] not in syntax.names(name):
            continue
        known = environment(marker.name, headers.picture, part.payload)
        found = syntax.locate(name, part.payload, known, element, first_byte=part.payload_offset)
        return BitOffset.of_byte(part.payload_offset) if found is None else found
    return None


def place(problem: P, codestream: Codestream, headers: Headers) -> P:
    """Return the problem with the place in the file of the element that it names, where it has none yet."""
    if isinstance(problem, Placed) and problem.at is None:
        problem.at = locate(codestream, headers, problem.element)
    return problem


@clause("1.9")
def write_headers(headers: Headers) -> dict[Marker, bytes]:
    """(1.9) Return the payloads of PIH, TON, RDI and UDI, those that `substream_order` holds, in its order.

    PIH is that of `headers.edition`.  Raises ElementMissing, ElementOutOfRange, NotComputable.
    """
    written: dict[Marker, bytes] = {}
    for marker in headers.substream_order:
        if marker is Marker.PIH:
            written[marker] = syntax.write(headers.edition.header_list, headers.picture.to_elements())
        elif marker is Marker.TON:
            written[marker] = syntax.write("TON", headers.tools.to_elements(), headers.picture.tools_environment())
        elif marker is Marker.RDI:
            written[marker] = syntax.write("RDI", (headers.rendering or RenderingInfo()).to_elements())
        elif marker is Marker.UDI:
            written[marker] = headers.user_data or b""
    return written


@clause("1.9")
def write_stream(headers: Headers, payloads: Mapping[Marker, Sequence[bytes | memoryview]]) -> bytes:
    """(1.9) Return the codestream of headers and entropy-coded payloads, in the order of `substream_order`.

    `payloads` holds, for each of SOZ, SORP, SORS and SOQ, its payloads in order; a substream without payload is left
    out.
    """
    waiting: dict[Marker, deque[bytes | memoryview]] = {marker: deque(rows) for marker, rows in payloads.items()}
    waiting |= {marker: deque([payload]) for marker, payload in write_headers(headers).items()}
    order = [marker for marker in headers.substream_order if marker in waiting]
    return write_codestream((marker, waiting[marker].popleft()) for marker in order if waiting[marker])
