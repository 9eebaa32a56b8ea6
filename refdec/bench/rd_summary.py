"""Rate and distortion of codecs over pictures: means, BD-rates, and the file that keeps them.

In: points.  Out: a row per codec and setting, the rate that each codec needs against another one, JSON.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from refdec.bench.errors import BenchmarkFileInvalid, MeasuredOtherwise, UnknownCodec
from refdec.bench.rd import RdPoint

__all__ = [
    "EDGES",
    "QUALITIES",
    "BdRate",
    "MeanPoint",
    "RdFacts",
    "RdResults",
    "bd_rates",
    "codecs_of",
    "kinds_of",
    "mean_points",
    "named_with_count",
    "qualities_of",
    "read_results",
    "report_text",
]

FORMAT, SCHEMA = "refdec rate-distortion", 1
QUALITIES = ("luma_psnr", "rgb_psnr", "ms_ssim_db")
EDGES = "edge_ssim_db"
"""A quality that points have which were measured since there is edge SSIM."""


@dataclass(frozen=True, slots=True)
class MeanPoint:
    """Means over the pictures at one setting of a codec; `ms_ssim_db` is -10 log10(1 - MS-SSIM) of each picture.

    `edge_ssim` and `edge_ssim_db` are None where not all pictures have one.
    """

    codec: str
    setting: int
    pictures: int
    bpp: float
    luma_psnr: float
    rgb_psnr: float
    ms_ssim: float
    ms_ssim_db: float
    encode_seconds: float
    decode_seconds: float
    edge_ssim: float | None = None
    edge_ssim_db: float | None = None


def named_with_count(codec: str, rows: Sequence[MeanPoint], pictures: int) -> str:
    """Return the name of a codec, with the number of pictures that its rows are means over unless it is all of them."""
    counts = sorted({row.pictures for row in rows})
    few = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return codec if counts == [pictures] else f"{codec} ({few})"


@dataclass(frozen=True, slots=True)
class BdRate:
    """Rate that `codec` needs against `anchor` at equal quality, percent: mean over pictures, and of how many.

    `low` and `high`: of the pictures that are best and worst for `codec`.

    Pictures whose curves have no common range of quality, or two points of one quality, are left out.
    """

    codec: str
    anchor: str
    quality: str
    percent: float
    pictures: int
    low: float
    high: float


def decibels(similarity: float) -> float:
    """Return MS-SSIM or edge SSIM on a scale where steps near 1 count as they look."""
    return -10 * math.log10(max(1 - similarity, 1e-9))


def codecs_of(points: Sequence[RdPoint]) -> list[str]:
    """Return the codecs in the order in which they come."""
    return list(dict.fromkeys(point.codec for point in points))


def kinds_of(points: Sequence[RdPoint]) -> list[str]:
    """Return the kinds of pictures in the order in which they come."""
    return list(dict.fromkeys(point.kind for point in points))


def qualities_of(points: Sequence[RdPoint]) -> tuple[str, ...]:
    """Return the qualities that all points have."""
    return (*QUALITIES, EDGES) if all(point.edge_ssim is not None for point in points) else QUALITIES


def mean_points(points: Sequence[RdPoint]) -> list[MeanPoint]:
    """Return a row per codec and setting, by growing rate within a codec."""
    groups: dict[tuple[str, int], list[RdPoint]] = {}
    for point in points:
        groups.setdefault((point.codec, point.setting), []).append(point)
    rows = []
    for (codec, setting), group in groups.items():
        names = ("bpp", "luma_psnr", "rgb_psnr", "ms_ssim", "encode_seconds", "decode_seconds")
        means = {name: fmean(getattr(point, name) for point in group) for name in names}
        quality = fmean(decibels(point.ms_ssim) for point in group)
        edges = [point.edge_ssim for point in group if point.edge_ssim is not None]
        there = len(edges) == len(group)
        rows.append(
            MeanPoint(
                codec,
                setting,
                len(group),
                ms_ssim_db=quality,
                edge_ssim=fmean(edges) if there else None,
                edge_ssim_db=fmean(map(decibels, edges)) if there else None,
                **means,
            )
        )
    order = {codec: place for place, codec in enumerate(codecs_of(points))}
    return sorted(rows, key=lambda row: (order[row.codec], row.bpp))


def _quality(point: RdPoint, name: str) -> float:
    return decibels(getattr(point, name.removesuffix("_db"))) if name.endswith("_db") else float(getattr(point, name))


def _curve(points: Sequence[RdPoint], codec: str, picture: str, quality: str) -> tuple[list[float], list[float]]:
    chosen = [point for point in points if (point.codec, point.picture) == (codec, picture)]
    return [point.bpp for point in chosen], [_quality(point, quality) for point in chosen]


def bd_rates(points: Sequence[RdPoint], anchor: str) -> list[BdRate]:
    """Return the BD-rates of all other codecs against `anchor`, for each quality.  Raises UnknownCodec."""
    from refdec.metrics import bd_rate
    from refdec.metrics.errors import CurvesApart, CurveTooShort, CurveUnusable

    codecs = codecs_of(points)
    if anchor not in codecs:
        raise UnknownCodec(anchor, tuple(codecs))
    pictures = sorted({point.picture for point in points})
    rows = []
    for codec in codecs:
        for quality in qualities_of(points) if codec != anchor else ():
            found = []
            for picture in pictures:
                try:
                    pair = (_curve(points, name, picture, quality) for name in (anchor, codec))
                    found.append(bd_rate(*next(pair), *next(pair)))
                except (CurvesApart, CurveTooShort, CurveUnusable):
                    continue
            if found:
                rows.append(BdRate(codec, anchor, quality, fmean(found), len(found), min(found), max(found)))
    return rows


def report_text(points: Sequence[RdPoint], anchors: Sequence[str], facts: RdFacts) -> str:
    """Return the file of results: facts, means, BD-rates and all points, a point a line."""

    def rounded(kind: str, row: Any) -> dict[str, Any]:
        values = ({"kind": kind} if kind else {}) | {name: v for name, v in asdict(row).items() if v is not None}
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}

    order = {codec: place for place, codec in enumerate(codecs_of(points))}
    kinds = {kind: place for place, kind in enumerate(kinds_of(points))}
    ordered = sorted(points, key=lambda point: (order[point.codec], kinds[point.kind], point.setting, point.picture))
    groups = {kind: [point for point in points if point.kind == kind] for kind in kinds_of(points)}
    rates = [
        rounded(kind, row)
        for kind, group in groups.items()
        for anchor in anchors
        if anchor in codecs_of(group)
        for row in bd_rates(group, anchor)
    ]
    sections: list[tuple[str, Sequence[Mapping[str, Any]]]] = [
        ("means", [rounded(kind, row) for kind, group in groups.items() for row in mean_points(group)]),
        ("bd_rates", rates),
        ("points", [point.as_json() for point in ordered]),
    ]
    head = json.dumps({"format": FORMAT, "schema": SCHEMA, **asdict(facts)}, indent=1)
    blocks = []
    for name, rows in sections:
        lines = ",\n".join("  " + json.dumps(row) for row in rows)
        blocks.append(f' "{name}": [\n{lines}\n ]')
    return head.removesuffix("\n}") + ",\n" + ",\n".join(blocks) + "\n}\n"


@dataclass(frozen=True, slots=True)
class RdFacts:
    """What figures depend on: versions of libraries, the fingerprint of the weights, and how each codec is asked."""

    versions: Mapping[str, str]
    weights: str
    codecs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RdResults:
    """A file of results: its points, and what they depend on."""

    points: tuple[RdPoint, ...]
    facts: RdFacts

    def without(self, codecs: Collection[str]) -> RdResults:
        """Return what is left without some codecs."""
        kept = {name: told for name, told in self.facts.codecs.items() if name not in codecs}
        points = tuple(point for point in self.points if point.codec not in codecs)
        return RdResults(points, replace(self.facts, codecs=kept))

    def continued(self, path: Path, now: RdFacts) -> RdFacts:
        """Return the facts of a file that holds these points and new ones.

        Raises MeasuredOtherwise where a codec is asked in another way than before, or has other weights.
        """
        measured = {point.codec for point in self.points}
        before = {name: told for name, told in self.facts.codecs.items() if name in measured}
        for name, told in before.items():
            if name in now.codecs and now.codecs[name] != told:
                raise MeasuredOtherwise(str(path), name, told, now.codecs[name])
        return replace(now, codecs={**before, **now.codecs})


def read_results(path: Path) -> RdResults:
    """Return what an earlier file of results holds.  Raises BenchmarkFileInvalid, FileUnreadable."""
    from refdec.formats.files import read_bytes

    try:
        values = json.loads(read_bytes(path))
        if values["format"] != FORMAT or values["schema"] != SCHEMA:
            raise ValueError("another format or schema")
        facts = RdFacts(*(values[field.name] for field in fields(RdFacts)))
        return RdResults(tuple(RdPoint.from_json(point) for point in values["points"]), facts)
    except (ValueError, KeyError, TypeError) as reason:
        raise BenchmarkFileInvalid(str(path), f"{type(reason).__name__}: {reason}") from reason
