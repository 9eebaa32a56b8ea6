"""What `refdec bench speed encode` says it measures; no number is asserted to be small."""

from __future__ import annotations

import numpy as np
import pytest

import refdec
from refdec.api.weights import load_weights
from refdec.bench import speed
from refdec.bench.encode_speed import encode_table
from refdec.encoding.again import decoded_before
from refdec.plugins import decoded_again
from tests.encodable import photograph


def test_the_steps_of_an_encode_and_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    small = refdec.encode(photograph(64, 80))
    monkeypatch.setattr(speed, "demo_stream", lambda: small)
    said: list[str] = []
    table = encode_table(2, said.append)
    assert table["size"] == [80, 64] and len(said) == 2
    stages = table["stages_cpu_seconds"]
    assert list(stages) == [
        "analysis networks",
        "hyper encoder, scale and hyper decoders",
        "context model and quantiser",
        "entropy coder",
        "check",
    ]
    assert all(seconds["runs"] == 2 and seconds["least"] >= 0 for seconds in stages.values())
    assert np.isfinite(table["checked"]["cpu_seconds"]["median"]) and table["unchecked"]["cpu_seconds"]["runs"] == 2


def test_the_picture_that_is_encoded_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was decoded, its latents would be found again, in twelve times the time."""
    seen: list[bool] = []
    monkeypatch.setattr(decoded_again, "decoded_before", lambda coded: seen.append(decoded_before(coded)))
    pack = load_weights(None)
    fresh = speed.fresh_picture(pack)
    assert fresh.shape == (512, 768, 3) and fresh.dtype == np.uint8
    refdec.encode(fresh, weights=pack)
    refdec.encode(refdec.decode(speed.demo_stream(), weights=pack), weights=pack)
    assert seen == [False, True]
