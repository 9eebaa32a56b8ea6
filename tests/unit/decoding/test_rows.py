"""Bands, pieces and what workers share: a decode by several workers needs little more memory than one by one."""

from __future__ import annotations

import threading
from typing import Any, cast

import numpy as np
import pytest

from refdec.api.weights import load_weights
from refdec.bench.speed import demo_stream
from refdec.decoding.plan import BAND_POSITIONS, PIECE_POSITIONS, SHARED_PIECE_POSITIONS, band_grid
from refdec.decoding.rows import open_stream
from refdec.parallel import counts
from refdec.parallel.counts import FewerWorkersWarning
from refdec.parallel.pool import open_pool
from refdec.parallel.processes import fork_is_safe


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize(("height", "width"), [(32, 48), (68, 120), (135, 240), (270, 480), (480, 270), (1024, 1024)])
def test_pieces_of_bands_have_a_bounded_size(height: int, width: int, workers: int) -> None:
    grid = band_grid(height, width, workers)
    assert 1 <= grid.rows <= 72
    assert grid.rows * width <= max(BAND_POSITIONS * 9 // 8, 36 * width)
    most = PIECE_POSITIONS if workers == 1 else SHARED_PIECE_POSITIONS
    pieces = [piece for band in range(grid.count) for piece in grid.pieces(band)]
    assert all(piece.w * piece.h <= most + 2 * grid.rows for piece in pieces)
    assert sum(piece.w * piece.h for piece in pieces) == height * width


def test_a_small_picture_is_one_piece() -> None:
    grid = band_grid(32, 48, 1)
    assert [len(grid.pieces(band)) for band in range(grid.count)] == [1]


def _place_of_weights(state: Any, component: int) -> int:
    """Return where the first array of a synthesis network lies, built here if it is not there yet."""
    network = state.decoder.models.synthesis(state.decoder.transform, component)
    return int(network.conv4.stencil.taps.ctypes.data)


@pytest.mark.skipif(not fork_is_safe(), reason="workers are not forked here")
def test_forked_workers_share_the_networks_of_their_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would build its own otherwise: a hundred megabytes for each worker."""
    places: list[tuple[list[int], list[int]]] = []

    def watched(state: Any, **how: Any) -> Any:
        pool: Any = open_pool(state, **how)
        theirs = list(pool.map(_place_of_weights, (0, 1)))
        places.append(([_place_of_weights(state, component) for component in (0, 1)], theirs))
        return pool

    monkeypatch.setattr("refdec.decoding.rows.open_pool", watched)
    stream = open_stream(demo_stream(), load_weights(None))
    shared = stream.picture(workers=2, kind="fork")
    ((mine, theirs),) = places
    assert theirs == mine
    alone = stream.picture()
    assert all(np.array_equal(a, b) for a, b in zip(cast(Any, shared).planes, cast(Any, alone).planes, strict=True))


def test_a_small_picture_without_threads_is_the_same_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    stream = open_stream(demo_stream(), load_weights(None))
    alone = stream.picture()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(counts, "_told", set())
    with pytest.warns(FewerWorkersWarning, match=r"1 of 2 workers \(can't start new thread\)"):
        starved = stream.picture(workers=2)
    pairs = zip(cast(Any, starved).planes, cast(Any, alone).planes, strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)
