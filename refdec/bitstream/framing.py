"""Markers and substreams (1.3): a codestream is walked by sizes, never searched for markers.

In: bytes.  Out: `Codestream`, views of the payloads with their places in the file; or the bytes of substreams joined.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from refdec.bitstream.bits import BitReader, BitWriter
from refdec.bitstream.errors import (
    CodestreamCut,
    DuplicateSubstream,
    NoStart,
    OutOfBits,
    PictureHeaderNotFirst,
    SecondStart,
    SizePaddingNotZero,
    SubstreamTooLong,
    UnknownMarker,
)
from refdec.bitstream.firstbytes import START_BYTES
from refdec.bitstream.markers import SINGLE_MARKERS, Marker
from refdec.clauses import clause
from refdec.errors import BitOffset, CodestreamError, LimitExceeded, RefdecError
from refdec.limits import Limits

__all__ = ["Codestream", "Substream", "read_codestream", "survey_codestream", "write_codestream"]

MARKER_BYTES = 2
SIZE_BYTES = 8  # a ue(v) of 31 leading zeros has 63 bits

LENIENT = (UnknownMarker, SizePaddingNotZero, SubstreamTooLong)
"""What a lenient reader passes over (1.10 note 5); a substream that is too long only where it is user data."""

SURVEYED = (SizePaddingNotZero, DuplicateSubstream, PictureHeaderNotFirst)
"""What does not hide the substreams behind it: a survey reports it and goes on."""


@clause("1.3")
@dataclass(frozen=True, slots=True)
class Substream:
    """(1.3) One substream: `offset` is the byte of its marker in the file, `payload_offset` that of its payload."""

    marker: Marker
    payload: memoryview = field(repr=False)
    offset: int
    payload_offset: int


@clause("1.3")
@dataclass(frozen=True, slots=True)
class Codestream:
    """(1.3) A codestream cut into substreams, in file order.

    `end` is the byte after EOC; what follows is no part of the codestream.  `warnings` are the errors that a lenient
    reader passed over; `lenient`: what reads the payloads may pass over as much.
    """

    data: bytes = field(repr=False)
    substreams: tuple[Substream, ...]
    end: int
    warnings: tuple[CodestreamError, ...] = ()
    lenient: bool = False

    def all(self, marker: Marker) -> tuple[Substream, ...]:
        """Return the substreams with this marker, in file order."""
        return tuple(part for part in self.substreams if part.marker is marker)

    def only(self, marker: Marker) -> Substream | None:
        """Return the first substream with this marker, None if there is none."""
        return next((part for part in self.substreams if part.marker is marker), None)

    @property
    def order(self) -> tuple[Marker, ...]:
        """Markers of the substreams in file order, SOC and EOC left out."""
        return tuple(part.marker for part in self.substreams)

    @property
    def trailing_bytes(self) -> int:
        """Number of bytes after EOC."""
        return len(self.data) - self.end


class _Walker:
    """Steps through a codestream from marker to marker."""

    __slots__ = ("cut", "data", "forgiven", "position", "view", "warnings")

    def __init__(self, data: bytes, forgiven: tuple[type[CodestreamError], ...]) -> None:
        self.data = data
        self.view = memoryview(data)
        self.forgiven = forgiven
        self.position = MARKER_BYTES
        self.cut = False
        self.warnings: list[CodestreamError] = []

    @clause("1.10", kind="interop", reason="note 5: the reference software goes on where 1.8 rejects")
    def pass_over(self, problem: CodestreamError) -> None:
        """(1.10) Keep a problem as a warning, or raise it where the reader does not forgive it."""
        if not isinstance(problem, self.forgiven):
            raise problem
        self.warnings.append(problem)

    @clause("1.8 (2)")
    def marker(self) -> Marker:
        """(1.8 (2)) Return the marker at the current position and step behind it; skip unknown words if lenient."""
        skipping = False
        while True:
            at = BitOffset.of_byte(self.position)
            word = self.data[self.position : self.position + MARKER_BYTES]
            if len(word) < MARKER_BYTES:
                raise CodestreamCut("inside a marker" if word else "where a marker is expected", at=at)
            self.position += MARKER_BYTES
            code = int.from_bytes(word, "big")
            if code == Marker.SOC:
                raise SecondStart(at=at)
            if code in Marker._value2member_map_:
                return Marker(code)
            if not skipping:
                self.pass_over(UnknownMarker(code, at=at))
            skipping = True

    @clause("1.8 (3)")
    def payload(self, marker: Marker) -> Substream:
        """(1.8 (3)) Read size and payload of the substream whose marker was just read."""
        offset = self.position - MARKER_BYTES
        bits = BitReader(self.view[self.position : self.position + SIZE_BYTES], first_byte=self.position)
        try:
            size = bits.ue("substream_size")
        except OutOfBits as problem:
            raise CodestreamCut(f"inside the size of {marker.name}", at=problem.at) from None
        at = bits.place
        if bits.byte_align():
            self.pass_over(SizePaddingNotZero("substream_size", at=at))
        start = self.position + (bits.position >> 3)
        left = len(self.data) - start
        if size > left:
            cut = SubstreamTooLong(marker, size, left, at=BitOffset.of_byte(self.position))
            if marker is not Marker.UDI or start == len(self.data):
                raise cut
            self.pass_over(cut)
            self.cut, size = True, left
        self.position = start + size
        return Substream(marker, self.view[start : start + size], offset, start)


@clause("1.8 (1)")
def _require_start(data: bytes) -> None:
    """(1.8 (1)) Raise NoStart unless the first two bytes are SOC."""
    if data[:MARKER_BYTES] != int(Marker.SOC).to_bytes(MARKER_BYTES, "big"):
        raise NoStart(bytes(data[:START_BYTES]), at=BitOffset(0))


@clause("1.3")
def read_codestream(data: bytes, *, limits: Limits | None = None, lenient: bool = False) -> Codestream:
    """(1.3) Cut a codestream into its substreams; payloads are views, not copies.

    Substreams after PIH may come in any order; bytes after EOC are ignored.  Several SORP and SORS are left to the
    rules that know the headers.  A lenient reader passes over unknown two-byte words and bits in the size padding, ends
    where the data end in user data, of which it keeps what is there, and warns.
    Raises NoStart, PictureHeaderNotFirst, CodestreamCut, UnknownMarker, SecondStart, SubstreamTooLong, CodeTooLong,
    SizePaddingNotZero, DuplicateSubstream, TooLarge.
    """
    found: list[Substream] = []
    walker = _Walker(data, LENIENT if lenient else ())
    _walk(walker, found, limits or Limits())
    return Codestream(data, tuple(found), walker.position, tuple(walker.warnings), lenient)


@clause("1.8", kind="added", reason="a viewer shows a damaged codestream, a verifier lists all that is wrong with it")
def survey_codestream(
    data: bytes, *, limits: Limits | None = None, lenient: bool = False
) -> tuple[Codestream, tuple[RefdecError, ...]]:
    """(1.8) Cut a codestream as far as it can be cut; return that, and every problem on the way.

    Padding of sizes, duplicates and a PIH that is not first do not end the survey, other problems do: the last one is
    then what ended it, and `end` is the byte after the last whole substream.  With `lenient`, what `read_codestream`
    passes over is a warning here too.  Raises nothing.
    """
    found: list[Substream] = []
    walker = _Walker(data, LENIENT + SURVEYED if lenient else SURVEYED)
    problems: list[RefdecError] = []
    try:
        _walk(walker, found, limits or Limits())
        end = walker.position
    except (CodestreamError, LimitExceeded) as problem:
        problems.append(problem)
        last = found[-1].payload_offset + len(found[-1].payload) if found else MARKER_BYTES
        end = 0 if isinstance(problem, NoStart) else min(last, len(data))
    forgiven = LENIENT if lenient else ()
    warnings = tuple(problem for problem in walker.warnings if isinstance(problem, forgiven))
    others = [problem for problem in walker.warnings if not isinstance(problem, forgiven)]
    return Codestream(data, tuple(found), end, warnings, lenient), (*others, *problems)


def _walk(walker: _Walker, found: list[Substream], limits: Limits) -> None:
    """Step from SOC to EOC and append every substream to `found`, so that those before a problem are kept."""
    data = walker.data
    limits.require("length of the codestream in bytes", len(data), limits.codestream_bytes)
    _require_start(data)
    seen: set[Marker] = set()
    while not walker.cut and (marker := walker.marker()) is not Marker.EOC:
        at = BitOffset.of_byte(walker.position - MARKER_BYTES)
        if not found and marker is not Marker.PIH:
            walker.pass_over(PictureHeaderNotFirst(int(marker), at=at))
        if marker in seen and marker in SINGLE_MARKERS:
            walker.pass_over(DuplicateSubstream(marker, at=at))
        seen.add(marker)
        found.append(walker.payload(marker))
        limits.require("number of substreams", len(found), limits.substreams)
    if not found:
        walker.pass_over(PictureHeaderNotFirst(int(Marker.EOC), at=BitOffset.of_byte(MARKER_BYTES)))


@clause("1.3")
def write_codestream(parts: Iterable[tuple[Marker, bytes | memoryview]]) -> bytes:
    """(1.3) Join substreams into a codestream: SOC, each with marker, size and payload in the given order, EOC."""
    out = bytearray(int(Marker.SOC).to_bytes(MARKER_BYTES, "big"))
    for marker, payload in parts:
        out += int(marker).to_bytes(MARKER_BYTES, "big")
        size = BitWriter()
        size.ue(len(payload))
        out += size.getvalue()
        out += payload
    out += int(Marker.EOC).to_bytes(MARKER_BYTES, "big")
    return bytes(out)
