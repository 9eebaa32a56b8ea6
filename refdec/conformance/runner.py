"""Running a decoder over a suite: refdec in this process or in workers, or any other decoder as a command.

In: a suite and options.  Out: `RunResult`, in the order of the suite whatever runs beside what.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from refdec.conformance.case import Case
from refdec.conformance.common_features import common_rules
from refdec.conformance.errors import ManifestDamaged
from refdec.conformance.expected import observe_decode
from refdec.conformance.foreign import Command, run_foreign
from refdec.conformance.own import run_own
from refdec.conformance.run_result import RunResult
from refdec.conformance.stream_features import with_features
from refdec.conformance.suite import BUNDLED_WEIGHTS, Suite, case_weights, open_suite
from refdec.conformance.verdicts import CaseResult, CaseVerdict
from refdec.errors import RefdecError
from refdec.formats.files import read_picture
from refdec.formats.pictures import CodePicture
from refdec.formats.yuv import YuvLayout
from refdec.parallel.errors import WorkerLost
from refdec.trace.picture_digest import picture_sha256
from refdec.weights.bundled import bundled_pack_file

__all__ = ["OWN", "RunOptions", "RunWatch", "expected_picture", "run_suite"]

OWN = "refdec"
DEFAULT_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a suite is run.

    `decoder`: a command with the places {in}, {out} and perhaps {weights}; None is refdec itself.  `weights`: the
    folder for {weights}, None takes that of the suite.  `patterns`: only cases whose names match one.
    """

    decoder: str | None = None
    weights: Path | None = None
    jobs: int = 1
    timeout_s: float = DEFAULT_TIMEOUT_S
    patterns: tuple[str, ...] = ()


def suite_picture(suite: Suite, case: Case) -> CodePicture | None:
    """Return the picture that the suite has for a case, None if it has none; raises ManifestDamaged."""
    file = suite.picture_file(case)
    if file is None or case.picture is None:
        return None
    told = case.picture
    layout, bits = YuvLayout(told.width, told.height, told.bits, told.chroma), told.bits if told.bits > 8 else None
    name = f"{suite.name}/{case.name}/{told.file}"
    try:
        picture = read_picture(file, suffix=Path(told.file or "").suffix, layout=layout, bits=bits)
    except RefdecError as reason:
        raise ManifestDamaged(name, f"the expected picture cannot be read: {reason.headline()}") from reason
    if picture_sha256(picture.components) != told.sha256:
        raise ManifestDamaged(name, "the expected picture has another hash than the manifest says")
    return picture


def expected_picture(suite: Suite, case: Case) -> CodePicture | None:
    """Return the picture of a positive case: from the suite's file, or else decoded here and checked against its hash.

    None for other cases, and where only the hash of a picture is known that refdec does not decode to.  Raises
    ManifestDamaged if file or decoder disagree with the manifest.
    """
    if case.picture is None or (file := suite_picture(suite, case)) is not None:
        return None if case.picture is None else file
    if not case.fingerprints:
        return None
    observed = observe_decode(suite.stream(case), case_weights(suite, case))
    if observed.picture is None:
        raise ManifestDamaged(f"{suite.name}/{case.name}", "refdec does not decode its stream")
    if picture_sha256(observed.picture.components) != case.picture.sha256:
        raise ManifestDamaged(f"{suite.name}/{case.name}", "refdec decodes its stream to another picture")
    return observed.picture


RunWatch: TypeAlias = Callable[[str, int, int, int], None]
"""Told what is done ("preparing", "running"), how many cases are, of how many, and how many of them failed."""


def unwatched(doing: str, done: int, total: int, failed: int) -> None:
    """Take no notice."""


