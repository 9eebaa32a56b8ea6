"""`refdec.decode`: a codestream, as a path, bytes or a file object, to a picture.

In: a source and options.  Out: a `Picture`.  Nothing is printed; between calls only the networks used last are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.arguments import require_region_shape, require_workers
from refdec.api.errors import RegionWithoutStages
from refdec.api.options import Transform, read_order

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.formats.files import Source
    from refdec.limits import Limits
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
    edition: EditionName = "auto",
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
    `edition`: "published" or "draft" reads the picture header of that text; "auto" the published one, and the draft's,
    with a warning, where only that is legal.
    `workers` processes share the work where the picture is large enough for that; None takes one for each core.
    `observe(stage, array)` is shown every stage (not with `region`); then one process works on the whole planes.

    Raises CodestreamError where the stream breaks a rule, UnsupportedError where it is legal and cannot be decoded,
    LimitExceeded, WeightsError, InputError, UsageError for wrong arguments; all are RefdecError.
    """
    workers = require_workers(workers)
    region = require_region_shape(region)
    if region is not None and observe is not None:
        raise RegionWithoutStages
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
        channels=channels,
    )
    if region is not None:
        return order.region(region)
    if observe is not None:
        return order.whole(observe)
    stream = order.stream()
    return stream.picture(workers=stream.useful_workers(workers))
