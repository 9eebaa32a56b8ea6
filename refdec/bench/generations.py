"""Generations: a picture is coded and decoded again and again at fixed settings; what is lost after each.

In: pictures and codecs.  Out: a point per picture, codec, setting and generation; means of them, tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.bench.pictures import read_rgb, require_measurable, require_names_apart
from refdec.bench.rd_tables import TextTable

if TYPE_CHECKING:
    from refdec.bench.codecs import Codec
    from refdec.parallel.outcomes import Job, Outcome, Summary

__all__ = [
    "BEGIN_GENERATIONS",
    "Generation",
    "MeanGeneration",
    "generations_job",
    "generations_table",
    "generations_text",
    "mean_generations",
    "measure_generations",
]

BEGIN_GENERATIONS = "<!-- tables of refdec bench generations -->"
"""Mark in a page behind which the table is written anew."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A picture after so many codings, 1: the first: bits per pixel of that file, dB against the original."""

    codec: str
    setting: int
    picture: str
    generation: int
    bpp: float
    luma_psnr: float
    rgb_psnr: float

    def as_json(self) -> dict[str, Any]:
        """Return plain values, rounded to what matters."""
        digits = {"bpp": 5, "luma_psnr": 4, "rgb_psnr": 4}
        values = asdict(self)
        return {name: round(value, digits[name]) if name in digits else value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class MeanGeneration:
    """Means over pictures of one generation: bits per pixel, dB, and dB lost since the first; the largest loss too."""

    codec: str
    setting: int
    generation: int
    bpp: float
    luma_psnr: float
    rgb_psnr: float
    luma_loss: float
    rgb_loss: float
    largest_luma_loss: float


def generations_job(job: Job) -> Mapping[str, Any]:
    """Code the picture of a batch's job; its options are (codec, settings, count).  Returns {"points"}."""
    from refdec.metrics import psnr_luma, psnr_rgb

    codec, settings, count = job.options
    original = read_rgb(job.input)
    points = []
    for setting in settings:
        rgb = original
        for generation in range(1, count + 1):
            coded = codec.code(rgb, setting)
            rgb = np.ascontiguousarray(coded.decoded)
            bpp = 8 * coded.size_bytes / (rgb.shape[0] * rgb.shape[1])
            quality = psnr_luma(original, rgb), psnr_rgb(original, rgb)
            points.append(Generation(codec.name, setting, job.input.stem, generation, bpp, *quality).as_json())
    return {"points": points}


def measure_generations(
    pictures: Sequence[Path],
    codecs: Sequence[Codec],
    places: Sequence[int],
    count: int,
    *,
    workers: int | None = None,
    found: Callable[[Sequence[Generation]], None] = lambda points: None,
    failed: Callable[[Outcome], None] = lambda outcome: None,
) -> Summary:
    """Code every picture `count` times by every codec, at the settings at `places` of those it has, from 1.

    Raises PicturesAlike, and NothingMeasured, before anything is coded, where no picture can be.
    """
    from refdec.parallel.batch import BatchOptions, run_batch
    from refdec.parallel.outcomes import Job, Status

    require_names_apart(pictures)
    require_measurable(pictures)
    jobs = [
        Job(path, None, (codec, tuple(codec.settings[place - 1] for place in places), count))
        for codec in codecs
        for path in pictures
    ]

    def watch(outcome: Outcome) -> None:
        if outcome.status is Status.DONE:
            found([Generation(**values) for values in outcome.details["points"]])
        else:
            failed(outcome)

    return run_batch(generations_job, jobs, BatchOptions(workers=workers, resume=False), watch=watch)


def mean_generations(points: Sequence[Generation]) -> list[MeanGeneration]:
    """Return the means by codec, setting and generation, in the order in which these first come."""
    groups: dict[tuple[str, int], dict[str, list[Generation]]] = {}
    for point in points:
        groups.setdefault((point.codec, point.setting), {}).setdefault(point.picture, []).append(point)
    rows = []
    for (codec, setting), by_picture in groups.items():
        for n in range(min(map(len, by_picture.values()))):
            pairs = [(chain[0], chain[n]) for chain in by_picture.values()]
            luma = [first.luma_psnr - now.luma_psnr for first, now in pairs]
            row = MeanGeneration(
                codec,
                setting,
                n + 1,
                bpp=float(np.mean([now.bpp for _, now in pairs])),
                luma_psnr=float(np.mean([now.luma_psnr for _, now in pairs])),
                rgb_psnr=float(np.mean([now.rgb_psnr for _, now in pairs])),
                luma_loss=float(np.mean(luma)),
                rgb_loss=float(np.mean([first.rgb_psnr - now.rgb_psnr for first, now in pairs])),
                largest_luma_loss=max(luma),
            )
            rows.append(row)
    return rows


COLUMNS = ("codec", "setting", "bpp", "luma PSNR", "lost", "at most", "RGB PSNR", "lost", "bpp at the end")


def generations_table(points: Sequence[Generation]) -> TextTable:
    """Return the first coding, and what is lost from it to the last, by codec and setting."""
    rows, means = [], mean_generations(points)
    last = max((row.generation for row in means), default=0)
    for end in (row for row in means if row.generation == last):
        first = next(r for r in means if (r.codec, r.setting, r.generation) == (end.codec, end.setting, 1))
        quality = f"{first.luma_psnr:.2f}", f"{end.luma_loss:.2f}", f"{end.largest_luma_loss:.2f}"
        colour = f"{first.rgb_psnr:.2f}", f"{end.rgb_loss:.2f}"
        rows.append((end.codec, str(end.setting), f"{first.bpp:.3f}", *quality, *colour, f"{end.bpp:.3f}"))
    pictures = len({point.picture for point in points})
    title = f"First coding, and what {last} codings in a row lose from there; {pictures} pictures (PSNR in dB)"
    return TextTable(title, COLUMNS, tuple(rows))


def generations_text(points: Sequence[Generation], facts: Mapping[str, Any]) -> str:
    """Return points and means as JSON, with the facts that they depend on."""
    means = [
        {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(r).items()} for r in mean_generations(points)
    ]
    return json.dumps({**facts, "means": means, "points": [p.as_json() for p in points]}, indent=1) + "\n"
