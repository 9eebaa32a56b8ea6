"""A case of one's own for a suite: a stream, and what must become of it.

In: a suite's place, a stream, and an expectation: a picture, the hash of one, a refusal, or whatever refdec makes of
it.  Out: the suite with one case more, and sentences about what refdec itself makes of the stream.  The suite changes
whole or not at all; one that does not exist begins with this case.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from refdec.api.chosen_frame import chosen_stream
from refdec.api.weights import load_weights
from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Headers, read_headers
from refdec.conformance.case import (
    CASE_FILE,
    SUITE_FILE,
    TOLERANCE,
    Case,
    ExpectedError,
    ExpectedPicture,
    SuiteManifest,
    Tolerance,
    case_to_json,
    manifest_to_json,
)
from refdec.conformance.errors import CaseNameTaken, CaseNameUnfit, ExpectationUnclear, ExpectationUnfit
from refdec.conformance.expected import Observed, describe_picture, observe_decode, picture_suffix
from refdec.conformance.making.checkpoints import checkpoints_of
from refdec.conformance.making.features import feature_clauses
from refdec.conformance.storage import extend_suite
from refdec.conformance.stream_features import with_features
from refdec.conformance.suite import BUNDLED_WEIGHTS, PLAIN_NAME, open_suite, suite_weights
from refdec.decoding.options import DEFAULT_OPTIONS
from refdec.errors import RefdecError, WeightsError
from refdec.formats.files import READ_SUFFIXES, read_bytes, read_picture, write_picture
from refdec.formats.kinds import CODESTREAM_SUFFIXES, HEIF_SUFFIX
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.yuv import YuvLayout
from refdec.parallel.places import is_there
from refdec.trace.picture_digest import picture_sha256

__all__ = ["AddOptions", "Added", "add_case"]

OURS = "refdec"
REFUSED = re.compile(r"refused(?::(RD\d{4}))?")
HASH = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")
NEW = SuiteManifest("Cases of one's own", 1, "own", 1, None, (), ())
"""What a suite is that begins with a case of one's own; stand-in weights have the seed of the bundled suite."""


@dataclass(frozen=True, slots=True)
class AddOptions:
    """What is known of a case.

    `expect`: the path of a picture; 64 hexadecimal digits, SHA-256 over its codes; "refused" or "refused:RD0144"; or
    "refdec", whatever refdec makes of the stream.  `name`: "" takes that of the stream.  `weights`: a pack that goes
    into the suite; None takes the bundled one, or the stand-ins of the suite where only they can decode the stream.
    """

    expect: str
    name: str = ""
    title: str = ""
    remark: str = ""
    tolerance: Tolerance = TOLERANCE
    weights: Path | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """The case as it stands in the suite, and sentences about it."""

    case: Case
    notes: tuple[str, ...]


def add_case(suite: Path, stream: Path, options: AddOptions) -> Added:
    """Add a stream to a suite.

    Raises CaseNameUnfit, CaseNameTaken, ExpectationUnclear, ExpectationUnfit, InputError, WeightsError.
    """
    name = options.name or re.sub(r"[^A-Za-z0-9_.-]+", "_", stream.stem).strip("._")
    if not PLAIN_NAME.fullmatch(name):
        raise CaseNameUnfit(name)
    opened = open_suite(suite) if is_there(suite) else None
    manifest = NEW if opened is None else opened.manifest
    if name in manifest.cases:
        raise CaseNameTaken(name, str(suite))
    chosen = chosen_stream(stream, DEFAULT_OPTIONS)
    data = chosen.data
    suffix = CODESTREAM_SUFFIXES[0] if stream.suffix.lower() == HEIF_SUFFIX else stream.suffix
    headers = _headers(data)
    weighed = _weighed(data, options.weights, manifest)
    case = Case(
        name=name,
        kind="positive",
        title=options.title or f"{stream.name}, added",
        clauses=() if headers is None else feature_clauses(headers),
        stream=f"stream{suffix}",
        sha256=hashlib.sha256(data).hexdigest(),
        model_id=0 if headers is None else headers.picture.model_id,
        remark=options.remark,
        weights=weighed.place,
    )
    case, picture, notes = _expected(case, headers, weighed.observed, options)
    case = with_features(case, data)
    files = {f"{name}/{CASE_FILE}": case_to_json(case).encode(), f"{name}/{case.stream}": data, **weighed.files}
    if picture is not None and case.picture is not None and case.picture.file is not None:
        files[f"{name}/{case.picture.file}"] = _picture_file(picture)
    changed = replace(manifest, cases=(*manifest.cases, name))
    extend_suite(suite, files, {SUITE_FILE: manifest_to_json(changed).encode()})
    if chosen.guessed:
        notes = (f"{chosen.place} of a clip; another one: refdec transcode CLIP frame.jai --frame N", *notes)
    return Added(case, notes)


