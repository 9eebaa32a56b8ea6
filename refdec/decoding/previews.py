"""Progressive decoding (2.6.8): previews with more and more residual channels from one open stream.

In: a codestream and a pack of weights.  Out: output planes for any number of channels; entropy decoding goes on where
the preview before it stopped.  With all channels the result is the normal decode.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.arithmetic.types import Int16Array
from refdec.bitstream.headers import Headers
from refdec.clauses import clause
from refdec.decoding.memory import whole_bytes
from refdec.decoding.opening import CheckWeights
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.decoding.rows import open_stream
from refdec.decoding.symbols import GrowingRegion, Symbols, region_units
from refdec.decoding.whole import Decoded
from refdec.limits import Check, unchecked
from refdec.weights.pack import WeightPack

__all__ = ["ProgressiveDecoder"]

CHANNELS_AT_ONCE = 8


@clause("2.6.8")
class ProgressiveDecoder:
    """(2.6.8) An open codestream whose residual is decoded as far as previews ask.  Not for several threads at once."""

    def __init__(
        self,
        data: bytes,
        pack: WeightPack,
        options: DecodeOptions = DEFAULT_OPTIONS,
        *,
        check_weights: CheckWeights | None = None,
    ) -> None:
        """Read headers and hyper latents; `options.channels`, `bit_depth`, `region` and `workers`
        are not read, and of `colour` only "gray": previews say the first, their pictures colour and depth.

        Raises what decode_codestream raises before it comes to the residual.
        """
        own = replace(options, colour="gray" if options.colour == "gray" else None, bit_depth=None)
        self._stream = open_stream(data, pack, own, check_weights=check_weights)
        decoder, codestream, picture = self._stream.decoder, self._stream.codestream, self.headers.picture
        options.limits.require_memory(whole_bytes(self.headers, decoder.transform, filters=options.filters))
        self._hyper = decoder.hyper_side(decoder.hyper_latents(codestream))
        self._symbols: tuple[Int16Array, ...] = tuple(
            np.zeros((count, picture.lat_h, picture.lat_w), np.int16) for count in picture.num_chs_coded
        )
        self._regions = tuple(
            [
                GrowingRegion(self._hyper, c, unit, region.y_core, at_once=CHANNELS_AT_ONCE)
                for region, unit in region_units(codestream, self.headers, c)
                if unit is not None
            ]
            for c in (0, 1)
        )

    @property
    def headers(self) -> Headers:
        """The headers of the codestream."""
        return self._stream.headers

    @property
    def channels(self) -> tuple[int, int]:
        """Residual channels of luma and chroma that the codestream holds; more than that changes nothing."""
        return self.headers.picture.num_chs_coded

    def preview(self, luma: int, chroma: int, *, check: Check = unchecked) -> Decoded:
        """Return the picture with the first residual channels of each component, the rest zero; any order of calls.

        Raises CodestreamError where the residual is damaged, as far as it is decoded, and what `check` raises, which is
        called between the steps.
        """
        values = [self._first(c, wanted) for c, wanted in ((0, luma), (1, chroma))]
        check()
        stream = replace(self._stream, check=check)
        planes = stream.final_planes(symbols=Symbols(self._hyper, (values[0], values[1])))
        return Decoded(planes, self.headers, stream.warnings)

    def _first(self, component: int, wanted: int) -> Int16Array:
        """Return the symbols int16 [channels,h,w] of the first channels, at least 0 and at most all."""
        channels = min(max(wanted, 0), self.channels[component])
        for region in self._regions[component]:
            region.write(self._symbols[component], channels)
        return self._symbols[component][:channels]
