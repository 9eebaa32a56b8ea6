"""Progressive decoding (2.6.8): previews with more and more residual channels from one open stream.

In: a codestream and a pack of weights.  Out: output planes for any number of channels; entropy decoding goes on where
the preview before it stopped.  With all channels the result is the normal decode.
"""

from __future__ import annotations

from refdec.bitstream.headers import Headers
from refdec.clauses import clause
from refdec.decoding.opening import (
    DEFAULT_LIMITS,
    DEFAULT_OPTIONS,
    CheckWeights,
    Decoded,
    DecodeOptions,
    absent_warnings,
    open_codestream,
)
from refdec.limits import Check, Limits, unchecked
from refdec.weights.pack import WeightPack

__all__ = ["ProgressiveDecoder"]


@clause("2.6.8")
class ProgressiveDecoder:
    """(2.6.8) An open codestream whose residual is decoded as far as previews ask.  Not for several threads at once."""

    def __init__(
        self,
        data: bytes,
        pack: WeightPack,
        options: DecodeOptions = DEFAULT_OPTIONS,
        *,
        limits: Limits = DEFAULT_LIMITS,
        check_weights: CheckWeights | None = None,
    ) -> None:
        """Read headers, hyper latents and scale indices; `options.channels` is passed over.

        Raises what decode_codestream raises before it comes to the residual.
        """
        from refdec.decoding.growing_old import GrowingSymbols
        from refdec.decoding.memory import whole_bytes

        self._opened = open_codestream(data, pack, options, limits=limits, check_weights=check_weights)
        limits.require_memory(whole_bytes(self.headers, self._opened.transform, filters=options.filters))
        self._filters = options.filters
        self._symbols = GrowingSymbols(self._opened.codestream, self.headers, self._opened.models)

    @property
    def headers(self) -> Headers:
        """The headers of the codestream."""
        return self._opened.headers

    @property
    def channels(self) -> tuple[int, int]:
        """Residual channels of luma and chroma that the codestream holds; more than that changes nothing."""
        return self._symbols.channels

    def preview(self, luma: int, chroma: int, *, check: Check = unchecked) -> Decoded:
        """Return the picture with the first residual channels of each component, the rest zero; any order of calls.

        Raises CodestreamError where the residual is damaged, as far as it is decoded, and what `check` raises, which is
        called between the steps.
        """
        from refdec.decoding.latents_old import reconstruct_latents
        from refdec.decoding.planes_old import finish_planes, synthesise
        from refdec.networks.exact_blas import single_threaded_blas

        opened = self._opened
        headers, models, transform = opened.headers, opened.models, opened.transform
        with single_threaded_blas():
            symbols = self._symbols.first(luma, chroma)
            check()
            latents = reconstruct_latents(headers, symbols, models)
            synthesis = synthesise(headers.picture, latents, models, transform, check=check)
            scale = symbols.components[0].sigma.final
            planes = finish_planes(
                headers, synthesis, scale, models, transform, filters=self._filters, custom=opened.custom
            )
        return Decoded(planes, headers, (*opened.warnings, *absent_warnings(symbols.absent_regions)))
