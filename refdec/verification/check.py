"""The verdict on one codestream: legality, decoding, comparison (1.8, 6.5).

In: bytes, weights, and what is expected.  Out: `Verdict`.  Whatever the bytes are, the result is a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from refdec.api.beside import NOTHING_BESIDE, BesidePicture
from refdec.api.errors import WeightsDiffer
from refdec.api.inputs import Inputs
from refdec.api.lossless import restored
from refdec.api.weights import require_weights
from refdec.bitstream.edition_errors import DraftHeader
from refdec.bitstream.rule_errors import PROFILE_LEVEL_ERRORS, TooManyRegions
from refdec.bitstream.userdata import read_gray_mark
from refdec.clauses import clause
from refdec.decoding.memory import whole_bytes
from refdec.decoding.models import models_of
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.decoding.whole import Decoded, decode_codestream
from refdec.errors import CodestreamError, ExitCode, LimitExceeded, RefdecError, UnsupportedError
from refdec.inspection.problems import Findings, find_problems, is_absence
from refdec.limits import Check
from refdec.parallel.clock import check_of
from refdec.trace.fingerprints import Fingerprints
from refdec.verification.remarks import remarks_on, worker_remarks
from refdec.verification.shown import shown_picture
from refdec.verification.verdict import Verdict
from refdec.weights.errors import MissingCheckpoint

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers
    from refdec.picture.picture import PictureCodes
    from refdec.verification.expectation import Expectation
    from refdec.weights.pack import WeightPack

__all__ = ["case_of", "verify_codestream"]


@clause("1.8", kind="added", reason="a decoder may stop at the first broken rule, a verifier lists all")
def verify_codestream(
    data: bytes,
    pack: WeightPack,
    *,
    name: str = "the codestream",
    expectation: Expectation | None = None,
    options: DecodeOptions = DEFAULT_OPTIONS,
    beside: BesidePicture = NOTHING_BESIDE,
) -> Verdict:
    """(1.8) Find every broken rule, decode if there is none, compare with what is expected.

    `name` is that of the input in messages; its stem chooses the case of a file with many traces.  `beside`: what the
    file around it says, which decides what is shown of it, and is compared.  Where the pack has
    not the weights of the stream, the verdict is on what needs none.  Raises WeightsError where the pack is damaged,
    InputError where the expectation cannot be read.  Where `options.edition` is None the published standard judges; a
    stream of the draft is decoded and compared all the same.
    """
    findings = find_problems(
        data,
        edition=options.edition,
        limits=options.limits,
        lenient=options.lenient,
        any_level=options.any_level,
        legal=False,
    )
    verdict = _judged(findings, pack, name, expectation, options, beside)
    user_data = None if findings.headers is None else findings.headers.user_data
    shared = worker_remarks(user_data, options.workers)
    verdict = replace(verdict, remarks=(*remarks_on(findings, verdict.problems), *shared))
    return _by_the_published(verdict, findings) if findings.survey.draft else verdict


@clause("1.12")
def _by_the_published(verdict: Verdict, findings: Findings) -> Verdict:
    """(1.12) Return the verdict on a stream of the draft by the published standard, which nobody asked to overlook."""
    said = {warning.headline() for warning in findings.survey.draft}
    legal = not any(problem.exit_code == ExitCode.NOT_CONFORMANT for problem in verdict.problems)
    problems = tuple(DraftHeader(legal, at=warning.at) for warning in findings.survey.draft)
    kept = tuple(warning for warning in verdict.warnings if warning not in said)
    return replace(verdict, problems=(*problems, *verdict.problems), warnings=kept)


def _judged(
    findings: Findings,
    pack: WeightPack,
    name: str,
    expectation: Expectation | None,
    options: DecodeOptions,
    beside: BesidePicture,
) -> Verdict:
    """Return the verdict by the edition that the headers were read by."""
    warnings = tuple(warning.headline() for warning in findings.warnings)
    data, check = findings.codestream.data, check_of(options.limits)
    if findings.problems:
        problems = [*findings.problems, *_entropy_problems(findings, pack, options, check)]
        return Verdict(name, _without_repeats(problems, first=findings.cut), warnings)
    prints = Fingerprints()
    try:
        gray = findings.headers is not None and read_gray_mark(findings.headers.user_data) is not None
        decoded = decode_codestream(
            data,
            pack,
            replace(options, colour="gray") if gray or expectation is not None else options,
            observe=prints,
            check_weights=None if options.ignore_weights_fingerprint else require_weights,
            check=check,
        )
        original = _original(Inputs(data, pack, None, check), decoded.headers, options)
    except (CodestreamError, LimitExceeded, UnsupportedError, WeightsDiffer, MissingCheckpoint) as problem:
        found = _entropy_problems(findings, pack, options, check) if isinstance(problem, CodestreamError) else ()
        unique = _without_repeats([problem, *found])
        return Verdict(name, unique, warnings, fingerprints=dict(prints.sha256), ended_by=problem)
    comparison = None
    if expectation is not None:
        shown = shown_picture(decoded, original, beside)
        comparison = expectation.compare(shown, prints.sha256, case_of(name), limits=options.limits)
    return Verdict(name, (), decoded.warnings, _describe(decoded), dict(prints.sha256), comparison)


@clause("7.6", kind="added", reason="a verifier decodes all that a decoder would")
def _original(inputs: Inputs, headers: Headers, options: DecodeOptions) -> PictureCodes | None:
    """(7.6) Return what the lossless layer gives, where there is one and what is asked for is the picture that it is
    behind; None without one.

    Raises LayerDamaged, LayerOfOtherPicture, and what decoding raises.
    """
    return restored(inputs, headers, replace(options, region=None, bit_depth=None, colour=None)).picture


def case_of(name: str) -> str:
    """Return the case of a file with many traces that an input is."""
    return name.replace("\\", "/").rpartition("/")[2].partition(".")[0]


def _describe(decoded: Decoded) -> str:
    picture = decoded.headers.picture
    colour = "RGB" if picture.colour_transform_idx else "YUV"
    return f"{picture.display_width} x {picture.display_height}, {picture.bit_depth} bit {colour}"


def _entropy_problems(findings: Findings, pack: WeightPack, options: DecodeOptions, check: Check) -> list[RefdecError]:
    """Return what is wrong with the entropy-coded data, where headers allow to decode them; else nothing.

    Where limits end the search, what was found until then, and the limit: there may be more.
    """
    from refdec.verification.entropy import entropy_problems

    headers = findings.headers
    if headers is None or not all(
        isinstance(problem, (*PROFILE_LEVEL_ERRORS, TooManyRegions)) for problem in findings.survey.problems
    ):
        return []
    if any(isinstance(problem, LimitExceeded) for problem in findings.problems):
        return []  # the codestream was not cut to its end: what seems to be absent may follow
    picture, found = headers.picture, list[RefdecError]()
    listed = picture.synthesis_transforms
    transform = options.synthesis if options.synthesis in listed else listed[0]
    try:
        if not options.ignore_weights_fingerprint:
            require_weights(headers.user_data, pack, picture.model_id)
        options.limits.require_memory(whole_bytes(headers, transform))
        models = models_of(pack, picture.model_id)
        for problem in entropy_problems(findings.codestream, headers, models, check=check):
            if findings.whole or not is_absence(problem):
                found.append(problem)
    except LimitExceeded as problem:
        found.append(problem)
    except RefdecError:
        return []  # weights that do not fit or are not there: the problems without them stand
    return found


def _without_repeats(problems: Iterable[RefdecError], *, first: RefdecError | None = None) -> tuple[RefdecError, ...]:
    """Return problems without those that say the same about the same place: by place, those without one at the end.

    `first` is one of them that caused others, and comes before all.
    """
    unique: dict[tuple[str, str, str], RefdecError] = {}
    for problem in problems:
        unique.setdefault((problem.code, str(problem.at), problem.explain()), problem)

    def place(problem: RefdecError) -> tuple[bool, bool, int]:
        return problem is not first, problem.at is None, 0 if problem.at is None else problem.at.bits

    return tuple(sorted(unique.values(), key=place))
