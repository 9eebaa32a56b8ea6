"""How much memory a transcode needs, known from its headers before the first large array is made.

In: a header, and how much is made anew.  Out: an upper bound in bytes of the arrays that are alive at a time; program,
weights and prepared networks (about 0.3 GB) are not counted.
"""

from __future__ import annotations

from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.clauses import clause
from refdec.encoding.room import coding_bytes
from refdec.transcoding.streamsymbols import LATENT_WINDOW

__all__ = ["recoding_bytes", "requantising_bytes"]

REASON = "an upper bound on memory; the text sets none"
FIXED_BYTES = 64 << 20
"""Slices of the entropy coder with their scale indices, twice."""
SYMBOL_BYTES = 2 * sum(COMPONENT_CHANNELS)
HYPER_BYTES = 64
"""z_hat and trunks, per latent position."""
WINDOW_BYTES = 8192
"""What latents are made of, per latent position of a window with its reach."""


@clause("1.8 (7)", kind="added", reason=REASON)
def recoding_bytes(picture: PictureHeader, stream_bytes: int) -> int:
    """(1.8 (7)) The bytes of decoding all symbols and coding them again; `stream_bytes`: of the codestream."""
    return FIXED_BYTES + 3 * stream_bytes + (SYMBOL_BYTES + HYPER_BYTES) * picture.lat_h * picture.lat_w


@clause("1.8 (7)", kind="added", reason=REASON)
def requantising_bytes(picture: PictureHeader, stream_bytes: int) -> int:
    """(1.8 (7)) The bytes of making latents of symbols, and quantising them again."""
    held = recoding_bytes(picture, stream_bytes)
    reach = 16
    rows, columns = (min(n, window + reach) for n, window in zip(_size(picture), LATENT_WINDOW, strict=True))
    cubes = any(picture.use_cube_flags)
    return held + WINDOW_BYTES * rows * columns + coding_bytes(picture, 0, cubes=cubes, whole=False)


def _size(picture: PictureHeader) -> tuple[int, int]:
    return picture.lat_h, picture.lat_w
