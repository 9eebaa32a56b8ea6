"""What an encoder is asked for: the rate, the settings of the codestream, options, progress; and what it can do.

In: the wishes of a user.  Out: `EncodeRequest`, frozen and checked; `Capabilities`, which a request is compared with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from refdec.arithmetic.argument_kinds import FLAG, NUMBER, TEXT, WHOLE, ValueKind, require_kinds
from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import Int32Array
from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.levels import profile_named, profiles
from refdec.bitstream.transforms import Synthesis
from refdec.encoding.quality import QUALITIES
from refdec.plugins.errors import RequestInvalid
from refdec.plugins.guest_options import OptionValues

__all__ = [
    "ALL_TOOLS",
    "BitsPerPixel",
    "Capabilities",
    "CodingSettings",
    "EncodeRequest",
    "LumaPsnr",
    "MaxBytes",
    "OperatingPoint",
    "Progress",
    "Quality",
    "RateTarget",
    "profile_names",
]

Pair = tuple[int, int]
Progress: TypeAlias = Callable[[float], None]
"""Told the share of the work that is done, 0..1; may raise to cancel."""

DISPLACEMENTS = range(-2048, 2048)
THREADS = (1, 2, 4, 8, 16)
BIT_DEPTHS = (8, 10)
EDITIONS = ("published", "draft")
ALL_TOOLS = (
    "grfs",
    "independent_regions",
    "lsbs",
    "quality_map",
    "regions",
    "rvs",
    "threads",
    "tiles",
)
"""Settings that an encoder may or may not honour: the names in `Capabilities.tools`.  Cube flags are its choice."""


def profile_names() -> tuple[str, ...]:
    """Return the names of all decoder profiles; `Capabilities.profiles` holds some of them."""
    return tuple(row.name for row in profiles())


def _profile(name: str) -> str:
    """Return the name of a profile for its name or an alias ("main" was the draft's name of "base"); else the same."""
    row = profile_named(name)
    return name if row is None else row.name


def _whole(value: object) -> bool:
    """Tell whether a value is a whole number, Python's or NumPy's."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _require(ok: bool, name: str, value: object, needed: str) -> None:
    if not ok:
        raise RequestInvalid(name, value, needed)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A fixed point: model_id 0..3 and the displacement of the rate, unit 1/128 level; None: chroma as luma."""

    model_id: int
    displacement: int = 0
    chroma_displacement: int | None = None

    def __post_init__(self) -> None:
        point = {"model_id": self.model_id, "displacement": self.displacement}
        point["chroma_displacement"] = self.displacements[1]
        require_kinds(point, dict.fromkeys(point, WHOLE))
        _require(self.model_id in range(4), "model_id", self.model_id, "0, 1, 2 or 3")
        for name, value in (("displacement", self.displacement), ("chroma displacement", self.displacements[1])):
            _require(value in DISPLACEMENTS, name, value, "-2048..2047")

    @property
    def displacements(self) -> Pair:
        """Displacement of luma and of chroma."""
        return self.displacement, self.displacement if self.chroma_displacement is None else self.chroma_displacement


@dataclass(frozen=True, slots=True)
class BitsPerPixel:
    """A whole codestream of `bpp` bits per source pixel, within `tolerance` (a share of it).

    `chroma_offset`: displacement of chroma above luma's, None: the core's choice.  `model_id`: the only model to use,
    None: that of the weights' scale.  `displacements`: the lowest and highest of luma, None: all that are legal.
    """

    bpp: float
    tolerance: float = 0.02
    chroma_offset: int | None = None
    model_id: int | None = None
    displacements: Pair | None = None

    def __post_init__(self) -> None:
        require_kinds({"bpp": self.bpp, "tolerance": self.tolerance}, {"bpp": NUMBER, "tolerance": NUMBER})
        _require(math.isfinite(self.bpp) and self.bpp > 0, "bits per pixel", self.bpp, "a number above 0")
        _require(0 < self.tolerance < 1, "tolerance", self.tolerance, "a share between 0 and 1")
        _require_search(self.model_id, self.displacements)


@dataclass(frozen=True, slots=True)
class LumaPsnr:
    """A codestream whose decoded luma reaches `db` of PSNR, and hardly more; the other fields as in BitsPerPixel."""

    db: float
    chroma_offset: int | None = None
    model_id: int | None = None
    displacements: Pair | None = None

    def __post_init__(self) -> None:
        require_kinds({"psnr": self.db}, {"psnr": NUMBER})
        _require(math.isfinite(self.db) and 0 < self.db < 100, "PSNR", self.db, "between 0 and 100 dB")
        _require_search(self.model_id, self.displacements)


@dataclass(frozen=True, slots=True)
class Quality:
    """A point of the quality scale of the weights, 1 (smallest) to 100 (best); rate and PSNR grow with it.

    The core makes an OperatingPoint of it before `Encoder.encode` is asked (`CoreServices.operating_point`).
    """

    value: int

    def __post_init__(self) -> None:
        _require(_whole(self.value) and self.value in QUALITIES, "quality", self.value, "a whole number 1..100")
        object.__setattr__(self, "value", int(self.value))


@dataclass(frozen=True, slots=True)
class MaxBytes:
    """The best quality whose whole codestream has at most `size_bytes`, and 98 % of them where a point gives that.

    The core asks `Encoder.encode` for one OperatingPoint after another, five to ten.
    """

    size_bytes: int

    def __post_init__(self) -> None:
        whole = _whole(self.size_bytes) and self.size_bytes > 0
        _require(whole, "number of bytes", self.size_bytes, "a whole number above 0")
        object.__setattr__(self, "size_bytes", int(self.size_bytes))


def _require_search(model_id: int | None, displacements: Pair | None) -> None:
    """Check the bounds of a search."""
    _require(model_id in (None, 0, 1, 2, 3), "model_id", model_id, "0, 1, 2 or 3")
    if displacements is not None:
        low, high = displacements
        ordered = low in DISPLACEMENTS and high in DISPLACEMENTS and low <= high
        _require(ordered, "range of displacements", displacements, "ascending, within -2048..2047")


RateTarget: TypeAlias = OperatingPoint | BitsPerPixel | LumaPsnr | Quality | MaxBytes


def _pair(value: object) -> bool:
    """Tell whether a value is two whole numbers."""
    return isinstance(value, list | tuple) and len(value) == 2 and all(_whole(part) for part in value)


PAIR = ValueKind(_pair, "two whole numbers").or_none()
NAMES = ValueKind(
    lambda value: isinstance(value, list | tuple) and all(isinstance(each, str) for each in value), "names"
)
SETTING_KINDS: Mapping[str, ValueKind] = {
    **dict.fromkeys(("independent_regions", "rvs", "grfs", "lsbs", "cube_flags", "luma_only"), FLAG),
    **dict.fromkeys(("bit_depth", "tile_size", "level_idc"), WHOLE.or_none()),
    **dict.fromkeys(("regions", "coded_subsampling"), PAIR),
    "profile": TEXT.or_none(),
    "synthesis": NAMES,
    "threads": WHOLE,
}
"""Of `CodingSettings`; what is not in it has a check of its own."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CodingSettings(ShortRepr):
    """How the codestream is made; the defaults are one thread, regions by size, no tools.

    `profile` "simple", "base" (its alias "main" becomes "base") or "high", None: the smallest that has the first
    transform of `synthesis` (empty: the core's choice).  `regions` (rows, columns), None: one up to 2^22
    samples, then about one for each 1024 x 1024; `threads` of every entropy-coded substream.  `quality_map`: int32
    [ceil(H/16), ceil(W/16)], -8..8, None: off.  `bit_depth` of the decoded picture and `coded_subsampling` of the coded
    chroma, None: the source's; `luma_only`: a gray picture's chroma is coded as coarsely as it goes, whatever its
    displacement.  `tile_size` of the synthesis in luma samples, a multiple of 16, 0: no tiles, None: the core's
    choice.  `level_idc` 10..52, None: the smallest that fits.  `edition` "published", or "draft" for decoders that know
    the draft of the standard only.
    """

    profile: str | None = None
    synthesis: tuple[str, ...] = ()
    regions: Pair | None = None
    independent_regions: bool = False
    threads: int = 1
    rvs: bool = False
    grfs: bool = False
    lsbs: bool = False
    cube_flags: bool = False
    quality_map: Int32Array | None = None
    bit_depth: int | None = None
    coded_subsampling: Pair | None = None
    luma_only: bool = False
    tile_size: int | None = None
    level_idc: int | None = None
    edition: str = "published"

    def __post_init__(self) -> None:
        require_kinds({name: getattr(self, name) for name in SETTING_KINDS}, SETTING_KINDS)
        if self.profile is not None:
            names = profile_names()
            _require(_profile(self.profile) in names, "profile", self.profile, ", ".join(names))
            object.__setattr__(self, "profile", _profile(self.profile))
        known = set(self.synthesis) <= set(Synthesis.__members__) and len(set(self.synthesis)) == len(self.synthesis)
        _require(known, "synthesis list", self.synthesis, "different ones of " + ", ".join(Synthesis.__members__))
        counts = self.regions or (1, 1)
        _require(all(n in range(1, 129) for n in counts), "regions", self.regions, "1..128 rows and columns")
        _require(self.threads in THREADS, "number of threads", self.threads, "1, 2, 4, 8 or 16")
        _require(self.bit_depth in (None, *BIT_DEPTHS), "bit depth", self.bit_depth, "8 or 10")
        _require(
            isinstance(self.edition, str) and self.edition in EDITIONS, "edition", self.edition, " or ".join(EDITIONS)
        )
        formats = (None, *(chroma.value for chroma in ChromaFormat))
        _require(
            self.coded_subsampling in formats, "coded chroma format", self.coded_subsampling, "(1,1), (1,2) or (2,2)"
        )
        _require(
            self.tile_size is None or self.tile_size in range(0, 4081, 16), "tile size", self.tile_size, "16k, 0..4080"
        )
        self._check_map()

    def _check_map(self) -> None:
        qmap = self.quality_map
        if qmap is None:
            return
        _require(
            isinstance(qmap, np.ndarray) and qmap.dtype == np.int32 and qmap.ndim == 2,
            "quality map",
            type(qmap),
            "int32 [h,w]",
        )
        _require(
            qmap.size > 0 and int(abs(qmap.astype(np.int64)).max()) <= 8, "quality map", "beyond", "-8..8 everywhere"
        )
        view = np.ascontiguousarray(qmap).view()
        view.flags.writeable = False
        object.__setattr__(self, "quality_map", view)

    def tools_in_use(self) -> tuple[str, ...]:
        """Return the names of ALL_TOOLS that these settings ask for."""
        asked = {
            "cube_flags": self.cube_flags,
            "grfs": self.grfs,
            "independent_regions": self.independent_regions,
            "lsbs": self.lsbs,
            "quality_map": self.quality_map is not None,
            "regions": self.regions not in (None, (1, 1)),
            "rvs": self.rvs,
            "threads": self.threads > 1,
            "tiles": bool(self.tile_size),
        }
        return tuple(name for name in ALL_TOOLS if asked[name])


@dataclass(frozen=True, slots=True, eq=False)
class EncodeRequest:
    """One wish to have a picture coded.

    `options`: the encoder's own options.  `progress`: told the share that is done.  `time_budget_seconds`: stop
    improving and return what there is after this time; None: no limit.  `model_id`: set by the core when it asks
    `Encoder.latents` for the targets of one model; None in `Encoder.encode`.
    """

    target: RateTarget
    settings: CodingSettings = field(default_factory=CodingSettings)
    options: OptionValues = field(default_factory=OptionValues)
    progress: Progress = lambda done: None
    time_budget_seconds: float | None = None
    model_id: int | None = None

    def __post_init__(self) -> None:
        budget = self.time_budget_seconds
        _require(budget is None or (math.isfinite(budget) and budget > 0), "time budget", budget, "above 0 seconds")
        _require(self.model_id in (None, 0, 1, 2, 3), "model_id", self.model_id, "0, 1, 2 or 3")

    @property
    def model(self) -> int:
        """The model whose targets are wanted; what `Encoder.latents` hands on.  Raises RequestInvalid in `encode`."""
        _require(self.model_id is not None, "model_id", None, "named by the core, or with for_model()")
        assert self.model_id is not None
        return self.model_id

    def for_model(self, model_id: int) -> EncodeRequest:
        """Return the same request about the targets of one model."""
        return replace(self, model_id=model_id)

    @property
    def rate_control(self) -> str:
        """What an encoder needs for this target: "point" (also for Quality and MaxBytes), "bpp" or "psnr"."""
        return {BitsPerPixel: "bpp", LumaPsnr: "psnr"}.get(type(self.target), "point")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an encoder can do; a request for anything else is refused before the encoder is called.

    `inputs`: "picture" or "codestream" (it needs `SourcePicture.codestream`).  `rate_control`: of "point", "bpp",
    "psnr"; empty: the encoder does not look at the target.  `profiles`: of `profile_names()`.  `tools`: of ALL_TOOLS.
    The defaults fit an encoder with `latents`, where the core does all of this.
    """

    inputs: tuple[str, ...] = ("picture",)
    profiles: tuple[str, ...] = field(default_factory=profile_names)
    bit_depths: tuple[int, ...] = BIT_DEPTHS
    rate_control: tuple[str, ...] = ("point", "bpp", "psnr")
    tools: tuple[str, ...] = ALL_TOOLS

    def __post_init__(self) -> None:
        object.__setattr__(self, "profiles", tuple(_profile(name) for name in self.profiles))
