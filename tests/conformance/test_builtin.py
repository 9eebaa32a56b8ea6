"""The bundled suite: small, complete by its own rules, and refdec passes it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from refdec.bitstream import edition_errors, rule_errors
from refdec.bitstream import errors as bitstream_errors
from refdec.conformance.coverage import reached_by
from refdec.conformance.elements import NEVER, NOT_IN_SMALL, extreme_rows, seen_values
from refdec.conformance.expected import observe_decode
from refdec.conformance.making.recipe import dice_of, write_parts
from refdec.conformance.making.suite_maker import recipes
from refdec.conformance.runner import RunOptions, run_suite
from refdec.conformance.suite import Suite, builtin_data, open_suite, suite_weights
from refdec.entropy import errors as entropy_errors
from refdec.errors import CodestreamError, LimitExceeded, UnsupportedError
from refdec.latent import errors as latent_errors
from refdec.picture import errors as picture_errors
from refdec.tiling import errors as tiling_errors

MOST_BYTES = 3_000_000
RECORD = Path(__file__).resolve().parents[2] / "docs" / "coverage.json"
MODULES = (bitstream_errors, rule_errors, edition_errors, tiling_errors, entropy_errors, latent_errors, picture_errors)

# Classes that no stream can raise in a strict decode, because a rule of 1.8 refuses it before.
SHADOWED = {
    "RD0165": "streams of the draft are decoded, with a warning",
    "RD0166": "only where the caller names an edition",
    "RD0452": "rule_errors.OverlapBeyondRegion",
    "RD0453": "rule_errors.TileOverlapBeyondTile and TileOverlapBeyondPicture",
    "RD0455": "rule_errors.IcciTileTooSmall",
    "RD0501": "rule_errors.FormatNotConvertible",
    "RD0502": "rule_errors.MaskWithoutAlternative",
    "RD0503": "rule_errors.OffsetTileCountWrong",
    "RD0504": "rule_errors.MaskSizeWrong",
    "RD0505": "rule_errors.UserColourTransform",
    "RD0506": "rule_errors.UserColourTransform",
    "RD0507": "the syntax: icci_enable_flag is not coded for 4:2:0",
}


@pytest.fixture(scope="module")
def suite() -> Suite:
    return open_suite(None)


def test_refdec_passes_the_bundled_suite(suite: Suite) -> None:
    found = run_suite(suite, RunOptions())
    assert {result.case.name: result.message for result in found.results if not result.passed} == {}
    assert len(found.results) == len(suite.manifest.cases) > 300


def test_the_bundled_suite_is_small() -> None:
    assert builtin_data().stat().st_size < MOST_BYTES


def test_every_error_of_a_stream_has_a_case(suite: Suite) -> None:
    errors = [suite.case(name).error for name in suite.manifest.cases]
    tested = {error.code for error in errors if error is not None}
    reachable = {
        kind.code
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, CodestreamError | UnsupportedError)
        and not issubclass(kind, LimitExceeded)
        and "code" in vars(kind)
    }
    assert reachable - tested == set(SHADOWED)
    assert tested - reachable == {"RD0001"}  # a picture above the largest level is refused by a limit


def test_every_element_reaches_both_ends_of_its_range(suite: Suite) -> None:
    cases = map(suite.case, suite.manifest.cases)
    rows = extreme_rows(seen_values(suite.stream(case) for case in cases if case.kind == "positive"))
    missing = {(row.name, end) for row in rows for end in ("low", "high") if not getattr(row, f"{end}_seen")}
    assert missing == set(NEVER) | set(NOT_IN_SMALL)


def test_full_suites_reach_the_ends_that_need_large_pictures() -> None:
    """Headers are enough to tell; the streams themselves take minutes to make."""
    streams = (write_parts(recipe.headers, {}) for recipe in recipes(dice_of(1), "full"))
    rows = extreme_rows(seen_values(streams))
    missing = {(row.name, end) for row in rows for end in ("low", "high") if not getattr(row, f"{end}_seen")}
    assert missing == set(NEVER)


def test_manifests_agree_with_the_recorded_coverage(suite: Suite) -> None:
    recorded = set(json.loads(RECORD.read_text())["builtin"])
    assert set(suite.manifest.common_clauses) <= recorded


@pytest.mark.parametrize("name", ["lef_0", "rvs_model1", "eicci_format_422", "hop_model1"])
def test_clauses_of_a_case_are_those_that_its_decoding_reaches(name: str, suite: Suite) -> None:
    case, pack = suite.case(name), suite_weights(suite.manifest.weights_seed)
    decode = partial(observe_decode, suite.stream(case), pack)
    decode()
    _, reached = reached_by(decode)
    own = reached.clauses - set(suite.manifest.common_clauses)
    assert own <= set(case.clauses)
    assert set(suite.manifest.common_clauses) <= reached.clauses
