"""What a second thread, or a second worker, brings: runs with one and with two in turn, on a picture each.

In: how often.  Out: plain values for JSON.  On a machine that others use, the least time of many short runs in turn is
what comes nearest to an idle one.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from refdec.bench.memory import timed
from refdec.bench.speed import Say, demo_stream, environment_of_commands, pack_with_hop, refdec_command, summary
from refdec.bench.streams import repeated_stream
from refdec.bitstream.transforms import Synthesis
from refdec.decoding.options import DecodeOptions
from refdec.decoding.rows import open_stream
from refdec.weights.pack import WeightPack

__all__ = ["pairs_table"]

TRANSFORMS = (Synthesis.SOP, Synthesis.BOP, Synthesis.HOP)
LARGE = (3840, 2160)
HOP_RUNS = 3
"""For so many pairs of the others there is one of HOP, which takes ten times as long."""
Run = Callable[[], tuple[float, float]]
"""Returns wall and CPU seconds."""


def pairs_table(repeat: int, say: Say) -> list[dict[str, Any]]:
    """Decode with one and two threads, 768x512 in a warm process, and with one and two workers, 3840x2160 from the
    command line to PPM, in turn; `speed_up` is that of each pair, `speed_up_of_least` that of the quickest runs.
    """
    pack = pack_with_hop()
    rows = []
    for transform in TRANSFORMS:
        say(f"one thread and two: {transform.name}")
        runs = max(1, repeat // HOP_RUNS) if transform is Synthesis.HOP else repeat
        row = _in_turn(_decode(pack, transform, 1), _decode(pack, transform, 2), runs)
        rows.append({"what": f"{transform.name} 768x512, threads", **row})
    with tempfile.TemporaryDirectory() as folder:
        stream = Path(folder) / "large.jai"
        stream.write_bytes(repeated_stream(demo_stream(), pack, *LARGE))
        say("whole processes, one worker and two: 3840x2160")
        row = _in_turn(_process(stream, 1), _process(stream, 2), repeat)
        rows.append({"what": "refdec decode 3840x2160, workers", **row})
    return rows


def _decode(pack: WeightPack, transform: Synthesis, threads: int) -> Run:
    """Return a decode of 768x512 in this process, by one thread or more."""
    listed = (transform,) if transform is Synthesis.HOP else (Synthesis.BOP, Synthesis.SOP)
    data = repeated_stream(demo_stream(), pack, 768, 512, transforms=listed)
    stream = open_stream(data, pack, DecodeOptions(synthesis=transform))

    def run() -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        stream.picture(workers=threads)
        return time.perf_counter() - wall, time.process_time() - cpu

    return run


def _process(stream: Path, workers: int) -> Run:
    """Return a decode by a process of its own, start and file included."""
    command = refdec_command("decode", stream, stream.with_suffix(".ppm"), "--workers", workers, "--overwrite")
    return lambda: timed(command, env=environment_of_commands())


def _in_turn(one: Run, two: Run, repeat: int) -> dict[str, Any]:
    """Return the times of both after a run of each that does not count."""
    one(), two()
    pairs = [(one(), two()) for _ in range(repeat)]
    walls = [[pair[n][0] for pair in pairs] for n in (0, 1)]
    cpus = [[pair[n][1] for pair in pairs] for n in (0, 1)]
    return {
        "wall_seconds": [summary(values) for values in walls],
        "cpu_seconds": [summary(values) for values in cpus],
        "speed_up": summary([alone / shared for alone, shared in zip(*walls, strict=True)]),
        "speed_up_of_least": round(min(walls[0]) / min(walls[1]), 3),
    }
