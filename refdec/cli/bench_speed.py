"""`refdec bench speed`: time and memory of decoding and encoding on this machine."""

from __future__ import annotations

import datetime
import json as json_format
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from refdec.cli import console
from refdec.cli.idle import refuse_idle
from refdec.cli.options import JsonFlag
from refdec.parallel.places import is_there

__all__ = ["speed"]

PARTS = ("steady", "encode", "threads", "pairs", "workers", "sizes", "starts")
EDGES = (64, 128, 256, 512, 1024, 2048, 4096, 8192)
EIGHT_K = (7680, 4320)
PLOT = "speed.png"


def speed(
    parts: Annotated[
        list[str] | None, typer.Argument(metavar="[PART]...", help=f"Of {', '.join(PARTS)}; default: all.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write speed.json and speed.png there.")] = None,
    repeat: Annotated[int, typer.Option(min=1, metavar="N", help="Runs of each measurement; medians are shown.")] = 5,
    largest: Annotated[
        int | None, typer.Option(min=64, metavar="N", help="Longest edge of the sizes that are tried; default: 8192.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Measure decoding and encoding: steady state and bound, threads, one and two in pairs, workers, sizes with
    memory, start-up.

    Example: refdec bench speed --out docs/benchmarks
    """
    from refdec.bench import speed as measure
    from refdec.bench.encode_speed import encode_table
    from refdec.bench.machine import machine_facts
    from refdec.bench.pairs import pairs_table
    from refdec.cli.startup import prepare_process
    from refdec.startup import load_kernels

    wanted = parts or list(PARTS)
    if unknown := [part for part in wanted if part not in PARTS]:
        raise typer.BadParameter(f"{unknown[0]!r} is not one of {', '.join(PARTS)}")
    if "sizes" not in wanted:
        refuse_idle("is for the part sizes, which is not among those that are measured", {"--largest": largest})
    if out is not None:
        from refdec.bench.plotted import require_plot

        require_plot(out / PLOT)
    prepare_process()
    load_kernels(hop=True, writer=True, encoder=True)
    found: dict[str, Any] = {"date": datetime.date.today().isoformat(), "machine": machine_facts()}
    makers: dict[str, Callable[[], Any]] = {
        "steady": lambda: measure.steady_table(repeat, console.say),
        "encode": lambda: encode_table(repeat, console.say),
        "threads": lambda: measure.threads_table((1, 2, 4), repeat, console.say),
        "pairs": lambda: pairs_table(repeat, console.say),
        "workers": lambda: measure.workers_table(3840, 2160, (1, 2), repeat, console.say),
        "sizes": lambda: measure.sizes_table(_sizes(largest or EDGES[-1]), 2, ".png", console.say, repeat=repeat),
        "starts": lambda: measure.starts_table(repeat, console.say),
    }
    for part in wanted:
        found[part] = makers[part]()
    found["load_average_after"] = machine_facts()["load_average"]
    if out is not None:
        _keep(found, out)
    if json:
        console.show_json(found)
    else:
        _show(found)


def _keep(found: dict[str, Any], folder: Path) -> None:
    """Write tables and plot; parts that were not measured this time stay as they are."""
    from refdec.formats.files import write_text
    from refdec.formats.sinks import make_folder_for

    path = folder / "speed.json"
    make_folder_for(path)
    earlier = json_format.loads(path.read_text()) if is_there(path) else {}
    merged = {**earlier, **found}
    write_text(path, json_format.dumps(merged, indent=1) + "\n")
    if "sizes" in merged:
        from refdec.bench.plotted import write_figure
        from refdec.bench.speed_plot import sizes_figure

        write_figure(sizes_figure(merged["sizes"]), folder / PLOT)


def _show(found: dict[str, Any]) -> None:
    """Print the tables."""
    columns: tuple[str, ...]
    if "steady" in found:
        columns = ("transform", "CPU s", "wall s", "G products/s", "multiply bound s", "share")
        console.show_table("768x512, one thread, steady state", columns, [_steady(row) for row in found["steady"]])
    if "encode" in found:
        columns = ("768x512, analysis, warm", "CPU s", "wall s")
        console.show_table("encode, one thread, steady state", columns, list(_encode(found["encode"])))
    if "threads" in found:
        rows = [
            (
                row["threads"],
                row["alone"]["cpu_seconds"]["median"],
                row["together"]["cpu_seconds"]["median"],
                row["ratio"],
            )
            for row in found["threads"]["rows"]
        ]
        columns = ("threads", "as many decodes in one thread, CPU s", "in threads, CPU s", "ratio")
        console.show_table("768x512 BOP, threads of one process", columns, rows)
    if "pairs" in found:
        columns = (
            "one and two",
            "one, least wall s",
            "two, least",
            "speed-up, median",
            "of the least",
            "CPU s, medians",
        )
        console.show_table("a second thread, a second worker", columns, [_pair(row) for row in found["pairs"]])
    if "workers" in found:
        rows = [
            (row["workers"], row["wall_seconds"]["median"], row["cpu_seconds"]["median"], row["speed_up"]["median"])
            for row in found["workers"]["rows"]
        ]
        console.show_table("3840x2160 BOP", ("workers", "wall s", "CPU s", "speed-up"), rows)
    if "sizes" in found:
        columns = ("size", "decode CPU s", "us/pixel", "process wall s", "process CPU s", "PSS MiB", "RSS MiB")
        console.show_table(
            "decode: one worker, warm; whole processes: 2 workers", columns, [_size(row) for row in found["sizes"]]
        )
    if "starts" in found:
        starts = [
            (row["command"], row["wall_seconds"]["median"], row["cpu_seconds"]["median"]) for row in found["starts"]
        ]
        console.show_table("whole processes, warm cache", ("command", "wall s", "CPU s"), starts)


def _steady(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["transform"],
        row["cpu_seconds"]["median"],
        row["wall_seconds"]["median"],
        round(row["products_per_second"] / 1e9, 1),
        row["multiply_bound_seconds"],
        row["share_of_bound"],
    )


def _pair(row: dict[str, Any]) -> tuple[Any, ...]:
    one, two = (found["least"] for found in row["wall_seconds"])
    cpu = " and ".join(str(found["median"]) for found in row["cpu_seconds"])
    return row["what"], one, two, row["speed_up"]["median"], row["speed_up_of_least"], cpu


def _encode(row: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the lines of the table of encoding: whole calls, then the stages of one."""
    for name, words in (("checked", "encode"), ("unchecked", "encode --no-check")):
        yield words, row[name]["cpu_seconds"]["median"], row[name]["wall_seconds"]["median"]
    for stage, seconds in row["stages_cpu_seconds"].items():
        yield f"  {stage}", seconds["median"], ""


def _size(row: dict[str, Any]) -> tuple[Any, ...]:
    width, height = row["size"]
    decode, wall, cpu = (row[name]["median"] for name in ("decode_cpu_seconds", "wall_seconds", "cpu_seconds"))
    memory = (round(row[name] / 2**20) for name in ("peak_pss_bytes", "peak_rss_bytes"))
    return (f"{width}x{height}", decode, round(decode / (width * height / 1e6), 4), wall, cpu, *memory)


def _sizes(largest: int) -> list[tuple[int, int]]:
    """Return the sizes to try: squares, and 8K."""
    sizes = [(n, n) for n in EDGES] + [EIGHT_K]
    return sorted((size for size in sizes if max(size) <= largest), key=lambda size: size[0] * size[1])
