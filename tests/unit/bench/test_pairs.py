"""One and two in turn: as many pairs as were asked for, the speed-up of each, and commands that work."""

from __future__ import annotations

from pathlib import Path

import pytest

import refdec
from refdec.bench import pairs
from refdec.bitstream.transforms import Synthesis


def test_runs_with_one_and_two_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    clock = iter([(9.0, 9.0), (9.0, 9.0), (4.0, 4.0), (2.0, 4.5), (3.0, 4.0), (2.5, 4.5)])

    def timed(command: list[str], *, env: dict[str, str]) -> tuple[float, float]:
        assert command[-4::2] == [command[-4], command[-2]] and command[-3] == "--workers"
        assert refdec.read_info(Path(command[-5])).width == 192
        assert "PYTHONDONTWRITEBYTECODE" not in env
        ran.append(command[-2])
        return next(clock)

    monkeypatch.setattr(pairs, "timed", timed)
    monkeypatch.setattr(pairs, "TRANSFORMS", (Synthesis.SOP,))
    monkeypatch.setattr(pairs, "LARGE", (192, 128))
    said: list[str] = []
    threads, workers = pairs.pairs_table(2, said.append)
    assert said == ["one thread and two: SOP", "whole processes, one worker and two: 3840x2160"]
    assert ran == ["1", "2"] * 3
    assert threads["what"] == "SOP 768x512, threads" and threads["speed_up"]["runs"] == 2
    assert all(row["least"] > 0 for row in (*threads["wall_seconds"], *threads["cpu_seconds"]))
    assert workers["speed_up"] == {"median": 1.6, "least": 1.2, "most": 2.0, "runs": 2}  # without the first pair
    assert workers["speed_up_of_least"] == 1.5
