"""How to transcode: `TranscodeOptions`, every wish that a caller can have, checked when they are put together.

In: keywords, or what was typed.  Out: frozen options, which know the rate to reach and how the codestream is packed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.api.encode_options import CONTAINERS, Container
from refdec.api.errors import RateAmbiguous
from refdec.arithmetic.argument_kinds import FLAG, TEXT, WHOLE, ValueKind, require_kinds
from refdec.decoding.options import limits_or_default
from refdec.limits import Limits
from refdec.plugins.errors import RequestInvalid
from refdec.plugins.rate_targets import BitsPerPixel, MaxBytes, OperatingPoint, Quality
from refdec.plugins.requests import CodingSettings

if TYPE_CHECKING:
    from refdec.transcoding.packaging import Packaging

__all__ = ["DEFAULT_TRANSCODE", "TranscodeOptions"]

POINT = {"displacement", "chroma displacement"}
OPTION_KINDS: Mapping[str, ValueKind] = {
    **dict.fromkeys(("filters", "check", "lenient", "ignore_weights_fingerprint"), FLAG),
    **dict.fromkeys(("displacement", "chroma_displacement", "threads", "frame"), WHOLE.or_none()),
    "independent_regions": FLAG.or_none(),
    "container": TEXT.or_none(),
}
"""Of `TranscodeOptions`; the others are checked with their ranges."""


@dataclass(frozen=True, slots=True)
class TranscodeOptions:
    """What the application may choose; the defaults change nothing.

    The rate: `bpp` (bits per pixel of the whole codestream, within `tolerance`), `max_bytes`, `quality` 1..100 of the
    weights' scale, or `displacement` -2048..2047 of luma; chroma moves along with it unless `chroma_displacement` says
    where to.  One of these at a time.  All but the displacements leave the rate as it is where it is low enough.
    The packaging: `edition` "published" or "draft", `profile`, `synthesis` (names, the preferred first), `level_idc`,
    `regions` (rows, columns), `independent_regions`, `threads`, `tile_size` are those of `CodingSettings`; None leaves
    what there is.  `filters` False leaves out the post-filters.
    `check` decodes what was made as far as its symbols and compares.  `lenient`: read as `DecodeOptions` of that name.
    `ignore_weights_fingerprint`: go on although the codestream names other weights.
    `container`: "jai", the bare codestream, or "jaii", a HEIF file of it; None: what the name of the output says, or
    what the source is.  What a HEIF file has beside its codestream stays in a HEIF file.  `frame`, from 1: that frame
    of a clip, as a file of its own.

    Raises RateAmbiguous, RequestInvalid, LimitsExpected, ArgumentOfOtherKind.
    """

    bpp: float | None = None
    quality: int | None = None
    max_bytes: int | None = None
    displacement: int | None = None
    chroma_displacement: int | None = None
    tolerance: float = 0.02
    edition: str | None = None
    profile: str | None = None
    synthesis: tuple[str, ...] = ()
    level_idc: int | None = None
    regions: tuple[int, int] | None = None
    independent_regions: bool | None = None
    threads: int | None = None
    tile_size: int | None = None
    filters: bool = True
    check: bool = True
    lenient: bool = False
    ignore_weights_fingerprint: bool = False
    limits: Limits | None = None
    container: Container | None = None
    frame: int | None = None

    def __post_init__(self) -> None:
        require_kinds({name: getattr(self, name) for name in OPTION_KINDS}, OPTION_KINDS)
        limits_or_default(self.limits)
        if self.container not in (None, *CONTAINERS):
            raise RequestInvalid("container", self.container, f"one of {', '.join(CONTAINERS)}")
        wishes = {
            "bpp": self.bpp,
            "quality": self.quality,
            "max bytes": self.max_bytes,
            "displacement": self.displacement,
            "chroma displacement": self.chroma_displacement,
        }
        given = [name for name, value in wishes.items() if value is not None]
        if len(given) > 1 and not set(given) <= POINT:
            raise RateAmbiguous(given[0], given[1])
        self._require_legal()

    def _require_legal(self) -> None:
        """Raise RequestInvalid for a value that a request for an encode could not have either."""
        BitsPerPixel(1.0 if self.bpp is None else self.bpp, self.tolerance)
        if self.quality is not None:
            Quality(self.quality)
        if self.max_bytes is not None:
            MaxBytes(self.max_bytes)
        luma, chroma = (0 if value is None else value for value in (self.displacement, self.chroma_displacement))
        OperatingPoint(0, luma, chroma)
        CodingSettings(
            profile=self.profile,
            synthesis=self.synthesis,
            regions=self.regions,
            threads=1 if self.threads is None else self.threads,
            tile_size=self.tile_size,
            level_idc=self.level_idc,
            edition="published" if self.edition is None else self.edition,
        )

    @property
    def keeps_rate(self) -> bool:
        """Whether nothing is wished about the rate."""
        wishes = self.bpp, self.quality, self.max_bytes, self.displacement, self.chroma_displacement
        return all(wish is None for wish in wishes)

    def most_bytes(self, pixels: int) -> int | None:
        """Return how long a codestream of so many pixels may be, None where no rate or size is wished for."""
        if self.bpp is None:
            return self.max_bytes
        return int(self.bpp * pixels * (1 + self.tolerance)) // 8

    def fits(self, file_bytes: int) -> bool:
        """Tell whether a file of so many bytes is no longer than it may be."""
        return self.max_bytes is None or file_bytes <= self.max_bytes

    def for_codestreams(self, coded: int, beside: int, file_bytes: int | None) -> TranscodeOptions:
        """Return the options with the bytes of a file that are left to its codestreams, which have `coded` now.

        `beside`: the bytes that are not theirs, at most.  `file_bytes`: of the file that they are in, None for none;
        where it fits, and they are not packed anew, they may stay as they are.
        """
        if self.max_bytes is None:
            return self
        left = self.max_bytes - beside
        if file_bytes is not None and self.fits(file_bytes) and self.packaging() == DEFAULT_TRANSCODE.packaging():
            left = max(left, coded)
        return replace(self, max_bytes=max(1, left))

    def packaging(self) -> Packaging:
        """Return how the codestream is to be packed."""
        from refdec.bitstream.editions import Edition
        from refdec.bitstream.levels import profile_named
        from refdec.bitstream.transforms import Synthesis
        from refdec.transcoding.packaging import Packaging

        profile = None if self.profile is None else profile_named(self.profile)
        return Packaging(
            edition=None if self.edition is None else Edition(self.edition),
            profile=None if profile is None else profile.decoder_profile_id,
            transforms=tuple(Synthesis[name] for name in self.synthesis) or None,
            level_idc=self.level_idc,
            regions=self.regions,
            independent=self.independent_regions,
            threads=self.threads,
            tile_size=self.tile_size,
            filters=self.filters,
        )


DEFAULT_TRANSCODE = TranscodeOptions()
