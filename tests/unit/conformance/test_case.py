"""Manifests: written, read back, and refused where they are damaged or newer than this program."""

from __future__ import annotations

import json
from typing import Any

import pytest

from refdec.conformance.case import (
    VERSION,
    Case,
    ExpectedError,
    ExpectedPicture,
    SuiteManifest,
    Tolerance,
    case_from_json,
    case_to_json,
    manifest_from_json,
    manifest_to_json,
)
from refdec.conformance.errors import ManifestDamaged, ManifestTooNew

POSITIVE = Case(
    name="a",
    kind="positive",
    title="A",
    clauses=("1.2", "3.B"),
    stream="stream.jai",
    sha256="00",
    model_id=2,
    checkpoints=("VM_bop/decoder_Y_0.012",),
    fingerprints={"codes.0[1,1]": "ff"},
    picture=ExpectedPicture("expected.png", 1, 1, 8, "RGB", "444", "aa"),
    tolerance=Tolerance(1, 0.02),
    remark="none",
)
NEGATIVE = Case("b", "negative", "B", ("1.8 (1)",), "stream.jai", "11", 1, error=ExpectedError("E", "RD1", "1.8", None))
MANIFEST = SuiteManifest("T", 1, "small", 1, None, ("1.2",), ("a", "b"))


@pytest.mark.parametrize("case", [POSITIVE, NEGATIVE], ids=["positive", "negative"])
def test_a_case_survives_the_round_trip(case: Case) -> None:
    assert case_from_json(case_to_json(case), "case.json") == case


def test_a_manifest_survives_the_round_trip() -> None:
    assert manifest_from_json(manifest_to_json(MANIFEST), "suite.json") == MANIFEST


@pytest.mark.parametrize(
    "change",
    [
        {"format": "something else"},
        {"version": 0},
        {"version": "1"},
        {"kind": "neutral"},
        {"clauses": None},
        {"error": {"name": "only a name"}},
    ],
)
def test_damaged_cases_are_refused(change: dict[str, Any]) -> None:
    text = json.dumps({**json.loads(case_to_json(NEGATIVE)), **change})
    with pytest.raises(ManifestDamaged):
        case_from_json(text, "case.json")


@pytest.mark.parametrize("missing", ["name", "sha256", "stream", "model_id"])
def test_a_missing_field_is_named(missing: str) -> None:
    values = json.loads(case_to_json(POSITIVE))
    del values[missing]
    with pytest.raises(ManifestDamaged, match=missing):
        case_from_json(json.dumps(values), "case.json")


def test_text_that_is_no_json() -> None:
    with pytest.raises(ManifestDamaged):
        manifest_from_json(b"\xff\xd8 not json", "suite.json")


def test_a_newer_version_is_refused_and_an_added_field_is_not() -> None:
    values = json.loads(manifest_to_json(MANIFEST))
    assert manifest_from_json(json.dumps({**values, "colour_of_the_cover": "blue"}), "suite.json") == MANIFEST
    with pytest.raises(ManifestTooNew):
        manifest_from_json(json.dumps({**values, "version": VERSION + 1}), "suite.json")
