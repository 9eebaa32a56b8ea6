"""What `decode` and its relatives are told, checked once: the words of a caller become options, bytes and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from refdec.api.arguments import require_channels, require_colour
from refdec.api.errors import UnknownTransform
from refdec.api.weights import load_weights, require_weights
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.decoder import CheckWeights, DecodeOptions
    from refdec.formats.files import Source
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
) -> DecodeOptions:
    """Return decoder options from the words that the command line and `decode` use.

    Raises UnknownTransform, ChannelsOutOfRange.
    """
    from refdec.decoder import DecodeOptions

    if synthesis is not None and synthesis.lower() not in TRANSFORMS:
        raise UnknownTransform(synthesis)
    require_channels(channels)
    transform = None if synthesis is None else TRANSFORMS.index(synthesis.lower())
    return DecodeOptions(transform, channels, filters, lenient, level_check, custom_colour)


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """A codestream in memory, with all that says how to decode it; `check` compares the weights, None does not."""

    data: bytes
    pack: WeightPack
    options: DecodeOptions
    limits: Limits
    check: CheckWeights | None


def read_order(
    source: Source,
    *,
    weights: WeightPack | Source | None,
    limits: Limits | None,
    colour: Colour | None,
    ignore_weights_fingerprint: bool,
    synthesis: str | None,
    filters: bool,
    lenient: bool,
    level_check: bool,
    allow_custom_colour: bool,
    channels: tuple[int, int] | None = None,
) -> Order:
    """Check the arguments, then read the codestream and the weights; compiled kernels are kept from here on.

    Raises UsageError, InputError, LimitExceeded, WeightsError.
    """
    from refdec.formats.files import read_bytes
    from refdec.process.startup import prepare_kernels

    require_colour(colour)
    options = make_options(
        synthesis=synthesis,
        channels=channels,
        filters=filters,
        lenient=lenient,
        level_check=level_check,
        custom_colour=allow_custom_colour,
    )
    prepare_kernels()
    limits = limits or Limits()
    check = None if ignore_weights_fingerprint else require_weights
    return Order(read_bytes(source, limits=limits), load_weights(weights), options, limits, check)
