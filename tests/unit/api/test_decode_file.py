"""The second file of a process costs what the file costs: nothing is read, built or loaded again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import refdec
from refdec import jit
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.decoding.models import Models
from refdec.decoding.options import DecodeOptions
from refdec.networks import layers
from refdec.weights import bundled, packfile

DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
JOB = DecodeJob(DecodeOptions(workers=1))
READS, BUILDS, LOADS = (
    ((bundled, "read_pack"), (packfile, "_member")),
    ((layers, "exact_products"),),
    ((jit.Kernel, "ready"),),
)
"""What reads weights, builds networks, and loads kernels."""


def counted(monkeypatch: pytest.MonkeyPatch, makers: tuple[tuple[Any, str], ...]) -> dict[str, int]:
    """Return how often functions are called from now on."""
    counts: dict[str, int] = {}

    def count(holder: Any, name: str) -> None:
        original = getattr(holder, name)

        def called(*arguments: Any, **named: Any) -> Any:
            counts[name] = counts.get(name, 0) + 1
            return original(*arguments, **named)

        monkeypatch.setattr(holder, name, called)

    for holder, name in makers:
        count(holder, name)
    return counts


def test_a_second_file_reads_builds_and_loads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decode_to_file(DEMO, tmp_path / "first.ppm", JOB)
    counts = counted(monkeypatch, READS + BUILDS + LOADS)
    decode_to_file(DEMO, tmp_path / "second.ppm", JOB)
    assert counts == {}
    assert (tmp_path / "first.ppm").read_bytes() == (tmp_path / "second.ppm").read_bytes()


def test_what_is_counted_is_what_a_first_file_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = counted(monkeypatch, READS + BUILDS)
    Models(bundled.bundled_pack(), 1).synthesis(1, 0)
    assert set(counts) == {"read_pack", "_member", "exact_products"}
