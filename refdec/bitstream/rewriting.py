"""A codestream in the other edition (1.12): the picture header written anew, everything behind it byte for byte.

In: a codestream of either edition.  Out: the codestream of the wanted one; the same bytes where it is that already.
"""

from __future__ import annotations

from dataclasses import replace

from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import read_headers, write_headers
from refdec.bitstream.levels import level, smallest_level
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.recognition import require_told_apart
from refdec.clauses import clause
from refdec.limits import Limits

__all__ = ["in_edition"]


@clause("1.12", kind="added", reason="streams of the draft are made readable for decoders of the standard, and back")
def in_edition(data: bytes, edition: Edition, *, limits: Limits | None = None) -> bytes:
    """(1.12) Return a codestream in an edition.

    The level stays where the edition's allows the model; else it becomes the smallest that does.  Bytes after EOC are
    dropped where the header is written anew.  Raises what reading it raises, and HeaderAmbiguous.
    """
    codestream = read_codestream(data, limits=limits)
    headers = read_headers(codestream, limits=limits, allow_custom_colour=True)
    if headers.edition is edition:
        return data
    changed = replace(headers, picture=_with_level(headers.picture, edition), edition=edition)
    picture = write_headers(changed)[Marker.PIH]
    require_told_apart(picture, edition)
    return write_codestream(
        (part.marker, picture if part.marker is Marker.PIH else part.payload) for part in codestream.substreams
    )


def _with_level(picture: PictureHeader, edition: Edition) -> PictureHeader:
    """Return the header with a level of the edition that allows its size and model."""
    found, samples = level(picture.level_idc, edition), picture.img_width * picture.img_height
    if found is not None and picture.model_id in found.models and samples <= found.max_luma_samples:
        return picture
    fitting = smallest_level(samples, picture.model_id, edition)
    return picture if fitting is None else replace(picture, level_idc=fitting)
