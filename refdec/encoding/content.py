"""What a codestream says, as sums (3.2): what an encoder has written, and what a decoder finds in the bytes.

In: headers, hyper latents and symbols, of an encoder or out of a codestream.  Out: `Content`; where two of them are
equal, a decoder makes the same picture of both, for all that follows (latents, planes, codes) is a function of these
values alone.  So an encoder that reads its own bytes to this point has decoded them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int16Array
from refdec.bitstream.headers import Headers, write_headers
from refdec.clauses import clause
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.hyper import HyperLatents
from refdec.decoding.opening import Opened
from refdec.limits import Check, unchecked
from refdec.tiling.regions import RegionGrid

__all__ = ["Content", "Written", "content_of", "content_of_arrays", "read_content", "symbols_sum"]


@dataclass(frozen=True, slots=True)
class Content:
    """SHA-256 of the headers, of hyper latents and quality map, and of the symbols of each component."""

    headers: bytes
    hyper: bytes
    symbols: tuple[bytes, bytes]

    def differs_in(self, other: Content) -> str:
        """Return the first part that is not the same in both, in words; "" if all is."""
        parts = {
            "headers": (self.headers, other.headers),
            "hyper latents": (self.hyper, other.hyper),
            "symbols of luma": (self.symbols[0], other.symbols[0]),
            "symbols of chroma": (self.symbols[1], other.symbols[1]),
        }
        return next((name for name, (first, second) in parts.items() if first != second), "")


@dataclass(frozen=True, slots=True)
class Written:
    """A codestream, and what was put into it."""

    data: bytes
    content: Content


def symbols_sum(regions: Iterable[Int16Array]) -> bytes:
    """Return the sum of a component's symbols, int16 [coded channels, h, w] of each region in their order."""
    made = hashlib.sha256()
    for symbols in regions:
        made.update(np.ascontiguousarray(symbols, "<i2").data)
    return made.digest()


@clause("3.2")
def content_of(headers: Headers, latents: HyperLatents, symbols: tuple[bytes, bytes]) -> Content:
    """(3.2) Return the content of a codestream with these headers and hyper latents; `symbols`: their sums."""
    said = hashlib.sha256()
    for marker, payload in write_headers(headers).items():
        said.update(f"{marker.name} {len(payload)} ".encode() + payload)
    hyper = hashlib.sha256()
    for z_hat in latents.z_hat:
        hyper.update(np.ascontiguousarray(z_hat).data)
    if latents.quality_map is not None:
        hyper.update(np.ascontiguousarray(latents.quality_map, "<i4").data)
    return Content(said.digest(), hyper.digest(), symbols)


@clause("3.2")
def read_content(opened: Opened, *, check: Check = unchecked) -> Content:
    """(3.2) Decode an open codestream as far as its symbols, by the decoder's own steps, and return its content.

    Raises what decoding raises; `check()` is called between the steps.  Memory: the symbols, 2 bytes a luma sample.
    """
    decoder = PictureDecoder(opened.headers, opened.models, opened.transform)
    latents = decoder.hyper_latents(opened.codestream)
    check()
    symbols = decoder.symbols(opened.codestream, decoder.hyper_side(latents))
    check()
    return content_of_arrays(opened.headers, latents, symbols.values)


@clause("3.2")
def content_of_arrays(headers: Headers, latents: HyperLatents, symbols: tuple[Int16Array, Int16Array]) -> Content:
    """(3.2) Return the content of a codestream whose symbols are at hand, int16 [coded channels, h, w]."""
    luma, chroma = (symbols_sum(_by_regions(headers, c, values)) for c, values in enumerate(symbols))
    return content_of(headers, latents, (luma, chroma))


def _by_regions(headers: Headers, component: int, values: Int16Array) -> Iterator[Int16Array]:
    """Yield the symbols of each region."""
    for region in RegionGrid.of(headers.picture, component).regions:
        yield values[:, region.y_core.rows, region.y_core.columns]
