"""Networks are kept per pack and model: switching between models rebuilds nothing, and nothing outlives its owner."""

from __future__ import annotations

import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from refdec.arithmetic.types import Int32Array
from refdec.decoding.models import Models, models_of
from refdec.entropy.hyper import ZTables
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

ALL = range(4)


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def test_switching_between_the_models_of_a_pack_builds_each_network_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    build = ZTables.from_frequencies

    def counted(freqs: Int32Array) -> ZTables:
        built.append(len(freqs))
        return build(freqs)

    monkeypatch.setattr(ZTables, "from_frequencies", counted)
    first = [models_of(pack(), model_id).z_tables(c) for model_id in ALL for c in (0, 1)]
    assert len(built) == len(first) == 8
    again = [models_of(pack(), model_id).z_tables(c) for model_id in ALL for c in (0, 1)]
    assert len(built) == 8
    assert all(a is b for a, b in zip(first, again, strict=True))


def test_networks_live_no_longer_than_their_models() -> None:
    models = Models(pack(), 0)
    owner = weakref.ref(models)
    assert models.hyper_scale(1) is models.hyper_scale(1)
    del models
    assert owner() is None


def test_threads_that_ask_at_once_get_the_same_network() -> None:
    models = Models(pack(), 1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(models.hyper_scale, [0] * 16))
    assert len({id(network) for network in found}) == 1