def run_suite(suite: Suite, options: RunOptions = RunOptions(), *, watch: RunWatch = unwatched) -> RunResult:
    """Run all chosen cases; `watch` is told after each.

    Raises NoSuchCase, CommandWithoutPlaces, CommandUnreadable, CommandCannotStart, ManifestDamaged, ManifestTooNew.
    """
    start = time.perf_counter()
    cases = [suite.case(name) for name in suite.select(options.patterns)]
    found: dict[str, CaseResult] = {}
    for result in _results(suite, cases, options, watch):
        found[result.case.name] = result
        watch("running", len(found), len(cases), sum(not one.passed for one in found.values()))
    ordered = tuple(found[case.name] for case in cases)
    if not all(result.passed for result in ordered):
        ordered = tuple(replace(one, case=with_features(one.case, suite.stream(one.case))) for one in ordered)
    seconds = time.perf_counter() - start
    common = common_rules(ordered)
    return RunResult(suite.name, options.decoder or OWN, ordered, seconds, suite.manifest.common_clauses, common)


def _results(suite: Suite, cases: Sequence[Case], options: RunOptions, watch: RunWatch) -> Iterator[CaseResult]:
    if options.decoder is None:
        by_model = sorted(cases, key=lambda case: case.model_id)  # networks of a model are built once
        return _own_results(suite, by_model, options)
    weights = options.weights
    if weights is None and suite.manifest.weights_folder is not None:
        weights = Path(suite.name) / suite.manifest.weights_folder
    if weights is None and all(case.weights for case in cases):
        weights = Path()  # each case has a pack of its own
    command = Command.of(options.decoder, None if weights is None else weights.resolve(), options.timeout_s)
    command.require_program()
    return _foreign_results(suite, cases, command, options.jobs, watch)


def _foreign_results(
    suite: Suite, cases: Sequence[Case], command: Command, jobs: int, watch: RunWatch
) -> Iterator[CaseResult]:
    """Run commands side by side; expected pictures that refdec must make are made before, one after the other."""
    pictures: dict[str, CodePicture | None] = {}
    for case in cases:
        pictures[case.name] = expected_picture(suite, case)
        watch("preparing", len(pictures), len(cases), 0)
    streams = {case.name: suite.stream(case) for case in cases}

    with TemporaryDirectory(prefix="refdec-packs-") as folder:
        commands = {case.name: _with_weights(command, suite, case, Path(folder)) for case in cases}

        def run(case: Case) -> CaseResult:
            return run_foreign(commands[case.name], case, streams[case.name], partial(pictures.get, case.name))

        with ThreadPoolExecutor(max_workers=jobs) as executor:
            try:
                yield from executor.map(run, cases)
            finally:
                executor.shutdown(cancel_futures=True)


def _with_weights(command: Command, suite: Suite, case: Case, folder: Path) -> Command:
    """Return the command of a case: where it has weights of its own, {weights} is their file."""
    if not case.weights:
        return command
    if case.weights == BUNDLED_WEIGHTS:
        return replace(command, weights=bundled_pack_file())
    file = folder / Path(case.weights).name
    if not file.exists():
        file.write_bytes(suite.pack_file(case))
    return replace(command, weights=file)


@dataclass(frozen=True, slots=True)
class _SuiteWork:
    """What every worker holds."""

    suite: Path
    timeout_s: float


def _run_case(work: _SuiteWork, name: str) -> CaseResult:
    """Run one case in a worker; the suite and its weights are opened once a process."""
    suite = open_suite(work.suite)
    return _run_own_case(suite, suite.case(name), work.timeout_s)


def _run_own_case(suite: Suite, case: Case, timeout_s: float) -> CaseResult:
    pack = case_weights(suite, case)
    return run_own(case, suite.stream(case), pack, timeout_s, partial(suite_picture, suite, case))


def _own_results(suite: Suite, cases: Sequence[Case], options: RunOptions) -> Iterator[CaseResult]:
    if options.jobs <= 1:
        for case in cases:
            yield _run_own_case(suite, case, options.timeout_s)
        return
    from refdec.parallel.pool import ProcessPool

    waiting = list(cases)
    while waiting:
        work = _SuiteWork(Path(suite.name), options.timeout_s)
        with ProcessPool(work, workers=min(options.jobs, len(waiting))) as pool:
            answers = pool.map(_run_case, [case.name for case in waiting])
            try:
                with closing(answers):  # type: ignore[type-var]
                    for result in answers:
                        waiting.pop(0)
                        yield result
            except WorkerLost as lost:
                yield CaseResult(waiting.pop(0), CaseVerdict.CRASH, 0.0, lost.headline())
