"""How fast refdec decodes on this machine: steady state, workers, sizes, start-up.

In: what to measure.  Out: plain values for JSON, each with wall time and CPU time.  On a machine that others use, CPU
time and ratios of paired runs are what can be trusted; wall times say how long a user waited.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import resources
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import threadpoolctl
from PIL import Image

from refdec.api.decode import decode
from refdec.api.weights import load_weights
from refdec.bench.bound import multiply_seconds, products_of
from refdec.bench.machine import blas_threads
from refdec.bench.memory import measured, timed
from refdec.bench.streams import repeated_stream
from refdec.bitstream.transforms import Synthesis
from refdec.decoding.options import DecodeOptions
from refdec.decoding.rows import PictureStream, open_stream
from refdec.decoding.whole import decode_codestream
from refdec.parallel.processes import available_cores
from refdec.trace.timings import Timings
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

__all__ = [
    "Say",
    "demo_stream",
    "environment_of_commands",
    "fresh_picture",
    "pack_with_hop",
    "refdec_command",
    "repeated",
    "sizes_table",
    "starts_table",
    "steady_table",
    "summary",
    "threads_table",
    "workers_table",
]

COMMON_PRODUCTS = 1231.25 + 443.25 + 660
PRODUCTS = {Synthesis.SOP: 3572 + 1104, Synthesis.BOP: 8596 + 3168, Synthesis.HOP: 131176 + 14748}
"""Products of a pixel as the text defines the layers: synthesis of both components; hyper decoders and context."""
Say = Callable[[str], None]


def demo_stream() -> bytes:
    """Return the bundled codestream, 768x512."""
    return resources.files("refdec").joinpath("data", "demo.jai").read_bytes()


def fresh_picture(pack: WeightPack) -> npt.NDArray[np.uint8]:
    """Return the picture of the bundled codestream as RGB codes [512, 768, 3], displaced, so that no encoder finds its
    latents again: of a picture that was decoded before, they are searched for, which takes twelve times as long.
    """
    return np.roll(decode(demo_stream(), weights=pack).array.astype(np.uint8), (7, 5), axis=(0, 1))


def pack_with_hop() -> WeightPack:
    """Return the bundled pack, with seeded weights for HOP, which it lacks: as much work, another picture."""
    pack = load_weights(None)
    names = [f"VM_hop/decoder_{name}_0.012" for name in ("Y", "UV")]
    seeded = seeded_pack(1, names)
    made = {name: (lambda name=name: seeded.by_name(name)) for name in seeded.names()}
    return WeightPack({**pack.makers, **made})


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Return median, least and most of values, and how many there are."""
    return {
        "median": round(statistics.median(values), 4),
        "least": round(min(values), 4),
        "most": round(max(values), 4),
        "runs": len(values),
    }


def repeated(run: Callable[[], object], repeat: int) -> dict[str, Any]:
    """Time a function after one run that does not count."""
    run()
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {"wall_seconds": summary(walls), "cpu_seconds": summary(cpus)}


def steady_table(repeat: int, say: Say) -> list[dict[str, Any]]:
    """Decode 768x512 in a warm process with one thread, by each transform: time, products, share of the bound."""
    pack = pack_with_hop()
    rows = []
    for transform, products in PRODUCTS.items():
        say(f"steady state: {transform.name}")
        listed = (transform,) if transform is Synthesis.HOP else (Synthesis.BOP, Synthesis.SOP)
        data = repeated_stream(demo_stream(), pack, 768, 512, transforms=listed)
        options = DecodeOptions(synthesis=Synthesis(transform))

        def run(data: bytes = data, options: DecodeOptions = options) -> None:
            decode_codestream(data, pack, options)

        row = {"transform": transform.name, "size": [768, 512], **repeated(run, repeat)}
        timings = Timings()
        decode_codestream(data, pack, options, watch=timings)
        bound = multiply_seconds(products_of(run))
        cpu = row["cpu_seconds"]["median"]
        row["products_per_second"] = round((products + COMMON_PRODUCTS) * 768 * 512 / cpu)
        row["multiply_bound_seconds"] = round(bound, 4)
        row["share_of_bound"] = round(bound / cpu, 3)
        row["stages_seconds"] = {stage: round(seconds, 5) for stage, seconds in timings.seconds.items()}
        rows.append(row)
    return rows


def _decode_bands(stream: PictureStream, workers: int) -> tuple[float, float]:
    """Return wall and CPU seconds of a decode without a file, workers included."""

    def cpu() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    wall, before = time.perf_counter(), cpu()
    for _ in stream.bands(workers=workers):
        pass
    return time.perf_counter() - wall, cpu() - before


def _second_decode(stream: PictureStream, workers: int, answer: Connection) -> None:
    """Decode twice, and send the times of the second time."""
    _decode_bands(stream, workers)
    answer.send(_decode_bands(stream, workers))


def _decode_apart(stream: PictureStream, workers: int) -> tuple[float, float]:
    """Return the times of a warm decode in a process of its own: what another one left in its heap does not count."""
    context = multiprocessing.get_context("fork")
    near, far = context.Pipe(duplex=False)
    process = context.Process(target=_second_decode, args=(stream, workers, far))
    process.start()
    far.close()
    wall, cpu = near.recv()
    process.join()
    return wall, cpu


