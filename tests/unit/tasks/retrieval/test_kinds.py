"""Kinds of descriptors: names, versions, and how each is made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from refdec_tasks.embed import vectors
from refdec_tasks.retrieval.descriptor import describe
from refdec_tasks.retrieval.kinds import KINDS, kind_named

from tests.sample_bundles import sample_bundle

CORE: Any = object()


def test_each_kind_has_its_own_version() -> None:
    kinds = [kind_named(name) for name in KINDS]
    assert [kind.name for kind in kinds] == list(KINDS)
    assert len({kind.version for kind in kinds}) == len(KINDS)


def test_duplicates_are_found_by_the_descriptor() -> None:
    bundle = sample_bundle("latent", 3)
    assert np.array_equal(kind_named("duplicates").describe(bundle, CORE), describe(bundle))


def test_a_meaning_is_rounded_to_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = np.array([1 << 17, -(1 << 17), 1 << 10, -(1 << 10), 517, -517, 0], np.int32)
    monkeypatch.setattr(vectors, "direction_q18", lambda bundle, core: vector)
    found = kind_named("meaning").describe(sample_bundle("latent"), CORE)
    assert found.dtype == np.int8 and found.tolist() == [127, -127, 1, -1, 1, -1, 0]
    monkeypatch.setattr(vectors, "direction_q18", lambda bundle, core: 0 * vector)
    assert not kind_named("meaning").describe(sample_bundle("latent"), CORE).any()
