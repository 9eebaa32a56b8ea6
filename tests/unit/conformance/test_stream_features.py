"""Features of streams: those of the bundled suite, of broken streams, and of manifests that have them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refdec.conformance.case import case_from_json, case_to_json
from refdec.conformance.stream_features import with_features
from refdec.conformance.suite import Suite, open_suite


@pytest.fixture(scope="module")
def suite() -> Suite:
    return open_suite(None)


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("size_65x67", {"an odd width", "an odd height", "8-bit samples", "RGB output", "portrait format"}),
        ("format_420_8bit_idx0", {"8-bit samples", "4:2:0 output", "4:2:0 coded chroma", "YUV output"}),
        ("format_444_10bit_idx1", {"10-bit samples", "4:4:4 output"}),
        ("threads_4_16", {"more than one residual thread"}),
        ("eicci_format_422", {"the eICCI filter", "4:2:2 output", "a filter"}),
        ("lef_0", {"the LEF filter"}),
        ("rvs_model1", {"RVS", "model 1"}),
        ("hop_model1", {"HOP as first synthesis transform"}),
        ("bad_no_start", {"a broken rule of chapter 1"}),
    ],
)
def test_features_of_the_bundled_suite(name: str, features: set[str], suite: Suite) -> None:
    case = suite.case(name)
    found = with_features(case, suite.stream(case))
    assert features <= set(found.features)
    assert found.numbers["bytes"] == len(suite.stream(case))


def test_every_case_has_features_and_every_feature_tells_cases_apart(suite: Suite) -> None:
    cases = [with_features(case, suite.stream(case)) for case in map(suite.case, suite.manifest.cases)]
    assert all(case.features and len(set(case.features)) == len(case.features) for case in cases)
    legal = [set(case.features) for case in cases if case.error is None]
    assert set.intersection(*legal) == set()
    assert len(set.union(*legal)) > 90


def test_features_of_a_manifest_stay(suite: Suite) -> None:
    case = replace(suite.case("size_65x67"), features=("a feature of mine",), numbers={"weight": 3})
    assert with_features(case, b"") is case
    assert case_from_json(case_to_json(case), "c") == case
