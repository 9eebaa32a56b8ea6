"""Photographs coded with the bundled weights: stages as recorded, the float decoder's pictures within one step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.api.weights import load_weights
from refdec.decoding.whole import decode_codestream
from refdec.picture.render import render
from refdec.trace.fingerprints import Fingerprints

MOST_DIFFERING = 0.0003
"""Share of samples that may differ from the float decoder's picture, by one step (6.5 item 2 allows 0.001)."""


@pytest.mark.shared
def test_every_photograph_has_its_recorded_stages_and_is_within_one_step(shared: Path) -> None:
    folder = shared / "weights" / "streams"
    book = json.loads((folder / "streams.json").read_text())["cases"]
    assert len(book) >= 25
    compared = 0
    for name, case in book.items():
        seen = Fingerprints()
        decoded = decode_codestream((folder / f"{name}.jai").read_bytes(), load_weights(None), observe=seen)
        assert {k: v for k, v in seen.sha256.items() if case["sha256"].get(k) != v} == {}, name
        picture = folder / f"{name}.png"
        if picture.exists():
            ours = render(decoded.planes, decoded.headers.picture).array.astype(int)
            difference = np.abs(ours - np.asarray(Image.open(picture)).astype(int))
            print(f"{name}: {np.mean(difference > 0):.6%} of samples differ")
            assert difference.max() <= 1, name
            assert np.mean(difference > 0) <= MOST_DIFFERING, name
            compared += 1
    assert compared >= 10
