"""The runner over deliberately wrong decoders: each verdict is what it should be."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from refdec.conformance.errors import CommandCannotStart, CommandWithoutPlaces, NoSuchCase
from refdec.conformance.foreign import Command
from refdec.conformance.making.suite_maker import MakeOptions, make_suite
from refdec.conformance.runner import RunOptions, run_suite
from refdec.conformance.storage import FolderStore
from refdec.conformance.suite import Suite, open_suite
from refdec.conformance.verdicts import CaseResult, CaseVerdict
from tests.conformance.conftest import FEW, command

RGB, YUV, DEEP, BROKEN, LENIENT = FEW
OPTIONAL, EXTREME = "bad_user_colour_transform", "symbols_extreme"
ALL_RIGHT = {
    RGB: CaseVerdict.EXACT,
    YUV: CaseVerdict.EXACT,
    DEEP: CaseVerdict.EXACT,
    EXTREME: CaseVerdict.EXACT,
    BROKEN: CaseVerdict.REFUSED,
    LENIENT: CaseVerdict.REFUSED,
    OPTIONAL: CaseVerdict.REFUSED,
}
LEGAL = (RGB, YUV, DEEP, EXTREME)


def of_legal(verdict: CaseVerdict, extreme: CaseVerdict | None = None) -> dict[str, CaseVerdict]:
    """The right verdicts, but this one for all legal streams."""
    return {**ALL_RIGHT, **dict.fromkeys(LEGAL, verdict), EXTREME: extreme or verdict}


EXPECTED: Mapping[str, dict[str, CaseVerdict]] = {
    "right": ALL_RIGHT,
    "rounding": of_legal(CaseVerdict.TOLERATED, CaseVerdict.UNCOMPARED),
    "off_by_one": of_legal(CaseVerdict.DIFFERS, CaseVerdict.UNCOMPARED),
    "wrong_crop": of_legal(CaseVerdict.DIFFERS, CaseVerdict.UNCOMPARED),
    "uncropped": of_legal(CaseVerdict.SIZE),
    "swapped_chroma": of_legal(CaseVerdict.DIFFERS, CaseVerdict.UNCOMPARED),
    "limited_range": of_legal(CaseVerdict.DIFFERS, CaseVerdict.UNCOMPARED),
    "mirrored": of_legal(CaseVerdict.DIFFERS, CaseVerdict.UNCOMPARED),
    "crash": dict.fromkeys(ALL_RIGHT, CaseVerdict.CRASH),
    "garbage": {
        **of_legal(CaseVerdict.NO_PICTURE),
        YUV: CaseVerdict.SIZE,  # a raw file of any bytes is a picture of some size
        BROKEN: CaseVerdict.ACCEPTED,
        LENIENT: CaseVerdict.DECODED,
        OPTIONAL: CaseVerdict.DECODED,
    },
    "silent": {
        **of_legal(CaseVerdict.NO_PICTURE),
        BROKEN: CaseVerdict.ACCEPTED,
        LENIENT: CaseVerdict.DECODED,
        OPTIONAL: CaseVerdict.DECODED,
    },
    "accepts_broken": {
        **ALL_RIGHT,
        BROKEN: CaseVerdict.ACCEPTED,
        LENIENT: CaseVerdict.DECODED,
        OPTIONAL: CaseVerdict.DECODED,
    },
    "refuses_all": of_legal(CaseVerdict.FAILED),
}


def run(suite: Suite, script: str, *patterns: str, timeout_s: float = 60.0) -> dict[str, CaseResult]:
    options = RunOptions(command(script), Path(suite.name), jobs=2, timeout_s=timeout_s, patterns=patterns)
    return {result.case.name: result for result in run_suite(suite, options).results}


@pytest.mark.parametrize("script", EXPECTED)
def test_verdicts_on_a_decoder(script: str, small_suite: Suite) -> None:
    found = run(small_suite, script)
    assert {name: result.verdict for name, result in found.items()} == EXPECTED[script]


@pytest.mark.parametrize(
    ("script", "guess"),
    [
        ("off_by_one", "every sample is off by -1"),
        ("wrong_crop", "the picture is shifted by one column to the left"),
        ("swapped_chroma", "planes 1 and 2 are exchanged"),
        ("limited_range", "the picture is in limited range (16..235) in place of full"),
        ("mirrored", "the picture is mirrored left to right"),
        ("transposed", "width and height are exchanged"),
    ],
)
def test_the_message_says_what_it_looks_like(script: str, guess: str, small_suite: Suite) -> None:
    result = run(small_suite, script, RGB)[RGB]
    assert guess in result.message and guess in result.guess
    assert result.verdict is CaseVerdict.SIZE or (result.difference is not None and result.shown is not None)


def test_a_decoder_that_hangs_is_stopped_with_all_that_it_started(small_suite: Suite) -> None:
    began = time.monotonic()
    found = run(small_suite, "hang", RGB, BROKEN, timeout_s=3.0)
    assert {result.verdict for result in found.values()} == {CaseVerdict.HANG}
    assert time.monotonic() - began < 60
    helper = int((Path(small_suite.name) / "helper.pid").read_text())
    deadline = time.monotonic() + 10
    while is_running(helper) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(helper)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        try:
            os.kill(process, 0)
        except OSError:
            return False
        return not Path("/proc/self/stat").exists()
    return state != "Z"


def test_refdec_itself_passes_in_this_process_and_in_workers(small_suite: Suite) -> None:
    for jobs in (1, 2):
        found = run_suite(small_suite, RunOptions(jobs=jobs))
        assert {result.case.name: result.verdict for result in found.results} == ALL_RIGHT
        assert found.passed


def test_a_command_that_does_not_exist_runs_nothing(small_suite: Suite) -> None:
    seen: list[str] = []
    with pytest.raises(CommandCannotStart, match="/nowhere/decoder"):
        run_suite(small_suite, RunOptions("/nowhere/decoder {in} {out}"), watch=lambda doing, *_: seen.append(doing))
    assert not seen


@pytest.mark.parametrize("text", ["decoder {in}", "decoder {out}", "decoder"])
def test_a_command_needs_both_places(text: str) -> None:
    with pytest.raises(CommandWithoutPlaces):
        Command.of(text, None, 1.0)


def test_a_command_with_weights_needs_some(small_suite: Suite) -> None:
    with pytest.raises(CommandWithoutPlaces) as caught:
        run_suite(small_suite, RunOptions("decoder {in} {out} {weights}"))
    assert "weights" in caught.value.headline()


def test_places_inside_words_are_filled() -> None:
    filled = Command.of("decoder --from={in} '--to={out}' 'two words'", None, 1.0).filled(Path("a b"), Path("c"))
    assert filled == ["decoder", "--from=a b", "--to=c", "two words"]


def test_a_pattern_without_a_case_is_a_mistake(small_suite: Suite) -> None:
    with pytest.raises(NoSuchCase):
        run_suite(small_suite, RunOptions(patterns=("size_*", "no_such_*")))


SHIFTED = "chroma is shifted by one column to the right before the colour transform"
FORMATS = ("format_*_idx0", "format_444_10bit_idx1", "size_*")


@pytest.fixture(scope="module")
def wide_suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Pictures of all formats, of even and odd sizes, some with user data."""
    folder = tmp_path_factory.mktemp("conformance") / "wide"
    with FolderStore(folder) as store:
        make_suite(store, MakeOptions(patterns=(*FORMATS, "udi_*")))
    return open_suite(folder)


