"""Building a suite: the same files from the same seed, with what the reference decoder makes of each stream.

In: a seed and a size.  Out: a suite in a `Store`.  A recipe that does not decode, or a damaged stream that raises
another class of error than it should, ends the making: no suite is written with an expectation that nobody checked.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from refdec.bitstream.editions import Edition
from refdec.conformance.case import (
    CASE_FILE,
    SUITE_FILE,
    TOLERANCE,
    Case,
    ExpectedError,
    SuiteManifest,
    case_to_json,
    manifest_to_json,
)
from refdec.conformance.coverage import in_text_order, reached_by
from refdec.conformance.errors import NoSuchCase
from refdec.conformance.expected import Observed, describe_picture, observe_decode, picture_suffix
from refdec.conformance.making.checkpoints import checkpoints_of
from refdec.conformance.making.features import feature_clauses
from refdec.conformance.making.negative import LENIENT, MODEL, Negative, Source, header_negatives
from refdec.conformance.making.negative_entropy import entropy_negatives
from refdec.conformance.making.plan_pairs import pair_recipes
from refdec.conformance.making.plan_picture import picture_recipes
from refdec.conformance.making.plan_tools import tool_recipes
from refdec.conformance.making.recipe import Dice, Recipe, dice_of, stream_of
from refdec.conformance.storage import Store
from refdec.conformance.stream_features import with_features
from refdec.conformance.suite import suite_weights
from refdec.decoding.models import models_of
from refdec.errors import UnsupportedError
from refdec.formats.files import write_picture
from refdec.inspection.problems import find_problems
from refdec.observation import Progress, no_progress
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_checkpoint

__all__ = ["WEIGHTS_FOLDER", "MakeOptions", "make_suite", "recipes"]

Size = Literal["small", "full"]
STREAM_FILE = "stream.jai"
WEIGHTS_FOLDER = "weights"


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """What a suite holds.

    `size` "small" or "full" (with pictures of many megapixels); `pictures`: write the expected pictures; `weights`:
    write the checkpoints; `patterns`: only cases whose names match one.
    """

    seed: int = 1
    size: Size = "small"
    pictures: bool = True
    weights: bool = False
    patterns: tuple[str, ...] = ()


def recipes(dice: Dice, size: Size) -> Iterator[Recipe]:
    """Yield the recipes of all positive cases."""
    full = size == "full"
    yield from picture_recipes(dice, full=full)
    yield from tool_recipes(dice, full=full)
    yield from pair_recipes(dice)


@dataclass(frozen=True, slots=True)
class _MadeCase:
    """A case with its stream, its expected picture as a file, and the clauses that it is about by its headers."""

    case: Case
    stream: bytes
    picture: bytes | None
    features: tuple[str, ...] = ()


def _picture_file(observed: Observed, suffix: str) -> bytes:
    assert observed.picture is not None
    out = io.BytesIO()
    write_picture(out, observed.picture, suffix=suffix)
    return out.getvalue()


def _positive(recipe: Recipe, pack: WeightPack, dice: Dice, pictures: bool) -> _MadeCase:
    picture_header = recipe.headers.picture
    stream = stream_of(recipe, models_of(pack, picture_header.model_id), dice)
    observe_decode(stream, pack)  # builds what is built once, so that the clauses do not depend on the order of cases
    observed, reached = reached_by(partial(observe_decode, stream, pack))
    if isinstance(observed, Exception):
        raise observed
    if observed.error is not None or observed.picture is None:
        raise AssertionError(f"recipe {recipe.name} does not decode") from observed.error
    described = describe_picture(observed.picture, None)
    suffix = picture_suffix(described.colour)
    if pictures:
        described = replace(described, file=f"expected{suffix}")
    case = Case(
        name=recipe.name,
        kind="positive" if recipe.headers.edition is Edition.PUBLISHED else "optional",
        title=recipe.title,
        clauses=in_text_order(reached.clauses),
        stream=STREAM_FILE,
        sha256=hashlib.sha256(stream).hexdigest(),
        model_id=picture_header.model_id,
        checkpoints=checkpoints_of(recipe.headers),
        fingerprints=observed.fingerprints,
        picture=described,
        tolerance=None if recipe.exact_only else TOLERANCE,
        remark=recipe.remark,
    )
    file = _picture_file(observed, suffix) if pictures else None
    return _MadeCase(case, stream, file, feature_clauses(recipe.headers))


def _negative(negative: Negative, pack: WeightPack) -> _MadeCase:
    observed = observe_decode(negative.data, pack)
    problem = observed.error or next(iter(find_problems(negative.data).problems), None)
    if type(problem) is not negative.error:
        raise AssertionError(f"{negative.name} raises {problem!r} instead of {negative.error.__name__}")
    at = None if problem.at is None else str(problem.at)
    lenient = negative.error in LENIENT
    case = Case(
        name=negative.name,
        kind="optional" if issubclass(negative.error, UnsupportedError) else "negative",
        title=negative.title,
        clauses=(problem.clause,),
        stream=STREAM_FILE,
        sha256=hashlib.sha256(negative.data).hexdigest(),
        model_id=MODEL,
        error=ExpectedError(negative.error.__name__, problem.code, problem.clause, at, lenient),
    )
    return _MadeCase(case, negative.data, None)


def _negatives(pack: WeightPack, dice: Dice) -> Iterator[Negative]:
    source = Source(models_of(pack, MODEL), dice)
    yield from header_negatives(source)
    yield from entropy_negatives(source, dice("flips"))


def _chosen(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def make_suite(
    store: Store, options: MakeOptions = MakeOptions(), *, on_progress: Progress = no_progress
) -> SuiteManifest:
    """Write a suite and return its manifest.  Raises NoSuchCase where the patterns match nothing."""
    pack, dice = suite_weights(options.seed), dice_of(options.seed)
    planned = [recipe for recipe in recipes(dice, options.size) if _chosen(recipe.name, options.patterns)]
    by_model = sorted(planned, key=lambda recipe: recipe.headers.picture.model_id)
    made: dict[str, _MadeCase] = {}
    for number, recipe in enumerate(by_model):
        made[recipe.name] = _positive(recipe, pack, dice, options.pictures)
        on_progress(number / (len(by_model) + 1))
    ordered = [made[recipe.name] for recipe in planned]
    if not options.patterns or any(pattern.startswith(("bad_", "*", "?", "[")) for pattern in options.patterns):
        found = [n for n in _negatives(pack, dice) if _chosen(n.name, options.patterns)]
        ordered += [_negative(negative, pack) for negative in found]
    if not ordered:
        raise NoSuchCase(" ".join(options.patterns))
    common = _common([part.case for part in ordered])
    for part in ordered:
        case = part.case
        if case.error is None:
            own = {*part.features, *(clause for clause in case.clauses if clause not in common)}
            case = replace(case, clauses=in_text_order(own))
        case = with_features(case, part.stream)
        store.write(f"{case.name}/{CASE_FILE}", case_to_json(case).encode())
        store.write(f"{case.name}/{case.stream}", part.stream)
        if part.picture is not None and case.picture is not None and case.picture.file is not None:
            store.write(f"{case.name}/{case.picture.file}", part.picture)
    manifest = SuiteManifest(
        title=f"refdec conformance suite, {options.size}, seed {options.seed}",
        seed=options.seed,
        size=options.size,
        weights_seed=options.seed,
        weights_folder=WEIGHTS_FOLDER if options.weights else None,
        common_clauses=tuple(clause for clause in ordered[0].case.clauses if clause in common),
        cases=tuple(part.case.name for part in ordered),
    )
    store.write(SUITE_FILE, manifest_to_json(manifest).encode())
    if options.weights:
        _write_weights(store, [part.case for part in ordered], options.seed)
    on_progress(1.0)
    return manifest


def _common(cases: Sequence[Case]) -> frozenset[str]:
    """Return the clauses that every positive case reaches."""
    sets = [frozenset(case.clauses) for case in cases if case.error is None]
    return frozenset.intersection(*sets) if len(sets) > 1 else frozenset()


def _write_weights(store: Store, cases: Sequence[Case], seed: int) -> None:
    """Write the checkpoints of all cases as .npz files with the tensor names of the reference software."""
    import numpy as np

    for name in sorted({name for case in cases for name in case.checkpoints}):
        out = io.BytesIO()
        np.savez(out, **seeded_checkpoint(name, seed))  # type: ignore[arg-type]
        store.write(f"{WEIGHTS_FOLDER}/{name}.npz", out.getvalue())
