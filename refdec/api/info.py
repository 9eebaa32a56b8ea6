"""`refdec.read_info`: what the headers of a codestream say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from refdec.api.concerning import concerning

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.formats.files import Source
    from refdec.inspection.summary import Info
    from refdec.limits import Limits

__all__ = ["read_info"]


def read_info(
    source: Source,
    *,
    limits: Limits | None = None,
    lenient: bool = False,
    any_level: bool = False,
    edition: EditionName = "auto",
) -> Info:
    """Read the headers of a codestream: size, profile, level, tools, substreams; needs no weights, loads no Numba.

    `lenient`, `any_level` and `edition` as in `decode`.
    """
    from refdec.decoding.options import edition_named, limits_or_default
    from refdec.formats.files import read_bytes
    from refdec.formats.stream_files import stream_in
    from refdec.inspection.summary import read_info as read

    limits, chosen = limits_or_default(limits), edition_named(edition)
    with concerning(source):
        whole = read_bytes(source, limits=limits)
        found = stream_in(whole, limits=limits)
        info = read(found.codestream, limits=limits, lenient=lenient, any_level=any_level, edition=chosen)
        if found.file is None:
            return info
        from refdec.inspection.file_facts import file_facts

        return replace(info, file=file_facts(found.file, len(whole)))
