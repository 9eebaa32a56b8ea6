"""All that is wrong with the headers of a codestream (1.8), where `headers` stops at the first problem.

In: a codestream, whole or cut short.  Out: `HeadersSurvey`: every bit-coded substream as far as it reads, the headers
where all their elements are legal, and every problem with its place.  Nothing here raises for what a codestream says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refdec.bitstream import rules, syntax
from refdec.bitstream.edition_errors import HeaderBeforeDraft
from refdec.bitstream.editions import Edition
from refdec.bitstream.errors import AlignmentNotZero, ElementOutOfRange, SurplusBits
from refdec.bitstream.framing import Codestream, Substream
from refdec.bitstream.headers import Headers, environment, field_list_name, place, specific
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.recognition import choose_edition, in_other_edition
from refdec.bitstream.rendering import RenderingInfo
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.verbs import ElementRecord
from refdec.clauses import clause
from refdec.errors import BitOffset, CodestreamError, LimitExceeded, RefdecError
from refdec.limits import Limits

__all__ = ["BIT_CODED", "HeaderSurvey", "HeadersSurvey", "survey_headers"]

BIT_CODED = (Marker.PIH, Marker.TON, Marker.RDI, Marker.UDI)
"""Substreams that are made of syntax elements."""


@dataclass(frozen=True, slots=True)
class HeaderSurvey:
    """One bit-coded substream: its records, the place after the last of them, and what is wrong with it.

    `values` holds the elements by name, None where the list does not read to its end.
    """

    part: Substream
    records: tuple[ElementRecord, ...]
    end: BitOffset
    values: dict[str, object] | None
    problems: tuple[RefdecError, ...]
    warnings: tuple[CodestreamError, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadersSurvey:
    """All bit-coded substreams in file order.

    `edition`: the text that they were read by.  `picture` is there where PIH reads to its end, legal or not; `headers`
    where every element of every header is legal.  `problems` holds those of the parts, then those between elements;
    `draft` says that the draft was found rather than asked for, as the warnings of the headers do.
    """

    parts: tuple[HeaderSurvey, ...]
    edition: Edition
    picture: PictureHeader | None
    headers: Headers | None
    problems: tuple[RefdecError, ...]
    draft: tuple[CodestreamError, ...] = ()

    def of(self, part: Substream) -> HeaderSurvey:
        """Return the survey of a substream; raises KeyError for one that is not bit-coded."""
        for found in self.parts:
            if found.part.offset == part.offset:
                return found
        raise KeyError(part.marker.name)


@clause("1.8 (8)")
def _element_problems(survey: syntax.Survey) -> Iterator[RefdecError]:
    """(1.8 (8)) Yield a problem for each illegal value, then what ended the reading."""
    for record in survey.records:
        if record.legal:
            continue
        yield specific(ElementOutOfRange(record.name, record.value, *record.range, at=record.bit_offset))
    if survey.problem is not None:
        yield survey.problem


@clause("1.8 (9)")
def _padding_problem(part: Substream, end: BitOffset) -> CodestreamError | None:
    """(1.8 (9)) Return what is wrong with the bits behind the last element."""
    used = end.bits - 8 * part.payload_offset
    left = 8 * len(part.payload) - used
    if left > 7:
        return SurplusBits(left, at=end)
    bits = part.payload[-1] & ((1 << left) - 1) if left else 0
    return AlignmentNotZero(bits, at=end) if bits else None


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a survey reads each header."""

    edition: Edition
    limits: Limits
    lenient: bool
    legal: bool


def _survey(part: Substream, picture: PictureHeader | None, manner: _Manner) -> HeaderSurvey:
    limits, lenient, legal = manner.limits, manner.lenient, manner.legal
    name = field_list_name(part.marker, manner.edition)
    known = environment(part.marker.name, picture, part.payload)
    found = syntax.survey(name, part.payload, known, first_byte=part.payload_offset, limits=limits, legal=legal)
    end = found.end
    problems = list(_element_problems(found))
    padding = _padding_problem(part, end) if found.problem is None else None
    warnings: tuple[CodestreamError, ...] = ()
    if padding is not None and lenient:
        warnings = (padding,)
    elif padding is not None:
        problems.append(padding)
    return HeaderSurvey(part, found.records, end, found.values, tuple(problems), warnings)


def _limit_problems(picture: PictureHeader, limits: Limits) -> Iterator[RefdecError]:
    for what, value, limit in (
        ("size of the coded picture in samples", picture.img_width * picture.img_height, limits.pixels),
        ("number of regions", picture.num_regions, limits.regions),
    ):
        try:
            limits.require(what, value, limit)
        except LimitExceeded as problem:
            yield problem


def _headers(
    codestream: Codestream,
    picture: PictureHeader,
    first: dict[Marker, HeaderSurvey],
    edition: Edition,
    draft: tuple[CodestreamError, ...],
) -> Headers:
    """Build the headers of surveys without problems."""
    ton, rdi, udi = (first.get(marker) for marker in (Marker.TON, Marker.RDI, Marker.UDI))
    return Headers(
        picture,
        ToolsHeader() if ton is None or ton.values is None else ToolsHeader.from_elements(ton.values),
        None if rdi is None or rdi.values is None else RenderingInfo.from_elements(rdi.values),
        None if udi is None else bytes(udi.part.payload),
        codestream.order,
        (*draft, *(warning for found in first.values() for warning in found.warnings)),
        edition,
    )


@clause("1.8", kind="added", reason="a verifier lists every problem, a viewer shows what there is")
def survey_headers(
    codestream: Codestream,
    *,
    edition: Edition | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    any_level: bool = False,
    legal: bool = True,
) -> HeadersSurvey:
    """(1.8) Read all headers of a codestream as far as they read; `edition` as in `read_headers`.

    Of substreams that should be there once, the first counts.  With `lenient`, padding and surplus bits at the end of
    a header are warnings of the headers.  `legal` False keeps no records of legal elements.  Rules between elements are
    looked at where all elements are legal.
    """
    draft: tuple[CodestreamError, ...] = ()
    older: list[RefdecError] = []
    try:
        chosen, draft = choose_edition(codestream, edition)
    except HeaderBeforeDraft as problem:
        chosen, older = Edition.PUBLISHED, [problem]
    manner = _Manner(chosen, limits or Limits(), lenient, legal)
    pih = codestream.only(Marker.PIH)
    main = None if pih is None else _survey(pih, None, manner)
    picture = None if main is None or main.values is None else PictureHeader.from_elements(main.values)
    parts: list[HeaderSurvey] = []
    for part in codestream.substreams:
        if part.marker is Marker.TON and picture is None:
            continue  # its syntax depends on PIH
        if main is not None and pih is not None and part.offset == pih.offset:
            parts.append(main)
        elif part.marker in BIT_CODED:
            parts.append(_survey(part, picture, manner))
    problems = older + [problem for found in parts for problem in found.problems]
    if picture is not None:
        problems += _limit_problems(picture, manner.limits)
    headers = None
    if picture is not None and not problems:
        first: dict[Marker, HeaderSurvey] = {}
        for found in parts:
            first.setdefault(found.part.marker, found)
        headers = _headers(codestream, picture, first, chosen, draft)
        broken = rules.all_problems(headers, any_level=any_level)
        problems += [place(problem, codestream, headers) for problem in broken]
    problems = [in_other_edition(problem, codestream, chosen) for problem in problems]
    return HeadersSurvey(tuple(parts), chosen, picture, headers, tuple(problems), draft)
