"""`refdec.open_progressive`: previews of a codestream with a growing number of residual channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.arguments import require_channels
from refdec.api.options import Order, Transform, read_order

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.formats.files import Source
    from refdec.limits import Limits
    from refdec.picture.picture import Picture
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["Progressive", "open_progressive"]


class Progressive:
    """An open codestream that gives previews; made by `open_progressive`.  Not for several threads at once."""

    def __init__(self, order: Order) -> None:
        from refdec.decoding.previews import ProgressiveDecoder

        self._order = order
        self._decoder = ProgressiveDecoder(
            order.data, order.pack, order.options, limits=order.limits, check_weights=order.check_weights
        )

    @property
    def channels(self) -> tuple[int, int]:
        """Residual channels of luma and chroma that the codestream holds."""
        return self._decoder.channels

    def preview(self, y: int, uv: int) -> Picture:
        """Return the picture of the first `y` and `uv` residual channels; what is decoded already is not decoded again.

        With `channels` or more it is what `decode` returns.  `Limits.seconds` holds for each preview.  Raises
        CodestreamError where the residual is damaged, TimeIsUp.
        """
        from refdec.parallel.clock import check_of

        y, uv = require_channels((y, uv), clip=True) or (y, uv)
        decoded = self._decoder.preview(y, uv, check=check_of(self._order.limits))
        return decoded.picture(self._order.colour, self._order.bit_depth)


def open_progressive(
    source: Source,
    *,
    weights: WeightPack | Source | None = None,
    synthesis: Transform | None = None,
    filters: bool = True,
    colour: Colour | None = None,
    bit_depth: int | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    level_check: bool = True,
    ignore_weights_fingerprint: bool = False,
    allow_custom_colour: bool = False,
    edition: EditionName = "auto",
) -> Progressive:
    """Open a codestream for previews with a growing number of residual channels; options as in `decode`.

    Example: `stream = open_progressive("photo.jai"); small = stream.preview(10, 5); whole = stream.preview(160, 96)`.
    Raises what `decode` raises, as far as it is known before the residual.
    """
    order = read_order(
        source,
        weights=weights,
        limits=limits,
        colour=colour,
        bit_depth=bit_depth,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        synthesis=synthesis,
        filters=filters,
        lenient=lenient,
        level_check=level_check,
        allow_custom_colour=allow_custom_colour,
        edition=edition,
    )
    return Progressive(order)
