"""Entropy-coded payloads up to the coder's door: which substream holds which region (1.4.2 to 1.4.4, 1.8 (4) to (6)).

In: a codestream and its headers.  Out: one `RegionUnit` for each region of a component, for z and for the quality map;
or the payloads of units to be written.  The thread table inside a unit (1.4.1) belongs to the entropy coder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from refdec.bitstream.bits import BitReader, BitWriter
from refdec.bitstream.errors import (
    CodeTooLong,
    EmptyResidual,
    HyperLatentsMissing,
    OutOfBits,
    QualityMapMissing,
    QualityMapUnexpected,
    RegionOutOfRange,
    RegionTableTooLong,
    RepeatedRegion,
    ResidualMissing,
    SeveralResiduals,
    SizePaddingNotZero,
)
from refdec.bitstream.framing import Codestream, Substream
from refdec.bitstream.headers import Headers
from refdec.bitstream.headers import place as placed
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.errors import BitOffset, CodestreamError, RefdecError

__all__ = [
    "RESIDUAL_MARKERS",
    "RegionUnit",
    "assemble_residual",
    "hyper_unit",
    "payload_problems",
    "quality_map_unit",
    "residual_units",
]

RESIDUAL_MARKERS = (Marker.SORP, Marker.SORS)
"""Marker of the residual substreams of component 0 and 1."""


@clause("1.4.1")
@dataclass(frozen=True, slots=True)
class RegionUnit:
    """(1.4.1) The bytes of one unit, thread table included, and the byte of the file where it begins."""

    data: bytes = field(repr=False)
    offset: int

    @property
    def at(self) -> BitOffset:
        """The place of the unit's first bit."""
        return BitOffset.of_byte(self.offset)


def _at(part: Substream) -> BitOffset:
    return BitOffset.of_byte(part.offset)


@clause("1.4.4")
def hyper_unit(codestream: Codestream) -> RegionUnit:
    """(1.4.4) Return the unit of SOZ: luma z, then chroma z.  Raises HyperLatentsMissing."""
    part = codestream.only(Marker.SOZ)
    if part is None:
        raise HyperLatentsMissing(at=BitOffset.of_byte(codestream.end - 2))
    return RegionUnit(bytes(part.payload), part.payload_offset)


@clause("1.4.4")
def quality_map_unit(codestream: Codestream, headers: Headers) -> RegionUnit | None:
    """(1.4.4) Return the unit of SOQ, None without a quality map.  Raises QualityMapMissing, QualityMapUnexpected."""
    part = codestream.only(Marker.SOQ)
    if headers.picture.gain_3D_enable_flag:
        if part is None:
            raise placed(QualityMapMissing(), codestream, headers)
        return RegionUnit(bytes(part.payload), part.payload_offset)
    if part is not None:
        raise QualityMapUnexpected(at=_at(part))
    return None


@clause("1.4.4")
def residual_units(codestream: Codestream, headers: Headers, component: int) -> list[RegionUnit | None]:
    """(1.4.4) Return the units of a component's residual by region index; None: absent, its residual is all zero.

    Only independent regions can be absent, unless the codestream is read leniently: then a whole absent substream is
    taken for zero, and padding bits of the region table are passed over.  Raises SeveralResiduals, ResidualMissing,
    RegionTableTooLong, SizePaddingNotZero, EmptyResidual, RegionOutOfRange, RepeatedRegion, OutOfBits, CodeTooLong.
    """
    marker = RESIDUAL_MARKERS[component]
    parts = codestream.all(marker)
    picture = headers.picture
    if picture.independent_regions:
        return _independent(parts, picture)
    _require_single(marker, parts)
    if parts:
        return _dependent(parts[0], picture.num_regions, codestream.lenient)
    if not codestream.lenient:
        raise ResidualMissing(marker, at=BitOffset.of_byte(codestream.end - 2))
    return [None] * picture.num_regions


@clause("1.8 (4)")
def _require_single(marker: Marker, parts: Sequence[Substream]) -> None:
    """(1.8 (4)) Raise SeveralResiduals for more than one substream of regions that are not independent."""
    if len(parts) > 1:
        raise SeveralResiduals(marker, len(parts), at=_at(parts[1]))


