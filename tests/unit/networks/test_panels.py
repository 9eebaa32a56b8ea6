"""Filters in panels, and the room of products."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from refdec.networks.panels import Workspace, by_panel, in_panels
from refdec.networks.vector_code import LANES


@pytest.mark.parametrize(("outputs", "groups"), [(16, 1), (96, 6), (5, 1), (40, 2), (33, 1)])
def test_panels_hold_every_filter_once(outputs: int, groups: int) -> None:
    filters = np.random.default_rng(1).integers(-9, 9, (2, 3, 7, outputs)).astype(np.int32)
    begin = np.arange(6 * outputs, dtype=np.float64).reshape(2, 3, outputs)
    panels, places = in_panels(filters, begin, groups)
    assert panels.shape == (len(places), 2, 3, 8, LANES)
    seen = np.zeros(outputs, np.int64)
    for panel, (first_input, first, count) in zip(panels, places.tolist(), strict=True):
        own = slice(first, first + count)
        assert np.array_equal(panel[:, :, 1:, :count], filters[..., own])
        assert np.array_equal(panel[:, :, 0, :count], begin[..., own])
        assert not panel[..., count:].any()
        assert first_input == first // (outputs // groups) * 7
        seen[own] += 1
    assert (seen == 1).all()
    assert in_panels(filters, 3, groups)[0][0, 0, 0, 0, 0] == 3


def test_values_go_by_panel() -> None:
    values = np.arange(2 * 20).reshape(2, 20)
    _, places = in_panels(np.zeros((1, 20), np.int32), 0)
    result = by_panel(values, places)
    assert np.array_equal(result[0], values[:, :16])
    assert np.array_equal(result[1, :, :4], values[:, 16:])
    assert not result[1, :, 4:].any()


def test_room_is_kept_and_each_thread_has_its_own() -> None:
    workspace = Workspace()
    first, second = workspace.take((3, 5), (2, 40))
    first[:], second[:] = 1, 2
    assert (first == 1).all() and (second == 2).all()
    again, _ = workspace.take((3, 5), (2, 40))
    assert np.shares_memory(again, first)
    (larger,) = workspace.take((1000, 10))
    assert larger.shape == (1000, 10)
    others = []
    thread = threading.Thread(target=lambda: others.extend(workspace.take((3, 5))))
    thread.start()
    thread.join()
    assert not np.shares_memory(others[0], larger)
