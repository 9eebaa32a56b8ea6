"""What a run costs, and pictures coded, decoded and answered."""

from __future__ import annotations

import numpy as np

import refdec
from refdec.bench.tasks.ground import cost_of
from tests.encodable import photograph

from .support import ground


def test_a_picture_is_coded_decoded_and_answered() -> None:
    given, picture = ground((50,), 1), photograph(64, 80)
    data = given.coded(picture, 50)
    assert data == refdec.encode(picture, quality=50, encoder="analysis")
    assert np.array_equal(given.decoded(data), refdec.decode(data).array)
    assert given.answer("thumbnail", data, scale=16).picture().shape == (4, 5, 3)


def test_a_decode_costs_more_than_its_latents() -> None:
    given = ground((50,), 1)
    data = given.coded(photograph(64, 80), 50)
    latents, whole = cost_of(lambda: given.bundle("thumbnail", data)), cost_of(lambda: given.decoded(data))
    assert 0 < latents.products < whole.products and 0 < latents.peak_bytes < whole.peak_bytes
    nothing = cost_of(lambda: None)
    assert nothing.products == 0 and nothing.cpu_seconds < latents.cpu_seconds
