"""What `decode` and its relatives are told, checked once: the words of a caller become options, bytes and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from refdec.api.arguments import (
    require_bit_depth,
    require_channels,
    require_colour,
    require_edition,
    require_limits,
)
from refdec.api.errors import UnknownTransform
from refdec.api.weights import load_weights, require_weights
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.decoding.opening import CheckWeights, DecodeOptions
    from refdec.decoding.picture_rows import PictureStream
    from refdec.formats.files import Source
    from refdec.limits import Check
    from refdec.picture.picture import Picture
    from refdec.picture.planes import Observer
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["Order", "Transform", "make_options", "read_order"]

Transform = Literal["sop", "bop", "hop"]
TRANSFORMS = ("sop", "bop", "hop")


def make_options(
    *,
    synthesis: str | None = None,
    channels: tuple[int, int] | None = None,
    filters: bool = True,
    lenient: bool = False,
    level_check: bool = True,
    custom_colour: bool = False,
    edition: str = "auto",
) -> DecodeOptions:
    """Return decoder options from the words that the command line and `decode` use.

    Raises UnknownTransform, ChannelsOutOfRange, UnknownEdition.
    """
    from refdec.decoding.opening import DecodeOptions

    transform = None
    if synthesis is not None:
        if not isinstance(synthesis, str) or synthesis.lower() not in TRANSFORMS:
            raise UnknownTransform(synthesis)
        transform = TRANSFORMS.index(synthesis.lower())
    channels = require_channels(channels)
    return DecodeOptions(transform, channels, filters, lenient, level_check, custom_colour, require_edition(edition))


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """A codestream in memory, with all that says how to decode it.

    `check_weights` compares the weights, None does not.  `check` is the clock of `limits.seconds`, which runs since the
    order was read.  `colour` and `bit_depth` are those of the result, None for the codestream's own.
    """

    data: bytes
    pack: WeightPack
    options: DecodeOptions
    limits: Limits
    check_weights: CheckWeights | None
    check: Check
    colour: Colour | None
    bit_depth: int | None

    def stream(self) -> PictureStream:
        """Open it as a stream of rows.  Raises what open_stream raises."""
        from refdec.decoding.picture_rows import open_stream

        return open_stream(
            self.data,
            self.pack,
            self.options,
            colour=self.colour,
            bits=self.bit_depth,
            limits=self.limits,
            check_weights=self.check_weights,
            check=self.check,
        )

    def whole(self, observe: Observer) -> Picture:
        """Decode on whole planes, every stage of which is shown to `observe`.  Raises what decode_codestream raises."""
        from refdec.decoding.opening import decode_codestream

        decoded = decode_codestream(
            self.data,
            self.pack,
            self.options,
            limits=self.limits,
            observe=observe,
            check_weights=self.check_weights,
            check=self.check,
        )
        return decoded.picture(self.colour, self.bit_depth)

    def region(self, region: tuple[int, int, int, int]) -> Picture:
        """Decode the rectangle (x, y, width, height) only.  Raises what decode_region raises."""
        from refdec.decoding.region import decode_region
        from refdec.tiling.geometry import Rect

        decoded = decode_region(
            self.data,
            self.pack,
            Rect(*region),
            self.options,
            colour=self.colour,
            limits=self.limits,
            check_weights=self.check_weights,
            check=self.check,
        )
        return decoded.picture(self.bit_depth)


def read_order(
    source: Source,
    *,
    weights: WeightPack | Source | None,
    limits: Limits | None,
    colour: Colour | None,
    bit_depth: int | None,
    ignore_weights_fingerprint: bool,
    synthesis: str | None,
    filters: bool,
    lenient: bool,
    level_check: bool,
    allow_custom_colour: bool,
    edition: str = "auto",
    channels: tuple[int, int] | None = None,
) -> Order:
    """Check the arguments, then read the codestream and the weights; compiled kernels are kept from here on.

    Raises UsageError, InputError, LimitExceeded, WeightsError.
    """
    from refdec.formats.files import read_bytes
    from refdec.parallel.clock import check_of
    from refdec.startup import prepare_kernels

    require_colour(colour)
    bit_depth = require_bit_depth(bit_depth)
    options = make_options(
        synthesis=synthesis,
        channels=channels,
        filters=filters,
        lenient=lenient,
        level_check=level_check,
        custom_colour=allow_custom_colour,
        edition=edition,
    )
    prepare_kernels()
    limits = require_limits(limits)
    check, check_weights = check_of(limits), None if ignore_weights_fingerprint else require_weights
    data, pack = read_bytes(source, limits=limits), load_weights(weights)
    return Order(data, pack, options, limits, check_weights, check, colour, bit_depth)
