"""A task `faces` that finds places in any picture: its head has drawn weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import refdec_tasks.head_files
from refdec_tasks.thumbnail import Thumbnail

from refdec.heads.head import Head
from tests.unit.heads.support import FACTS, detector, drawn

__all__ = ["faces_are_found", "finding_head"]


def finding_head(bias: float) -> Head:
    """Return a head for all bundled weights; a bias of scores says how many places it finds."""
    prints = tuple({print_ for head in Thumbnail().heads() for print_ in head.facts.weights})
    (scores, _), (sides, _) = drawn(6, 4, 96, scale=0.5), drawn(7, 16, 96, scale=0.2)
    weights = {"a": (scores, np.full(4, bias)), "b": (sides, np.full(16, 1.0))}
    return detector(facts=replace(FACTS, task="faces", labels=("face",), weights=prints), weights=weights)


def faces_are_found(monkeypatch: pytest.MonkeyPatch, bias: float) -> None:
    """Give the task that head in place of its own."""
    heads = (finding_head(bias),)
    monkeypatch.setattr(refdec_tasks.head_files, "bundled_heads", lambda package, folder="": heads)
