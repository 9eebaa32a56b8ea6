"""Rate and distortion of codecs over pictures: the measurement.

In: pictures and codecs.  Out: a point per picture, codec and setting; the work of `refdec bench rd`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.bench.pictures import read_rgb, require_measurable, require_names_apart

if TYPE_CHECKING:
    from refdec.bench.codecs import Codec
    from refdec.parallel.outcomes import Job, Outcome, Summary

__all__ = ["RdPoint", "measure_job", "measure_points"]


@dataclass(frozen=True, slots=True)
class RdPoint:
    """One picture, coded once: bits per pixel of the whole file, dB (peak 255) of BT.709 luma and of RGB, MS-SSIM.

    `edge_ssim`: None in files of results from before it was measured.  `kind`: the set that the picture belongs to.
    """

    codec: str
    setting: int
    picture: str
    bpp: float
    luma_psnr: float
    rgb_psnr: float
    ms_ssim: float
    encode_seconds: float
    decode_seconds: float
    edge_ssim: float | None = None
    kind: str = ""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RdPoint:
        """Build from `as_json`; raises KeyError, TypeError, ValueError."""
        later = {"edge_ssim": None, "kind": ""}
        return cls(**{field.name: (later | dict(values))[field.name] for field in fields(cls)})

    def as_json(self) -> dict[str, Any]:
        """Return plain values, rounded to what matters."""
        digits = {"bpp": 5, "luma_psnr": 4, "rgb_psnr": 4, "ms_ssim": 6, "encode_seconds": 3, "decode_seconds": 3}
        digits |= {"edge_ssim": 6}
        values = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return {name: round(value, digits[name]) if name in digits else value for name, value in values.items()}

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What was coded, and how."""
        return self.codec, self.setting, self.kind, self.picture


def measure_job(job: Job) -> Mapping[str, Any]:
    """Code the picture of a batch's job at some settings; its options are (codec, settings, kind).

    Returns {"points"}.
    """
    from refdec.metrics import edge_ssim_luma, ms_ssim_luma, psnr_luma, psnr_rgb

    codec, settings, kind = job.options
    rgb = read_rgb(job.input)
    points = []
    for setting in settings:
        coded = codec.code(rgb, setting)
        point = RdPoint(
            codec.name,
            setting,
            job.input.stem,
            8 * coded.size_bytes / (rgb.shape[0] * rgb.shape[1]),
            psnr_luma(rgb, coded.decoded),
            psnr_rgb(rgb, coded.decoded),
            ms_ssim_luma(rgb, coded.decoded),
            coded.encode_seconds,
            coded.decode_seconds,
            edge_ssim_luma(rgb, coded.decoded),
            kind,
        )
        points.append(point.as_json())
    return {"points": points}


def measure_points(
    pictures: Sequence[Path] | Mapping[str, Sequence[Path]],
    codecs: Sequence[Codec],
    *,
    known: Sequence[RdPoint] = (),
    workers: int | None = None,
    found: Callable[[Sequence[RdPoint]], None] = lambda points: None,
    failed: Callable[[Outcome], None] = lambda outcome: None,
) -> Summary:
    """Measure every codec on every picture, but for what is known; `found` is handed the points as they come.

    `pictures`: files, or sets of them by the names of their kinds.

    Raises PicturesAlike, and NothingMeasured, before anything is coded, for a kind of which no picture can be.
    """
    from refdec.metrics.msssim import LEAST_SIDE
    from refdec.parallel.batch import BatchOptions, run_batch
    from refdec.parallel.outcomes import Job, Status

    there = {point.key for point in known}
    sets = pictures if isinstance(pictures, Mapping) else {"": pictures}
    for paths in sets.values():
        require_names_apart(paths)
    jobs = []
    for codec, kind, path in (
        (codec, kind, path) for codec in codecs for kind, paths in sets.items() for path in paths
    ):
        lacking = tuple(s for s in codec.settings if (codec.name, s, kind, path.stem) not in there)
        if lacking:
            jobs.append(Job(path, None, (codec, lacking, kind)))
    for kind in dict.fromkeys(job.options[-1] for job in jobs):
        if not any(point.kind == kind for point in known):
            require_measurable(sets[kind], LEAST_SIDE)

    def watch(outcome: Outcome) -> None:
        if outcome.status is Status.DONE:
            found([RdPoint.from_json(values) for values in outcome.details["points"]])
        else:
            failed(outcome)

    return run_batch(measure_job, jobs, BatchOptions(workers=workers, resume=False), watch=watch)
