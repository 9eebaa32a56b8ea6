"""The core's own step behind every encoder (5.14.2): filters that pay are switched on in the codestream it made.

In: a codestream, its source, the tools that a user allows.  Out: `FilteredStream`, which knows how to confirm itself by
decoding; None where nothing is to be done.  A codestream that cannot be read, that has filters of its own, or that is
no picture of the source stays what it is: the encoder has the last word, and the check after it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.bitstream.headers import Headers
from refdec.bitstream.rewriting import with_tools
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.encoding.encoderinput import EncoderInput
from refdec.encoding.enhancement.before import Unfiltered, output_error
from refdec.encoding.enhancement.choice import choose_filters
from refdec.encoding.enhancement.filterroom import filter_bytes
from refdec.encoding.enhancement.networks import networks_there
from refdec.encoding.enhancement.toolnames import FilterTool, filters_of
from refdec.encoding.enhancement.worth import Worth
from refdec.errors import LimitExceeded, RefdecError
from refdec.limits import TooMuchMemoryToEncode
from refdec.plugins.core_errors import NoFilterNetworks
from refdec.plugins.filterwish import FilterWish
from refdec.plugins.rate_targets import BitsPerPixel, MaxBytes, RateTarget

if TYPE_CHECKING:
    from refdec.plugins.core import Core
    from refdec.plugins.source_picture import SourcePicture

__all__ = ["FilteredStream", "filtered", "improver", "most_bytes"]

LOG = logging.getLogger(__name__)
SIZE_BYTES = 4
"""By how much the size of a substream may grow in its own header."""


@clause("5.14.2", kind="inferred", reason="an encoder may make sure of what it chose")
@dataclass(frozen=True, slots=True, eq=False)
class FilteredStream:
    """(5.14.2) A codestream with filters, and the cost of the same without; unit 2^-12 of squared error."""

    data: bytes
    core: Core
    source: EncoderInput
    worth: Worth
    cost_without: int

    def confirmed(self) -> bool:
        """Decode, and tell whether error and bits together are less than without filters.  Raises as decoding does."""
        stream = self.core.opened(self.data)
        error = top = 0
        for band in replace(stream, uncut=True).bands():
            rect = replace(stream.decoder.shown, y=top, h=band[0].shape[0])
            error += output_error(band, self.source, self.worth, rect)
            top = rect.bottom
        cost = self.worth.cost(error, 8 * len(self.data))
        LOG.info("filters: cost %.4f of what it was without", cost / self.cost_without)
        return cost < self.cost_without


def improver(
    core: Core, picture: SourcePicture, wish: FilterWish, target: RateTarget
) -> Callable[[bytes], FilteredStream | None] | None:
    """(5.14.2) Return what offers finished codestreams of a picture with filters (`filtered`), None without a wish.

    Raises NoFilterNetworks before anything is coded if the weights have no network of eICCI, which is asked for.
    """
    if wish.networks and not core.filter_networks:
        raise NoFilterNetworks(None)
    if not wish.tools:
        return None
    return lambda data: filtered(core, core.encoder_input(picture), data, wish, most_bytes(target, picture.pixels))


@clause("5.14.2", kind="inferred", reason="which filters an encoder switches on is its own affair")
def filtered(
    core: Core, source: EncoderInput, data: bytes, wish: FilterWish, most: int | None = None
) -> FilteredStream | None:
    """(5.14.2) Return a codestream with the filters of the wish that pay, None if none does or none may be added.

    It has at most `most` bytes.  Raises NoFilterNetworks, TooMuchMemoryToEncode, LimitExceeded.
    """
    try:
        stream = core.opened(data)
    except LimitExceeded:
        raise
    except RefdecError:
        return None
    headers, decoder = stream.headers, stream.decoder
    if not _comparable(headers, source):
        return None
    there = bool(networks_there(decoder.models, decoder.transform))
    if wish.networks and not there:
        raise NoFilterNetworks(Synthesis(decoder.transform).name)
    codes_bytes = sum(plane.nbytes for plane in source.components)
    needed = filter_bytes(headers, decoder.transform, codes_bytes, networks=there and FilterTool.EICCI in wish.tools)
    stream.limits.require_memory(needed, TooMuchMemoryToEncode)
    worth = Worth.of(headers.picture)
    before = Unfiltered.of(stream, source, worth)
    room = None if most is None else 8 * max(0, most - len(data) - SIZE_BYTES)
    tools = choose_filters(before, headers.tools, wish.tools, replace(worth, room=room), check=stream.check)
    LOG.info("filters that pay: %s", ", ".join(filters_of(tools)) or "none")
    if tools == headers.tools:
        return None
    made = with_tools(data, tools, limits=stream.limits)
    return FilteredStream(made, core, source, worth, worth.cost(before.error, 8 * len(data)))


def _comparable(headers: Headers, source: EncoderInput) -> bool:
    """Tell whether a codestream shows its source, size and format and colour, without filters of its own."""
    picture = headers.picture
    shown = picture.display_height, picture.display_width
    same = shown == source.size and (picture.s_ver, picture.s_hor) == source.output
    return same and picture.colour_transform_idx == source.colour_transform_idx and not filters_of(headers.tools)


def most_bytes(target: RateTarget, pixels: int) -> int | None:
    """Return how many bytes a rate target allows, None: any number."""
    if isinstance(target, MaxBytes):
        return target.size_bytes
    if isinstance(target, BitsPerPixel):
        return int(target.bpp * (1 + target.tolerance) * pixels / 8)
    return None
