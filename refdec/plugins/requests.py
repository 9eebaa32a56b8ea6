"""What an encoder is asked for: the rate, the settings of the codestream, options, progress; and what it can do.

In: the wishes of a user.  Out: `EncodeRequest`, frozen and checked; `Capabilities`, which a request is compared with.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from refdec.arithmetic.argument_kinds import FLAG, TEXT, WHOLE, ValueKind, require_kinds
from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import Int32Array
from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.levels import profile_named, profiles
from refdec.bitstream.transforms import Synthesis
from refdec.observation import Progress, no_progress
from refdec.plugins.guest_options import OptionValues
from refdec.plugins.rate_targets import BitsPerPixel, LumaPsnr, Pair, RateTarget, require_wish

__all__ = [
    "ALL_TOOLS",
    "Capabilities",
    "CodingSettings",
    "EncodeRequest",
    "profile_names",
]


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


def _pair(value: object) -> bool:
    """Tell whether a value is two whole numbers."""
    return isinstance(value, list | tuple) and len(value) == 2 and all(WHOLE.test(part) for part in value)


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
            require_wish(_profile(self.profile) in names, "profile", self.profile, ", ".join(names))
            object.__setattr__(self, "profile", _profile(self.profile))
        known = set(self.synthesis) <= set(Synthesis.__members__) and len(set(self.synthesis)) == len(self.synthesis)
        require_wish(known, "synthesis list", self.synthesis, "different ones of " + ", ".join(Synthesis.__members__))
        counts = self.regions or (1, 1)
        require_wish(all(n in range(1, 129) for n in counts), "regions", self.regions, "1..128 rows and columns")
        require_wish(self.threads in THREADS, "number of threads", self.threads, "1, 2, 4, 8 or 16")
        require_wish(self.bit_depth in (None, *BIT_DEPTHS), "bit depth", self.bit_depth, "8 or 10")
        require_wish(
            isinstance(self.edition, str) and self.edition in EDITIONS, "edition", self.edition, " or ".join(EDITIONS)
        )
        formats = (None, *(chroma.value for chroma in ChromaFormat))
        require_wish(
            self.coded_subsampling in formats, "coded chroma format", self.coded_subsampling, "(1,1), (1,2) or (2,2)"
        )
        require_wish(
            self.tile_size is None or self.tile_size in range(0, 4081, 16), "tile size", self.tile_size, "16k, 0..4080"
        )
        self._check_map()

    def _check_map(self) -> None:
        qmap = self.quality_map
        if qmap is None:
            return
        require_wish(
            isinstance(qmap, np.ndarray) and qmap.dtype == np.int32 and qmap.ndim == 2,
            "quality map",
            type(qmap),
            "int32 [h,w]",
        )
        require_wish(
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
    progress: Progress = no_progress
    time_budget_seconds: float | None = None
    model_id: int | None = None

    def __post_init__(self) -> None:
        budget = self.time_budget_seconds
        require_wish(budget is None or (math.isfinite(budget) and budget > 0), "time budget", budget, "above 0 seconds")
        require_wish(self.model_id in (None, 0, 1, 2, 3), "model_id", self.model_id, "0, 1, 2 or 3")

    @property
    def model(self) -> int:
        """The model whose targets are wanted; what `Encoder.latents` hands on.  Raises RequestInvalid in `encode`."""
        require_wish(self.model_id is not None, "model_id", None, "named by the core, or with for_model()")
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
    `time_budget`: False for an encoder that improves nothing for a time, and has no use for `time_budget_seconds`.
    The defaults fit an encoder with `latents`, where the core does all of this.
    """

    inputs: tuple[str, ...] = ("picture",)
    profiles: tuple[str, ...] = field(default_factory=profile_names)
    bit_depths: tuple[int, ...] = BIT_DEPTHS
    rate_control: tuple[str, ...] = ("point", "bpp", "psnr")
    tools: tuple[str, ...] = ALL_TOOLS
    time_budget: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "profiles", tuple(_profile(name) for name in self.profiles))
