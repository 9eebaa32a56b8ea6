"""What `refdec bench speed encode` says it measures; no number is asserted to be small."""

from __future__ import annotations

import numpy as np
import pytest

import refdec
from refdec.bench import encode_speed
from refdec.bench.encode_speed import encode_table
from tests.encodable import photograph


def test_the_steps_of_an_encode_and_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    small = refdec.encode(photograph(64, 80))
    monkeypatch.setattr(encode_speed, "demo_stream", lambda: small)
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
