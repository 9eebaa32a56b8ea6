"""The manifest of a suite and of its cases: plain JSON, one folder a case, so that other projects can read it.

In: JSON text.  Out: `SuiteManifest` and `Case`, frozen; and back.  `docs/conformance.md` describes every field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

from refdec.conformance.errors import ManifestDamaged, ManifestTooNew

__all__ = [
    "CASE_FILE",
    "SUITE_FILE",
    "TOLERANCE",
    "VERSION",
    "Case",
    "ExpectedError",
    "ExpectedPicture",
    "Kind",
    "SuiteManifest",
    "Tolerance",
    "case_from_json",
    "case_to_json",
    "manifest_from_json",
    "manifest_to_json",
]

VERSION = 1
"""Version of both files; fields are only added within a version."""

SUITE_FILE, CASE_FILE = "suite.json", "case.json"
CASE_FORMAT, SUITE_FORMAT = "refdec-conformance-case", "refdec-conformance-suite"
Kind = Literal["positive", "negative", "optional"]
KINDS = ("positive", "negative", "optional")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a decoder in floating point may be off.

    Every sample by at most `max_difference` steps, and at most `max_share` (0..1) of all samples at all.
    """

    max_difference: int
    max_share: float


TOLERANCE = Tolerance(1, 0.02)
"""What a decoder in float32 may be off: ten times the share that the reference software needs (docs/conformance.md)."""


@dataclass(frozen=True, slots=True)
class ExpectedPicture:
    """The picture that must come out.

    `file`: PNG (RGB) or planar YUV beside the stream, None where the suite leaves it to a runner to make it; `colour`
    "RGB" or "YUV"; `chroma` "444", "422" or "420"; `sha256` over the codes as little-endian int32, plane after plane.
    """

    file: str | None
    width: int
    height: int
    bits: int
    colour: str
    chroma: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """Why a stream must be refused: the class of refdec, its stable code, the clause, and where; "" for any reason.

    `lenient`: the standard lets a lenient reader pass over it with a warning, so a decoder that decodes is no failure.
    """

    name: str
    code: str
    clause: str
    at: str | None
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One stream and what must become of it.

    `kind`: "positive" must be decoded, "negative" must be refused, "optional" may be either (legal and not decodable by
    the profiles there are, or of the draft).  `clauses`: what the case exercises beyond what every positive case does.
    `model_id` and `checkpoints` say which weights it needs.  `tolerance` None: only exact decoders can be compared.
    `weights`: "" stand-ins of the suite's seed, "bundled" refdec's own pack, else the pack's file in the suite.
    `features` and `numbers`: what the stream is like (`stream_features`), empty in older manifests.
    """

    name: str
    kind: Kind
    title: str
    clauses: tuple[str, ...]
    stream: str
    sha256: str
    model_id: int
    checkpoints: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    picture: ExpectedPicture | None = None
    tolerance: Tolerance | None = None
    error: ExpectedError | None = None
    remark: str = ""
    features: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    weights: str = ""


@dataclass(frozen=True, slots=True)
class SuiteManifest:
    """What a suite is: its cases in order, the recipe of its weights, the clauses that every positive case exercises.

    `weights_seed`: seed of the recipe of `synthetic_weights.json`; `weights_folder`: where the suite carries them as
    .npz files, None if it does not.
    """

    title: str
    seed: int
    size: str
    weights_seed: int
    weights_folder: str | None
    common_clauses: tuple[str, ...]
    cases: tuple[str, ...]


def case_to_json(case: Case) -> str:
    """Return the text of `case.json`."""
    return _text({"format": CASE_FORMAT, "version": VERSION, **asdict(case)})


def manifest_to_json(manifest: SuiteManifest) -> str:
    """Return the text of `suite.json`."""
    return _text({"format": SUITE_FORMAT, "version": VERSION, **asdict(manifest)})


def case_from_json(text: str | bytes, name: str) -> Case:
    """Read `case.json`; `name` is for messages.  Raises ManifestDamaged, ManifestTooNew."""
    values = _checked(text, name, CASE_FORMAT)
    try:
        if values["kind"] not in KINDS:
            raise ManifestDamaged(name, f"the kind {values['kind']!r} does not exist")
        return Case(
            name=values["name"],
            kind=cast(Kind, values["kind"]),
            title=values["title"],
            clauses=tuple(values["clauses"]),
            stream=values["stream"],
            sha256=values["sha256"],
            model_id=values["model_id"],
            checkpoints=tuple(values.get("checkpoints", ())),
            fingerprints=dict(values.get("fingerprints", {})),
            picture=_part(ExpectedPicture, values.get("picture")),
            tolerance=_part(Tolerance, values.get("tolerance")),
            error=_part(ExpectedError, values.get("error")),
            remark=values.get("remark", ""),
            features=tuple(values.get("features", ())),
            numbers=dict(values.get("numbers", {})),
            weights=values.get("weights", ""),
        )
    except (KeyError, TypeError) as reason:
        raise ManifestDamaged(name, f"the field {reason} is missing or wrong") from reason


def manifest_from_json(text: str | bytes, name: str) -> SuiteManifest:
    """Read `suite.json`; `name` is for messages.  Raises ManifestDamaged, ManifestTooNew."""
    values = _checked(text, name, SUITE_FORMAT)
    try:
        return SuiteManifest(
            title=values["title"],
            seed=values["seed"],
            size=values["size"],
            weights_seed=values["weights_seed"],
            weights_folder=values.get("weights_folder"),
            common_clauses=tuple(values["common_clauses"]),
            cases=tuple(values["cases"]),
        )
    except (KeyError, TypeError) as reason:
        raise ManifestDamaged(name, f"the field {reason} is missing or wrong") from reason


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=1) + "\n"


def _part(kind: type[Any], values: Mapping[str, Any] | None) -> Any:
    return None if values is None else kind(**values)


def _checked(text: str | bytes, name: str, expected: str) -> dict[str, Any]:
    """Return the values of a manifest of the right format and of a known version."""
    try:
        values = json.loads(text)
    except ValueError as reason:
        raise ManifestDamaged(name, f"it is no JSON ({reason})") from reason
    if not isinstance(values, dict) or values.get("format") != expected:
        raise ManifestDamaged(name, f"its format is not {expected!r}")
    version = values.get("version")
    if not isinstance(version, int) or version < 1:
        raise ManifestDamaged(name, f"its version is {version!r}")
    if version > VERSION:
        raise ManifestTooNew(name, version, VERSION)
    return values
