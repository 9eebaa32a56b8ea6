"""`refdec.open_progressive`: previews of a codestream with a growing number of residual channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from refdec.api.concerning import concerning
from refdec.api.inputs import Inputs, goes_beyond_level, read_inputs, said_once
from refdec.decoding.options import DecodeOptions, channels_of, edition_named

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.decoding.options import SynthesisName
    from refdec.formats.decoded import Picture
    from refdec.formats.files import Source
    from refdec.limits import Limits
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["Progressive", "open_progressive"]


class Progressive:
    """An open codestream that gives previews; made by `open_progressive`.  Not for several threads at once."""

    def __init__(self, inputs: Inputs, options: DecodeOptions) -> None:
        from refdec.api.beside import beside_of
        from refdec.api.gray import gray_form
        from refdec.decoding.opening import parse
        from refdec.decoding.previews import ProgressiveDecoder

        options, self._form = gray_form(parse(inputs.data, options)[1], replace(options, region=None))
        self._options, self._beside = options, beside_of(inputs.file, options)
        self._decoder = ProgressiveDecoder(inputs.data, inputs.pack, options, check_weights=inputs.check_weights)

    @property
    def channels(self) -> tuple[int, int]:
        """Residual channels of luma and chroma that the codestream holds."""
        return self._decoder.channels

    def preview(self, y: int, uv: int) -> Picture:
        """Return the picture of the first `y` and `uv` residual channels; what is decoded already is not decoded again.

        With `channels` or more it is what `decode` returns, of a codestream with a lossless layer the lossy picture.
        `Limits.seconds` holds for each preview.  Raises CodestreamError where the residual is damaged, TimeIsUp.
        """
        from refdec.formats.decoded import picture_of
        from refdec.parallel.clock import check_of

        y, uv = channels_of((y, uv), clip=True) or (y, uv)
        decoded = self._decoder.preview(y, uv, check=check_of(self._options.limits))
        made = self._form.picture(decoded.picture(self._options.colour, self._options.bit_depth))
        return picture_of(self._beside.upright(made), self._beside.metadata, self._beside.alpha)


def open_progressive(
    source: Source,
    *,
    weights: WeightPack | Source | None = None,
    options: DecodeOptions | None = None,
    synthesis: SynthesisName | None = None,
    filters: bool = True,
    colour: Colour | None = None,
    bit_depth: int | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    any_level: bool = False,
    level_check: bool = True,
    ignore_weights_fingerprint: bool = False,
    allow_custom_colour: bool = False,
    edition: EditionName = "auto",
) -> Progressive:
    """Open a codestream for previews with a growing number of residual channels; arguments as for `decode`.

    Of `options`, `channels`, `region` and `workers` say nothing about previews and are passed over.

    Example: `stream = open_progressive("photo.jai"); small = stream.preview(10, 5); whole = stream.preview(160, 96)`.
    Raises what `decode` raises, as far as it is known before the residual.
    """
    keywords = DecodeOptions(
        synthesis=synthesis,
        filters=filters,
        colour=colour,
        bit_depth=bit_depth,
        lenient=lenient,
        any_level=goes_beyond_level(any_level, level_check),
        allow_custom_colour=allow_custom_colour,
        edition=edition_named(edition),
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits,
    )
    options = said_once(options, keywords)
    with concerning(source):
        return Progressive(read_inputs(source, weights, options), options)