def _headers(data: bytes) -> Headers | None:
    try:
        return read_headers(read_codestream(data))
    except RefdecError:
        return None


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Weights as a case names them, the files that they add to the suite, and what they make of the stream."""

    place: str
    files: Mapping[str, bytes]
    observed: Observed


def _weighed(data: bytes, chosen: Path | None, manifest: SuiteManifest) -> _Weighed:
    """Decode with the chosen pack; without one with the bundled weights, and if they cannot with the stand-ins."""
    if chosen is not None:
        pack = read_bytes(chosen)
        place = f"packs/{hashlib.sha256(pack).hexdigest()[:16]}.pack"
        return _Weighed(place, {place: pack}, observe_decode(data, load_weights(pack)))
    bundled = observe_decode(data, load_weights(None))
    if bundled.error is None:
        return _Weighed(BUNDLED_WEIGHTS, {}, bundled)
    stand_in = observe_decode(data, suite_weights(manifest.weights_seed))
    if stand_in.error is None or isinstance(bundled.error, WeightsError):
        return _Weighed("", {}, stand_in)
    return _Weighed(BUNDLED_WEIGHTS, {}, bundled)


Expected = tuple[Case, CodePicture | None, tuple[str, ...]]


def _expected(case: Case, headers: Headers | None, observed: Observed, options: AddOptions) -> Expected:
    """Return the case with what must come of it, the picture for its file, and what refdec thinks of that."""
    if refused := REFUSED.fullmatch(options.expect):
        return _refusal(case, observed, refused[1] or "")
    if options.expect == OURS:
        if observed.picture is None:
            return _refusal(case, observed, "")
        return _decoded(case, headers, observed, observed.picture, options)
    if headers is None:
        raise ExpectationUnfit(case.name, "its headers cannot be read, so it has no picture")
    if digest := HASH.fullmatch(options.expect):
        return _hashed(case, headers, observed, digest[1].lower(), options)
    if Path(options.expect).suffix.lower() not in READ_SUFFIXES:
        raise ExpectationUnclear(options.expect)
    picture = _read_expected(options.expect, headers)
    return _decoded(case, headers, observed, picture, options)


def _refusal(case: Case, observed: Observed, code: str) -> Expected:
    """Return a case that must be refused; where refdec refuses it so, with its error and place."""
    problem = observed.error
    if problem is not None and code in ("", problem.code):
        at = None if problem.at is None else str(problem.at)
        error = ExpectedError(type(problem).__name__, problem.code, problem.clause, at)
        clauses = (problem.clause,) if problem.clause else ()
        return (
            replace(case, kind="negative", clauses=clauses, error=error),
            None,
            (f"refdec refuses it: {problem.headline()}",),
        )
    error = ExpectedError("", code, "", None)
    said = "refdec decodes it" if problem is None else f"refdec refuses it for another reason: {problem.headline()}"
    return replace(case, kind="negative", clauses=(), error=error), None, (said,)


def _layout(headers: Headers) -> YuvLayout:
    picture = headers.picture
    form = ChromaFormat((picture.s_ver, picture.s_hor)).digits
    return YuvLayout(picture.display_width, picture.display_height, picture.bit_depth, form)


def _read_expected(path: str, headers: Headers) -> CodePicture:
    """Read the expected picture and see whether the stream can have it.  Raises ExpectationUnfit, InputError."""
    bits = headers.picture.bit_depth
    found = read_picture(path, layout=_layout(headers), bits=bits if bits > 8 else None)
    wanted = _description(headers, "")
    told = describe_picture(found, None) if found.colour is not Colour.GRAY else None
    if told is None or replace(told, sha256="") != wanted:
        shown = "gray" if told is None else _words(told)
        raise ExpectationUnfit(path, f"it is {shown}; the stream has {_words(wanted)}")
    return found


def _description(headers: Headers, sha256: str) -> ExpectedPicture:
    layout, colour = _layout(headers), "RGB" if headers.picture.colour_transform_idx == 1 else "YUV"
    chroma = "444" if colour == "RGB" else layout.chroma
    return ExpectedPicture(None, layout.width, layout.height, layout.bits, colour, chroma, sha256)


def _words(told: ExpectedPicture) -> str:
    chroma = f" {told.chroma[0]}:{told.chroma[1]}:{told.chroma[2]}" if told.colour == "YUV" else ""
    return f"{told.width} x {told.height}, {told.bits} bits, {told.colour}{chroma}"


def _hashed(case: Case, headers: Headers, observed: Observed, digest: str, options: AddOptions) -> Expected:
    """Return a case of which only the hash is known; its picture is kept where refdec decodes to it."""
    if observed.picture is not None and picture_sha256(observed.picture.components) == digest:
        return _decoded(case, headers, observed, observed.picture, options)
    said = "another picture" if observed.error is None else f"an error: {observed.error.headline()}"
    case = replace(case, picture=_description(headers, digest), checkpoints=checkpoints_of(headers))
    return case, None, (f"refdec decodes it to {said}; only the hash can be compared",)


def _decoded(
    case: Case, headers: Headers | None, observed: Observed, picture: CodePicture, options: AddOptions
) -> Expected:
    """Return a case that must be decoded; with the fingerprints of all stages where refdec decodes to that picture."""
    assert headers is not None, "a stream with a picture has headers"
    file = f"expected{picture_suffix(picture.colour.value)}"
    described = describe_picture(picture, file)
    ours = observed.picture is not None and picture_sha256(observed.picture.components) == described.sha256
    case = replace(
        case,
        checkpoints=checkpoints_of(headers),
        fingerprints=dict(observed.fingerprints) if ours else {},
        picture=described,
        tolerance=options.tolerance,
    )
    if ours:
        return case, picture, ("refdec decodes it to that picture",)
    said = "another picture" if observed.error is None else f"an error: {observed.error.headline()}"
    return case, picture, (f"refdec decodes it to {said}",)


def _picture_file(picture: CodePicture) -> bytes:
    out = io.BytesIO()
    write_picture(out, picture, suffix=picture_suffix(picture.colour.value))
    return out.getvalue()
