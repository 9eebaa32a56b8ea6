"""Everything that is wrong with a codestream and can be seen without weights (1.8, 2.3).

In: bytes.  Out: `Findings`: the codestream as far as it can be cut, its headers as far as they read, all problems by
their kind: framing, headers, presence of substreams and region tables, thread directories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from refdec.bitstream.editions import Edition
from refdec.bitstream.errors import CodestreamCut, SubstreamTooLong
from refdec.bitstream.framing import Codestream, survey_codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import RegionUnit, hyper_unit, payload_problems, quality_map_unit, residual_units
from refdec.bitstream.survey import HeadersSurvey, survey_headers
from refdec.clauses import clause
from refdec.entropy.errors import MarkerBitMissing
from refdec.entropy.threads import read_sizes
from refdec.errors import CodestreamError, RefdecError
from refdec.limits import Limits

__all__ = ["Findings", "find_problems", "is_absence", "thread_problems"]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a survey without weights finds.

    `whole` tells that the codestream could be cut from SOC to EOC; `cut` is the problem that says that its data end too
    early, None where they do not.
    """

    codestream: Codestream
    survey: HeadersSurvey
    problems: tuple[RefdecError, ...]
    whole: bool
    cut: RefdecError | None = None

    @property
    def headers(self) -> Headers | None:
        """The headers, None where an element of them is illegal."""
        return self.survey.headers

    @property
    def warnings(self) -> tuple[CodestreamError, ...]:
        """What a reader passed over: that the picture header is the draft's, what a lenient reader skips."""
        return (*self.codestream.warnings, *(self.headers.warnings if self.headers else self.survey.draft))


@clause("2.3")
def thread_problems(unit: RegionUnit, threads: int) -> Iterator[RefdecError]:
    """(2.3) Yield what is wrong with the thread directory of a unit, and every thread without its closing bit."""
    try:
        directory, *sizes = read_sizes(unit.data, threads, at=unit.at)
    except CodestreamError as problem:
        yield problem
        return
    end = directory
    for thread, size in enumerate(sizes):
        end += size
        if unit.data[end - 1] == 0:
            yield MarkerBitMissing(thread, at=unit.at + 8 * (end - 1))


def _units(codestream: Codestream, headers: Headers) -> Iterator[tuple[RegionUnit, int]]:
    """Yield all units of the entropy coder that can be cut out, with their numbers of threads."""
    picture = headers.picture
    sources: tuple[tuple[Callable[[], list[RegionUnit | None]], int], ...] = (
        (lambda: [hyper_unit(codestream)], picture.num_threads_z),
        (lambda: residual_units(codestream, headers, 0), picture.num_threads_r[0]),
        (lambda: residual_units(codestream, headers, 1), picture.num_threads_r[1]),
        (lambda: [quality_map_unit(codestream, headers)], picture.num_threads_q),
    )
    for source, threads in sources:
        try:
            units = source()
        except RefdecError:
            continue  # `payload_problems` has it
        yield from ((unit, threads) for unit in units if unit is not None)


@clause("1.8")
def find_problems(
    data: bytes,
    *,
    limits: Limits | None = None,
    edition: Edition | None = None,
    lenient: bool = False,
    any_level: bool = False,
    legal: bool = True,
) -> Findings:
    """(1.8) Find every problem of a codestream that its own bytes show; no weights are needed, nothing is raised.

    `lenient` makes warnings of what a lenient reader passes over; `any_level` overlooks profile and level, `legal`
    False keeps no records of legal elements.
    Payloads are looked at where the headers are legal, for their layout depends on them.
    """
    codestream, framing = survey_codestream(data, limits=limits, lenient=lenient)
    survey = survey_headers(
        codestream, edition=edition, limits=limits, lenient=lenient, any_level=any_level, legal=legal
    )
    last = codestream.substreams[-1] if codestream.substreams else None
    whole = last is not None and codestream.end > last.payload_offset + len(last.payload)
    problems: list[RefdecError] = [*framing, *survey.problems]
    if survey.headers is not None:
        found = payload_problems(codestream, survey.headers)
        problems += found if whole else [problem for problem in found if not is_absence(problem)]
        for unit, threads in _units(codestream, survey.headers):
            problems += thread_problems(unit, threads)
    cut = next((problem for problem in framing if isinstance(problem, CodestreamCut | SubstreamTooLong)), None)
    return Findings(codestream, survey, tuple(problems), whole, cut)


def is_absence(problem: RefdecError) -> bool:
    """Tell whether a problem is that a substream is absent; where the file is cut that says nothing new."""
    return problem.code in {"RD0114", "RD0115", "RD0116"}