@pytest.mark.parametrize(
    ("script", "features", "guess"),
    [
        ("chroma_shift_odd", ("an odd width",), SHIFTED),
        (
            "high_bits",
            ("10-bit samples", "YUV output"),
            "the codes stand in the high bits in the place of the low ones",
        ),
    ],
)
def test_what_failed_cases_have_in_common_is_named_in_one_line(
    script: str, features: tuple[str, ...], guess: str, wide_suite: Suite
) -> None:
    options = RunOptions(command(script), Path(wide_suite.name), jobs=2, patterns=FORMATS)
    found = run_suite(wide_suite, options)
    (rule,) = found.common
    assert rule.features == features
    assert len(rule.cases) == rule.failed == sum(not result.passed for result in found.results)
    assert f"All {rule.failed} legal streams that failed have {' and '.join(features)}" in rule.explain()
    assert f"; none of the {rule.passed} that passed has" in rule.explain()
    assert guess in rule.explain() and "\n" not in rule.explain()


def test_two_bugs_are_two_rules(wide_suite: Suite) -> None:
    found = run_suite(wide_suite, RunOptions(command("two_bugs"), Path(wide_suite.name), jobs=2))
    assert {rule.features: rule.symptoms[0][0] for rule in found.common} == {
        ("10-bit samples",): "the picture is upside down",
        ("user data (UDI)",): "crash, ended by SIGSEGV",
    }
