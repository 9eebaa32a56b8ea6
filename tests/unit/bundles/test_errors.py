"""Every error of the latent interface has an input that raises it, and explains itself."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sample_bundles import sample_bundle, sample_headers

from refdec.bundles import LatentBundle, Stage
from refdec.bundles import errors as module
from refdec.errors import RefdecError


def file_of_version(version: str) -> bytes:
    text = json.dumps({"format": "refdec latent bundle", "schema": version, "stage": "headers"})
    target = io.BytesIO()
    np.savez(target, bundle=np.frombuffer(text.encode(), np.uint8))
    return target.getvalue()


def file_without_json() -> bytes:
    target = io.BytesIO()
    np.savez(target, bundle=np.frombuffer(b"{{{", np.uint8))
    return target.getvalue()


def without_planes() -> LatentBundle:
    return replace(sample_bundle("picture"), planes_q18=None)


def with_planes_too_early() -> LatentBundle:
    return replace(sample_bundle("picture"), stage=Stage.LATENT)


RAISERS: dict[str, Callable[[], object]] = {
    "BundleDamaged": lambda: LatentBundle.load(file_without_json()),
    "BundleFieldMismatch": with_planes_too_early,
    "BundleFieldMissing": without_planes,
    "BundleHeaderInvalid": lambda: sample_headers(width=3),
    "NewerBundle": lambda: LatentBundle.load(file_of_version("3.1")),
    "NotABundle": lambda: LatentBundle.load(b"PK"),
    "StageNotReached": lambda: sample_bundle("symbols").require("latent"),
    "UnknownStage": lambda: Stage.of("x"),
}
CLASSES = [getattr(module, name) for name in module.__all__]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_error_is_raised_by_something(kind: type[RefdecError]) -> None:
    with pytest.raises(kind) as caught:
        RAISERS[kind.__name__]()
    assert type(caught.value) is kind
    assert caught.value.explain().splitlines()[0].endswith(".")
    assert kind.code in str(caught.value)


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in CLASSES]
    assert len(codes) == len(set(codes))
    assert all(code.startswith("RD08") for code in codes)
