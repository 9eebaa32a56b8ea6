"""What a codestream spends its bits on: per component, per channel, per place.

In: a latent bundle of stage symbols, and the core's costs of symbols and hyper latents.  Out: `Rates`; those of several
codestreams add up.  Bits of symbols are estimates from their distributions; their sum is within a few bytes of the
file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.plugins.api import CoreServices, Int64Array, LatentBundle

__all__ = ["COMPONENTS", "ChannelRates", "Places", "Rates", "channel_sums", "places_of", "rates_of"]

COMPONENTS = ("luma", "chroma")
Q16 = 65536
USER_DATA = "UDI"
HYPER_CELLS = 4
"""Latent positions that a hyper latent covers, in each direction."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelRates:
    """Sums of each channel of a component, [C]: bits of symbols and of hyper latents, counts, sum of |symbol|."""

    symbol_bits: Floats
    hyper_bits: Floats
    coded: Int64Array
    nonzero: Int64Array
    magnitude: Int64Array

    def __add__(self, other: ChannelRates) -> ChannelRates:
        """Return the sums over both."""
        return ChannelRates(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Bits of a codestream: `channels` (luma, chroma), `file_bits` of the whole file, `user_bits` of its user data (a
    lossless layer, what is private, marks), `pixels` of the shown picture.
    """

    channels: tuple[ChannelRates, ChannelRates]
    file_bits: int
    pixels: int
    user_bits: int = 0

    @property
    def symbol_bits(self) -> tuple[float, float]:
        """Bits of the symbols of luma and of chroma."""
        luma, chroma = (float(part.symbol_bits.sum()) for part in self.channels)
        return luma, chroma

    @property
    def hyper_bits(self) -> tuple[float, float]:
        """Bits of the hyper latents of luma and of chroma."""
        luma, chroma = (float(part.hyper_bits.sum()) for part in self.channels)
        return luma, chroma

    @property
    def other_bits(self) -> float:
        """Headers, markers, quality map, flags and the ends of substreams: what is neither symbol nor user data."""
        return max(self.file_bits - self.user_bits - sum(self.symbol_bits) - sum(self.hyper_bits), 0.0)

    def __add__(self, other: Rates) -> Rates:
        """Return the rates of both codestreams together."""
        luma, chroma = (mine + theirs for mine, theirs in zip(self.channels, other.channels, strict=True))
        counts = (getattr(self, name) + getattr(other, name) for name in ("file_bits", "pixels", "user_bits"))
        return Rates((luma, chroma), *counts)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Bits at each latent position [h,w], summed over channels; `hyper`: shared evenly by the positions it covers."""

    luma: Floats
    chroma: Floats
    hyper: Floats

    @property
    def all(self) -> Floats:
        """Everything that has a place."""
        return self.luma + self.chroma + self.hyper


def _per_channel(values: npt.NDArray[Any]) -> Int64Array:
    sums: Int64Array = values.reshape(len(values), -1).sum(axis=1, dtype=np.int64)
    return sums


def channel_sums(bundle: LatentBundle, core: CoreServices) -> tuple[ChannelRates, ChannelRates]:
    """Return the sums per channel of luma and of chroma."""
    found = []
    costs = zip(bundle.components, core.symbol_bits_q16(bundle), core.hyper_bits_q16(bundle), strict=True)
    for part, symbol_bits, hyper_bits in costs:
        assert part.symbols is not None and part.coded is not None
        found.append(
            ChannelRates(
                _per_channel(symbol_bits) / Q16,
                _per_channel(hyper_bits) / Q16,
                _per_channel(part.coded),
                _per_channel(part.symbols != 0),
                _per_channel(np.abs(part.symbols.astype(np.int32))),
            )
        )
    return found[0], found[1]


def rates_of(bundle: LatentBundle, core: CoreServices) -> Rates:
    """Return the rates of a codestream; stage symbols."""
    headers = bundle.headers
    pixels = headers.display_width * headers.display_height
    user_bytes = sum(size for marker, size in headers.substream_bytes if marker == USER_DATA)
    return Rates(channel_sums(bundle, core), 8 * headers.codestream_bytes, pixels, 8 * user_bytes)


def places_of(bundle: LatentBundle, core: CoreServices) -> Places:
    """Return where the bits of a codestream went; stage symbols."""
    rows, columns = bundle.headers.latent_size
    luma, chroma = (bits.sum(axis=0, dtype=np.int64) / Q16 for bits in core.symbol_bits_q16(bundle))
    hyper = sum(bits.sum(axis=0, dtype=np.int64) for bits in core.hyper_bits_q16(bundle)) / Q16
    return Places(luma, chroma, _spread(hyper, rows, columns))


def _spread(hyper: Floats, rows: int, columns: int) -> Floats:
    """Return bits of hyper latents [hz,wz] on the latent grid [rows,columns]; the sum stays."""
    heights = np.minimum(HYPER_CELLS, rows - HYPER_CELLS * np.arange(hyper.shape[0]))
    widths = np.minimum(HYPER_CELLS, columns - HYPER_CELLS * np.arange(hyper.shape[1]))
    shared: Floats = hyper / (heights[:, None] * widths[None, :])
    grown: Floats = shared.repeat(HYPER_CELLS, axis=0).repeat(HYPER_CELLS, axis=1)[:rows, :columns]
    return grown
