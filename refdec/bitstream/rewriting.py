"""A codestream with one header written anew, and everything else byte for byte: in the other edition (1.12), or with
rendering information (1.5.3), or with other tools (1.5.2).

In: a codestream.  Out: the codestream as it is wanted; the same bytes where it is that already.
"""

from __future__ import annotations

from dataclasses import replace

from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import Codestream, read_codestream, write_codestream
from refdec.bitstream.headers import Headers, read_headers, write_headers
from refdec.bitstream.levels import level, smallest_level
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.recognition import require_told_apart
from refdec.bitstream.rendering import RenderingInfo
from refdec.bitstream.tools import ToolsHeader
from refdec.clauses import clause
from refdec.limits import Limits

CODED = (Marker.SORP, Marker.SORS, Marker.SOZ, Marker.SOQ)
"""Substreams that stand behind the headers."""

__all__ = ["in_edition", "with_level", "with_rendering", "with_tools"]


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
    changed = replace(headers, picture=with_level(headers.picture, edition), edition=edition)
    picture = write_headers(changed)[Marker.PIH]
    require_told_apart(picture, edition)
    return write_codestream(
        (part.marker, picture if part.marker is Marker.PIH else part.payload) for part in codestream.substreams
    )


@clause("1.7.2")
def with_level(picture: PictureHeader, edition: Edition) -> PictureHeader:
    """(1.7.2) Return the header with a level of the edition that allows its size and model."""
    found, samples = level(picture.level_idc, edition), picture.img_width * picture.img_height
    if found is not None and picture.model_id in found.models and samples <= found.max_luma_samples:
        return picture
    fitting = smallest_level(samples, picture.model_id, edition)
    return picture if fitting is None else replace(picture, level_idc=fitting)


@clause("1.5.3", kind="added", reason="an encoder that writes its own codestreams need not know about colours")
def with_rendering(data: bytes, rendering: RenderingInfo) -> bytes:
    """(1.5.3) Return a codestream with rendering information, unless it has some of its own.

    Raises what reading it raises.
    """
    codestream = read_codestream(data)
    headers = read_headers(codestream, allow_custom_colour=True)
    if headers.rendering not in (None, RenderingInfo()):
        return data
    order = list(headers.substream_order)
    if Marker.RDI not in order:
        order.insert(next((n for n, marker in enumerate(order) if marker in CODED), len(order)), Marker.RDI)
    return _with_header(codestream, replace(headers, rendering=rendering, substream_order=tuple(order)), Marker.RDI)


@clause("1.5.2", kind="added", reason="filters are chosen when the picture is coded, whoever coded it")
def with_tools(data: bytes, tools: ToolsHeader, *, limits: Limits | None = None) -> bytes:
    """(1.5.2) Return a codestream with other tools; their header comes behind the picture's where there was none.

    Raises what reading it raises.
    """
    codestream = read_codestream(data, limits=limits)
    headers = read_headers(codestream, limits=limits, allow_custom_colour=True)
    order = list(headers.substream_order)
    if Marker.TON not in order:
        order.insert(order.index(Marker.PIH) + 1, Marker.TON)
    return _with_header(codestream, replace(headers, tools=tools, substream_order=tuple(order)), Marker.TON)


def _with_header(codestream: Codestream, changed: Headers, rewritten: Marker) -> bytes:
    """Return a codestream with one header written anew, at its place in the order, and all else as it is."""
    written = iter([part for part in codestream.substreams if part.marker is not rewritten])
    payload = write_headers(changed)[rewritten]
    return write_codestream(
        (marker, payload if marker is rewritten else next(written).payload) for marker in changed.substream_order
    )
