"""A coded picture before its filters, beside its source (5.2 step 4): what every choice of a filter looks at.

In: a codestream whose headers are read, and the source.  Out: `Unfiltered`: planes of the displayed picture in the
output format, kept with 6 fractional bits (6 bytes a pixel of 4:4:4), and windows of them as Q18.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.cuts import unit_grid
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.hyper import HyperSide
from refdec.decoding.rows import PictureStream
from refdec.encoding.encoderinput import EncoderInput
from refdec.encoding.enhancement.worth import DROPPED, Worth, squared_error, to_fine
from refdec.picture.planes import OutputPlanes, Planes, chroma_size, plane_rects
from refdec.picture.source import plane_from_codes
from refdec.tiling.geometry import Rect

__all__ = ["BAND_ROWS", "Look", "Unfiltered", "output_error"]

Look: TypeAlias = Callable[[Rect], Planes]
"""Gives a window of planes (luma samples, even corner), int32 Q18, as the filters chosen so far leave them."""

INT16 = (-(1 << 15), (1 << 15) - 1)
BAND_ROWS = 128


@clause("5.2")
@dataclass(frozen=True, slots=True, eq=False)
class Unfiltered:
    """(5.2) A decoded picture before its filters; `error` is what it would count without any, see `output_error`.

    `planes` int16 [rows, columns], unit 2^-6.
    """

    decoder: PictureDecoder
    hyper: HyperSide
    source: EncoderInput
    planes: tuple[Int16Array, Int16Array, Int16Array]
    error: int

    @classmethod
    def of(cls, stream: PictureStream, source: EncoderInput, worth: Worth) -> Unfiltered:
        """(5.2) Decode, unit by unit.  `source` has the size, the colour and the format of the codestream."""
        decoder, picture, check = replace(stream.decoder, filters=False), stream.headers.picture, stream.check
        hyper = decoder.hyper_side(decoder.hyper_latents(stream.codestream))
        symbols = decoder.symbols(stream.codestream, hyper)
        check()
        small = chroma_size(picture)
        shown = picture.display_height, picture.display_width
        kept = np.empty(shown, np.int16), np.empty(small, np.int16), np.empty(small, np.int16)
        error = 0
        for rect in unit_grid(decoder, shown, 1).units():
            windows = decoder.windows(rect)
            latents = decoder.latents(symbols, decoder.latent_rect(windows.luma, windows.chroma))
            check()
            made = decoder.filtered(
                decoder.synthesis(latents, windows.luma, windows.chroma, check=check), hyper.scale_index, windows
            )
            error += output_error(decoder.output(made, windows, rect), source, worth, rect)
            for plane, values, at in zip(kept, made.as_tuple(), _places(windows.wanted, decoder), strict=True):
                plane[at.rows, at.columns] = np.clip(to_fine(values), *INT16)
            check()
        return cls(decoder, hyper, source, kept, error)

    @property
    def picture(self) -> PictureHeader:
        """The picture header."""
        return self.decoder.headers.picture

    def bands(self) -> Iterator[Rect]:
        """Yield windows of whole rows that cover the displayed picture, from top to bottom; corners are even."""
        shown = self.decoder.shown
        for top in range(0, shown.h, BAND_ROWS):
            yield Rect.between(0, top, shown.w, min(top + BAND_ROWS, shown.h))

    def window(self, rect: Rect) -> Planes:
        """Return a window of the decoded planes, luma samples with an even corner, int32 Q18."""
        parts = zip(self.planes, _places(rect, self.decoder), strict=True)
        return Planes(*(plane[at.rows, at.columns].astype(np.int32) << DROPPED for plane, at in parts))

    def target(self, rect: Rect) -> Planes:
        """Return the same window of the source."""
        _, small, _ = _places(rect, self.decoder)
        return self.source.planes(rect, small)

    def with_planes(self, planes: Planes) -> Unfiltered:
        """Return the same picture with other planes of the whole, Q18: what a filter has made of them."""
        y, u, v = (np.clip(to_fine(plane), *INT16).astype(np.int16) for plane in planes.as_tuple())
        return replace(self, planes=(y, u, v))


def _places(rect: Rect, decoder: PictureDecoder) -> tuple[Rect, ...]:
    """Return a window of luma as windows of all three planes."""
    picture = decoder.headers.picture
    return plane_rects(rect, (picture.s_ver, picture.s_hor))


def _source_codes(source: EncoderInput, rect: Rect) -> tuple[Int32Array, Int32Array, Int32Array]:
    """(6.7) Return a window (luma samples, even corner) of the source in its own colour, as planes Q18."""
    first, second, third = (
        plane_from_codes(plane[at.rows, at.columns], source.bits)
        for plane, at in zip(source.components, plane_rects(rect, source.output), strict=True)
    )
    return first, second, third


def output_error(made: OutputPlanes, source: EncoderInput, worth: Worth, rect: Rect) -> int:
    """(5.10) Return what the error of a window of the output counts, in the picture's own colour, unit 2^-12.

    Of R, G and B it is the third; Y, U and V have their weights.
    """
    first, second, third = (
        squared_error(plane, wanted) for plane, wanted in zip(made, _source_codes(source, rect), strict=True)
    )
    return (first + second + third) // 3 if source.rgb else worth.error((first, second, third))
