"""Every error of the latent interface has an input that raises it, and explains itself."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from refdec.bundles import LatentBundle, Stage
from refdec.bundles import errors as module
from refdec.errors import RefdecError
from tests.sample_bundles import sample_bundle, sample_headers


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


CAUSES: dict[type[RefdecError], Callable[[], object]] = {
    module.BundleDamaged: lambda: LatentBundle.load(file_without_json()),
    module.BundleFieldMismatch: with_planes_too_early,
    module.BundleFieldMissing: without_planes,
    module.BundleHeaderInvalid: lambda: sample_headers(width=3),
    module.NewerBundle: lambda: LatentBundle.load(file_of_version("3.1")),
    module.NotABundle: lambda: LatentBundle.load(b"PK"),
    module.StageNotReached: lambda: sample_bundle("symbols").require("latent"),
    module.UnknownStage: lambda: Stage.of("x"),
}
