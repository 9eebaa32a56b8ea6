"""`refdec.read_info`: what the headers of a codestream say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.formats.files import Source
    from refdec.inspection.summary import Info

__all__ = ["read_info"]


def read_info(
    source: Source, *, limits: Limits | None = None, lenient: bool = False, edition: EditionName = "auto"
) -> Info:
    """Read the headers of a codestream: size, profile, level, tools, substreams; needs no weights, loads no Numba.

    `edition` as in `decode`.
    """
    from refdec.decoding.options import edition_named
    from refdec.formats.files import read_bytes
    from refdec.inspection.summary import read_info as read

    limits = limits or Limits()
    return read(read_bytes(source, limits=limits), limits=limits, lenient=lenient, edition=edition_named(edition))
