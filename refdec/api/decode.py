"""`refdec.decode`: a codestream, as a path, bytes or a file object, to a picture.

In: a source and options.  Out: a `Picture`.  Nothing is printed; between calls only the networks used last are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.arguments import require_region_shape, require_workers
from refdec.api.options import Order, Transform, read_order

if TYPE_CHECKING:
    from refdec.formats.files import Source
    from refdec.limits import Check, Limits
    from refdec.picture.picture import Picture
    from refdec.picture.planes import Observer
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["decode"]


def decode(
    source: Source,
    *,
    weights: WeightPack | Source | None = None,
    synthesis: Transform | None = None,
    channels: tuple[int, int] | None = None,
    region: tuple[int, int, int, int] | None = None,
    filters: bool = True,
    colour: Colour | None = None,
    bit_depth: int | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    level_check: bool = True,
    ignore_weights_fingerprint: bool = False,
    allow_custom_colour: bool = False,
    workers: int | None = 1,
    observe: Observer | None = None,
) -> Picture:
    """Decode a codestream to a picture.

    `source`: a path, bytes, a binary file object, or "-" for standard input.  `weights`: a pack or a pack file; None
    takes the bundled one.  `synthesis`: one of the transforms that the codestream lists; None takes its first.
    `channels`: decode only that many residual channels of luma and chroma.  `region` (x, y, width, height): only that
    rectangle, the same samples as the crop of the whole for less work.  `filters=False` leaves out the filters of TON.
    `colour` "RGB" or "YUV" converts; None keeps what the codestream says.  `bit_depth` 1..16; None is the codestream's.
    `allow_custom_colour` follows the recommendation of clause 5.10 for a colour matrix in the stream.
    `workers` processes share the work where the picture is large enough for that; None takes one for each core.
    `observe(stage, array)` is shown every stage (not with `region`); then one process works on the whole planes.

    Raises CodestreamError where the stream breaks a rule, UnsupportedError where it is legal and cannot be decoded,
    LimitExceeded, WeightsError, InputError, UsageError for wrong arguments; all are RefdecError.
    """
    from refdec.process.deadline import check_of

    require_workers(workers)
    require_region_shape(region)
    order = read_order(
        source,
        weights=weights,
        limits=limits,
        colour=colour,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        synthesis=synthesis,
        filters=filters,
        lenient=lenient,
        level_check=level_check,
        allow_custom_colour=allow_custom_colour,
        channels=channels,
    )
    in_time = check_of(order.limits)
    if region is not None:
        return _decode_region(order, region, colour, bit_depth, in_time)
    if observe is not None:
        return _decode_whole(order, colour, bit_depth, in_time, observe)
    from refdec.streaming.decode import open_stream

    stream = open_stream(
        order.data,
        order.pack,
        order.options,
        colour=colour,
        bits=bit_depth,
        limits=order.limits,
        check_weights=order.check,
        check=in_time,
    )
    return stream.picture(workers=stream.useful_workers(workers))


def _decode_region(
    order: Order, region: tuple[int, int, int, int], colour: Colour | None, bit_depth: int | None, in_time: Check
) -> Picture:
    """Decode a rectangle only."""
    from refdec.region_decoder import decode_region
    from refdec.tiling.geometry import Rect

    part = decode_region(
        order.data,
        order.pack,
        Rect(*region),
        order.options,
        colour=colour,
        limits=order.limits,
        check_weights=order.check,
        check=in_time,
    )
    return part.picture(bit_depth)


def _decode_whole(
    order: Order, colour: Colour | None, bit_depth: int | None, in_time: Check, observe: Observer
) -> Picture:
    """Decode on whole planes, every stage of which is shown to `observe`."""
    from refdec.decoder import decode_codestream
    from refdec.picture.render import render

    decoded = decode_codestream(
        order.data,
        order.pack,
        order.options,
        limits=order.limits,
        observe=observe,
        check_weights=order.check,
        check=in_time,
    )
    headers = decoded.headers
    return render(
        decoded.planes,
        headers.picture,
        colour=colour,
        bits=bit_depth,
        rendering=headers.rendering,
        warnings=decoded.warnings,
    )