@clause("1.4.3")
def _independent(parts: Sequence[Substream], picture: PictureHeader) -> list[RegionUnit | None]:
    """(1.4.3) Each substream begins with the index of its region."""
    units: list[RegionUnit | None] = [None] * picture.num_regions
    for part in parts:
        at = BitOffset.of_byte(part.payload_offset)
        if not part.payload:
            raise EmptyResidual(part.marker, at=at)
        region = part.payload[0]
        if region >= len(units):
            raise RegionOutOfRange(part.marker, region, len(units), at=at)
        if units[region] is not None:
            raise RepeatedRegion(part.marker, region, at=at)
        units[region] = RegionUnit(bytes(part.payload[1:]), part.payload_offset + 1)
    return units


@clause("1.4.2")
def _dependent(part: Substream, num_regions: int, lenient: bool) -> list[RegionUnit | None]:
    """(1.4.2) A table with the sizes of all units but the last, which takes the bytes that remain."""
    bits = BitReader(part.payload, first_byte=part.payload_offset)
    places, sizes = [], []
    for region in range(num_regions - 1):
        places.append(bits.place)
        sizes.append(bits.ue(f"region_size[{region}]"))
    at = bits.place
    if bits.byte_align() and not lenient:
        raise SizePaddingNotZero(f"region_size[{num_regions - 2}]", at=at)
    return _cut(part, bits.position >> 3, sizes, places)


@clause("1.8 (6)")
def _cut(part: Substream, start: int, sizes: Sequence[int], places: Sequence[BitOffset]) -> list[RegionUnit | None]:
    """(1.8 (6)) Cut a payload from byte `start` into units of `sizes` and a last one; `places`: where sizes stand."""
    units: list[RegionUnit | None] = []
    for region, size in enumerate(sizes):
        if start + size > len(part.payload):
            raise RegionTableTooLong(part.marker, region, start + size, len(part.payload), at=places[region])
        units.append(RegionUnit(bytes(part.payload[start : start + size]), part.payload_offset + start))
        start += size
    units.append(RegionUnit(bytes(part.payload[start:]), part.payload_offset + start))
    return units


@clause("1.9")
def assemble_residual(units: Sequence[bytes | None], independent: bool) -> list[bytes]:
    """(1.9) Return the payloads of a component's SORP or SORS substreams from its units by region index.

    Dependent regions give one payload with the region table (1.4.2), independent ones one payload each behind its index
    (1.4.3), absent ones (None) left out.  Raises ValueError for an absent dependent region and for more than 256
    independent ones.
    """
    if independent:
        return [bytes([region]) + unit for region, unit in enumerate(units) if unit is not None]
    whole = [unit for unit in units if unit is not None]
    if len(whole) < len(units) or not whole:
        raise ValueError("a dependent region cannot be absent")
    table = BitWriter()
    for unit in whole[:-1]:
        table.ue(len(unit))
    return [table.getvalue() + b"".join(whole)]


@clause("1.8 (5)")
def payload_problems(codestream: Codestream, headers: Headers) -> list[RefdecError]:
    """(1.8 (5)) Return what is wrong with SOZ, SORP, SORS and SOQ, at most one for each marker."""
    checks: tuple[Callable[[], object], ...] = (
        lambda: residual_units(codestream, headers, 0),
        lambda: residual_units(codestream, headers, 1),
        lambda: hyper_unit(codestream),
        lambda: quality_map_unit(codestream, headers),
    )
    found: list[RefdecError] = []
    for check in checks:
        try:
            check()
        except PAYLOAD_ERRORS as problem:
            found.append(problem)
    return found


@clause("1.10", kind="interop", reason="note 5: the reference software goes on where 1.8 rejects")
def tolerated_padding(codestream: Codestream, headers: Headers) -> list[CodestreamError]:
    """(1.10) Return the padding bits of region tables that a lenient reader passes over."""
    found: list[CodestreamError] = []
    for component in (0, 1):
        try:
            residual_units(replace(codestream, lenient=False), headers, component)
        except SizePaddingNotZero as problem:
            found.append(problem)
        except PAYLOAD_ERRORS:
            pass  # what reads the payload raises it, or does without
    return found


PAYLOAD_ERRORS: tuple[type[RefdecError], ...] = (
    CodeTooLong,
    EmptyResidual,
    HyperLatentsMissing,
    OutOfBits,
    QualityMapMissing,
    QualityMapUnexpected,
    RegionOutOfRange,
    RegionTableTooLong,
    RepeatedRegion,
    ResidualMissing,
    SeveralResiduals,
    SizePaddingNotZero,
)