def workers_table(width: int, height: int, counts: Sequence[int], repeat: int, say: Say) -> dict[str, Any]:
    """Decode one BOP picture with several numbers of workers, in turn, so that disturbances meet all alike."""
    pack = load_weights(None)
    stream = open_stream(repeated_stream(demo_stream(), pack, width, height), pack)
    runs: dict[int, list[tuple[float, float]]] = {count: [] for count in counts}
    for n in range(repeat):
        say(f"workers: round {n + 1} of {repeat}")
        for count in counts:
            runs[count].append(_decode_apart(stream, count))
    first = counts[0]
    rows = [
        {
            "workers": count,
            "wall_seconds": summary([wall for wall, _ in runs[count]]),
            "cpu_seconds": summary([cpu for _, cpu in runs[count]]),
            "speed_up": summary([one[0] / many[0] for one, many in zip(runs[first], runs[count], strict=True)]),
        }
        for count in counts
    ]
    return {"size": [width, height], "transform": "BOP", "rows": rows}


def _all(each: Callable[..., Iterable[object]], decode: Callable[[int], object], count: int) -> list[object]:
    return list(each(decode, range(count)))


def threads_table(counts: Sequence[int], repeat: int, say: Say) -> dict[str, Any]:
    """Decode 768x512 in this process, n decodes one after the other and then in n threads; CPU time of each.

    So it is in a program whose BLAS has a thread a core, at least two.  Threads of one process must cost what one
    costs, n times; `blas_threads` is what the program had before, and what it has after.
    """
    data, pack = demo_stream(), load_weights(None)

    def decode(_: object) -> object:
        return decode_codestream(data, pack)

    rows = []
    with threadpoolctl.threadpool_limits(max(2, available_cores()), user_api="blas"):
        before = blas_threads()
        decode(None)
        for count in counts:
            say(f"threads: {count}")
            with ThreadPoolExecutor(count) as threads:
                alone = repeated(partial(_all, map, decode, count), repeat)
                together = repeated(partial(_all, threads.map, decode, count), repeat)
            one, many = (row["cpu_seconds"]["median"] for row in (alone, together))
            rows.append({"threads": count, "alone": alone, "together": together, "ratio": round(many / one, 3)})
        after = blas_threads()
    return {"size": [768, 512], "blas_threads": {"before": before, "after": after}, "rows": rows}


def refdec_command(*arguments: object) -> list[str]:
    """Return the command that runs refdec with these arguments."""
    return [sys.executable, "-m", "refdec.cli", *map(str, arguments)]


def environment_of_commands() -> dict[str, str]:
    """Return the environment of whole processes: they may write what Python compiles."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def sizes_table(
    sizes: Sequence[tuple[int, int]], workers: int, suffix: str, say: Say, *, repeat: int = 1
) -> list[dict[str, Any]]:
    """Decode pictures of several sizes: in this process with one worker, and to files in fresh processes.

    The first tells the cost of a pixel, the second time and memory of the whole process tree.
    """
    pack = load_weights(None)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        stream, picture = Path(folder) / "s.jai", Path(folder) / f"p{suffix}"
        for width, height in sizes:
            say(f"size: {width} x {height}")
            data = repeated_stream(demo_stream(), pack, width, height)
            stream.write_bytes(data)
            opened = open_stream(data, pack)
            decode = [_decode_bands(opened, 1)[1] for _ in range(repeat + 1)][1:]
            command = refdec_command("decode", stream, picture, "--workers", workers)
            uses = [measured(command, env=environment_of_commands()) for _ in range(repeat)]
            picture.unlink()
            rows.append(
                {
                    "size": [width, height],
                    "workers": workers,
                    "decode_cpu_seconds": summary(decode),
                    "wall_seconds": summary([use.wall_seconds for use in uses]),
                    "cpu_seconds": summary([use.cpu_seconds for use in uses]),
                    "peak_pss_bytes": max(use.peak_pss_bytes for use in uses),
                    "peak_rss_bytes": max(use.peak_rss_bytes for use in uses),
                }
            )
    return rows


def starts_table(repeat: int, say: Say) -> list[dict[str, Any]]:
    """Time whole processes that find their kernels compiled."""
    pack = load_weights(None)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        names = ("small.jai", "photo.jai", "large.jai", "o.png", "o.jai", "photo.png", "again.png")
        small, photo, large, out, coded, source, again = (Path(folder) / name for name in names)
        small.write_bytes(repeated_stream(demo_stream(), pack, 256, 256))
        photo.write_bytes(demo_stream())
        decode(photo).save(again)
        Image.fromarray(fresh_picture(pack)).save(source)
        large.write_bytes(repeated_stream(demo_stream(), pack, 3840, 2160))
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "refdec info": refdec_command("info", photo),
            "refdec decode 256x256": refdec_command("decode", small, out),
            "refdec decode 768x512": refdec_command("decode", photo, out),
            "refdec encode 768x512": refdec_command("encode", source, coded),
            "refdec encode 768x512, decoded before": refdec_command("encode", again, coded),
            "refdec decode 3840x2160 --workers 1": refdec_command("decode", large, out, "--workers", 1),
            "refdec decode 3840x2160 --workers 2": refdec_command("decode", large, out, "--workers", 2),
        }
        for name, command in commands.items():
            say(f"start: {name}")
            timed(command, env=environment_of_commands())
            walls, cpus = zip(*(timed(command, env=environment_of_commands()) for _ in range(repeat)), strict=True)
            rows.append({"command": name, "wall_seconds": summary(walls), "cpu_seconds": summary(cpus)})
    return rows
