"""refdec itself under test, in this process: every stage is compared, and the error that a broken stream must raise.

In: a case and its stream.  Out: `CaseResult`.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from functools import partial

from refdec.clauses import clause_path
from refdec.conformance.case import Case
from refdec.conformance.compare import with_difference
from refdec.conformance.expected import Observed, observe_decode
from refdec.conformance.verdicts import CaseResult, CaseVerdict
from refdec.formats.pictures import CodePicture
from refdec.parallel.deadline import within
from refdec.parallel.errors import FileTimeout
from refdec.trace.picture_digest import picture_sha256
from refdec.weights.pack import WeightPack

__all__ = ["run_own"]


def run_own(
    case: Case,
    data: bytes,
    pack: WeightPack,
    timeout_s: float | None = None,
    expected: Callable[[], CodePicture | None] = lambda: None,
) -> CaseResult:
    """Decode a case's stream with refdec and say whether all is as recorded.

    `expected` gives the suite's picture, where it has one, for a case whose picture is not refdec's own.
    """
    start = time.perf_counter()
    message, output = "", ""
    through: tuple[str, ...] = ()
    try:
        observed = within(timeout_s, partial(observe_decode, data, pack))
        verdict, message = _judged(case, observed)
        through = () if observed.error is None else clause_path(observed.error)
    except FileTimeout:
        verdict, message = CaseVerdict.HANG, f"still running after {timeout_s} s"
    except Exception as bug:  # whatever it is, it is a finding about this case, and the others want to run
        verdict, message, output = CaseVerdict.CRASH, f"{type(bug).__name__}: {bug}", traceback.format_exc()
        through = clause_path(bug)
    result = CaseResult(case, verdict, time.perf_counter() - start, message, output=output, through=through)
    if verdict is not CaseVerdict.DIFFERS or observed.picture is None or (want := expected()) is None:
        return result
    return with_difference(result, want, observed.picture)


def _judged(case: Case, observed: Observed) -> tuple[CaseVerdict, str]:
    if case.error is not None:
        return _judged_error(case, observed)
    if observed.error is not None:
        return CaseVerdict.FAILED, observed.error.headline()
    for stage, wanted in case.fingerprints.items():
        found = observed.fingerprints.get(stage)
        if found != wanted:
            return CaseVerdict.STAGE, f"{stage}: expected {wanted[:16]}, found {(found or 'no such stage')[:16]}"
    extra = [stage for stage in observed.fingerprints if stage not in case.fingerprints]
    if extra and case.fingerprints:
        return CaseVerdict.STAGE, f"{extra[0]} is not in the manifest"
    if case.picture is not None and observed.picture is not None:
        found = picture_sha256(observed.picture.components)
        if found != case.picture.sha256:
            return CaseVerdict.DIFFERS, f"picture: expected {case.picture.sha256[:16]}, found {found[:16]}"
    return CaseVerdict.EXACT, ""


def _judged_error(case: Case, observed: Observed) -> tuple[CaseVerdict, str]:
    expected, problem = case.error, observed.error
    assert expected is not None
    if problem is None and expected.lenient:
        return CaseVerdict.DECODED, f"passed over: {expected.name} ({expected.clause})"
    if problem is None:
        return CaseVerdict.ACCEPTED, f"expected {expected.name} [{expected.code}]" if expected.code else "not noticed"
    if not expected.code:
        return CaseVerdict.REFUSED, problem.headline()
    if (problem.code, problem.clause) != (expected.code, expected.clause):
        return CaseVerdict.WRONG_ERROR, f"expected {expected.name} [{expected.code}], found {problem.headline()}"
    at = None if problem.at is None else str(problem.at)
    if at != expected.at:
        return CaseVerdict.WRONG_ERROR, f"expected at byte.bit {expected.at}, found at {at}"
    return CaseVerdict.REFUSED, problem.headline()
