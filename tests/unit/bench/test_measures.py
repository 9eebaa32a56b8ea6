"""The instruments of `refdec bench speed`: they measure what they say; no number is asserted to be fast."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.bench import speed
from refdec.bench.bound import FORMS, multiply_seconds, products_of
from refdec.bench.machine import blas_threads, machine_facts
from refdec.bench.memory import measured, timed
from refdec.bitstream.transforms import Synthesis
from tests.unit.networks.random_layers import operator, random_layer, random_map


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")
def test_memory_of_all_processes_is_seen() -> None:
    child = "import time; x = bytearray(b'1') * (64 << 20); time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    use = measured([sys.executable, "-c", parent])
    assert use.peak_rss_bytes >= use.peak_pss_bytes > 64 << 20
    assert use.exit_code == 0
    assert use.cpu_seconds > 0


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        measured([sys.executable, "-c", "raise SystemExit('no such thing')"])
    with pytest.raises(RuntimeError, match="no such thing"):
        timed([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_time_is_that_of_the_command() -> None:
    wall, cpu = timed([sys.executable, "-c", "import time; time.sleep(0.2)"])
    assert wall > 0.2
    assert 0 < cpu < wall


def test_the_products_of_a_run_are_heard_and_no_longer_than_that() -> None:
    layers = {kind: operator(kind, random_layer(kind, 1), True) for kind in ("k1", "k3", "t4", "t3 one output")}
    x = random_map((5, 8, 6), 4, 1)
    own = [form.write for form in FORMS]
    heard = products_of(lambda: [layer(x) for layer in layers.values() for _ in range(2)])
    assert heard == {
        (40, 6): 2,  # every position, one panel for 7 outputs
        (4, 6): 2 * 36,  # tiles of 4 x 4, at 36 points
        (12, 6): 2 * 36,  # tiles of 2 x 2, at 9 points in each of four phases
        (70, 6): 2,  # every position and one more around, 9 taps of one output
    }
    assert [form.write for form in FORMS] == own
    assert multiply_seconds(heard) >= 0


def test_machine_facts_name_what_matters() -> None:
    facts = machine_facts()
    assert facts["cores"] >= 1
    assert facts["packages"]["numpy"] == np.__version__


def test_steady_table_of_one_transform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "PRODUCTS", {Synthesis.SOP: speed.PRODUCTS[Synthesis.SOP]})
    said: list[str] = []
    (row,) = speed.steady_table(1, said.append)
    assert said == ["steady state: SOP"]
    assert row["cpu_seconds"]["runs"] == 1
    assert row["multiply_bound_seconds"] > 0
    assert "synthesis.Y" in row["stages_seconds"]


def test_whole_processes_encode_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command is one that works: here it runs once, and nothing is timed."""
    ran: list[list[str]] = []

    def timed(command: list[str], *, env: dict[str, str]) -> tuple[float, float]:
        ran.append(command)
        if "encode" in command:
            assert refdec.encode(command[-2])[:2] == refdec.encode(np.zeros((64, 64, 3), np.uint8))[:2]
        return 1.0, 1.0

    monkeypatch.setattr(speed, "timed", timed)
    rows = speed.starts_table(1, lambda text: None)
    named = [row["command"] for row in rows]
    assert {"refdec encode 768x512", "refdec encode 768x512, decoded before"} < set(named)
    assert len(ran) == 2 * len(rows)


def test_threads_table_leaves_blas_as_it_was() -> None:
    before = blas_threads()
    table = speed.threads_table((1, 2), 1, lambda text: None)
    assert [row["threads"] for row in table["rows"]] == [1, 2]
    assert all(row["together"]["cpu_seconds"]["median"] > 0 for row in table["rows"])
    assert table["blas_threads"]["after"] == table["blas_threads"]["before"]
    assert blas_threads() == before


def test_workers_table_pairs_its_runs() -> None:
    table = speed.workers_table(256, 192, (1, 2), 1, lambda text: None)
    assert [row["workers"] for row in table["rows"]] == [1, 2]
    assert table["rows"][0]["speed_up"]["median"] == 1.0
