"""How much memory the choice of filters needs (1.8 (7)), known from headers before the first large array is made.

In: headers of a codestream, the transform, the bytes of the source's codes.  Out: an upper bound in bytes, as the other
rooms of an encode have it (`refdec.encoding.room`).
"""

from __future__ import annotations

from refdec.bitstream.headers import Headers
from refdec.clauses import clause
from refdec.decoding.cuts import UNIT_COLUMNS, UNIT_ROWS
from refdec.decoding.memory import coded_samples, region_bytes
from refdec.encoding.enhancement.before import BAND_ROWS
from refdec.encoding.enhancement.networks import LARGEST_TILE
from refdec.tiling.geometry import Rect

__all__ = ["filter_bytes"]

UNFILTERED_BYTES, BAND_BYTES, SUMS_BYTES = 6, 160, 40 << 20
"""Planes of int16, per luma sample; of a band, with what a filter makes of it; sums of products."""
WHOLE_BYTES, NETWORK_BYTES = 72, 136
"""Where eICCI's networks are tried on whole planes: planes Q18 before and after, feature maps."""
POSITION = 16


@clause("1.8 (7)", kind="added", reason="an upper bound on memory; the text sets none")
def filter_bytes(headers: Headers, transform: int, codes_bytes: int, *, networks: bool) -> int:
    """(1.8 (7)) The bytes of choosing filters for a codestream; `networks`: those of eICCI are tried too."""
    picture = headers.picture
    tall, wide = (size + size // 4 for size in (UNIT_ROWS, UNIT_COLUMNS))
    unit = Rect(0, 0, min(picture.img_width, wide), min(picture.img_height, tall))
    samples = coded_samples(picture)
    decode = region_bytes(headers, transform, unit.downscaled(POSITION), unit, filters=False)
    choice = BAND_BYTES * BAND_ROWS * picture.img_width + SUMS_BYTES
    if networks:
        edge = min(picture.img_width, LARGEST_TILE) * min(picture.img_height, LARGEST_TILE)
        choice += WHOLE_BYTES * samples + NETWORK_BYTES * edge
    return codes_bytes + UNFILTERED_BYTES * samples + decode + choice
