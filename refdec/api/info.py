"""`refdec.read_info`: what the headers of a codestream say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from refdec.api.concerning import concerning
from refdec.arithmetic.argument_kinds import FLAG, require_kinds

if TYPE_CHECKING:
    from refdec.api.clips import Clip
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
    """Read the headers of a codestream, or of the first frame of a clip: size, profile, level, tools, substreams.

    It needs no weights and loads no Numba.  `lenient`, `any_level` and `edition` as in `decode`.
    """
    from refdec.decoding.options import edition_named, limits_or_default
    from refdec.formats.files import read_bytes
    from refdec.formats.stream_files import may_hold_clip, stream_in
    from refdec.inspection.summary import read_info as read

    require_kinds({"lenient": lenient, "any_level": any_level}, {"lenient": FLAG, "any_level": FLAG})
    limits, chosen = limits_or_default(limits), edition_named(edition)
    with concerning(source):
        clip = _clip_of(source, limits, lenient=lenient) if may_hold_clip(source) else None
        if clip is not None and not isinstance(clip, bytes):
            from refdec.api.clips import naming_frame

            with naming_frame(clip, 1):
                info = read(clip.codestream(1), limits=limits, lenient=lenient, any_level=any_level, edition=chosen)
                return replace(info, file=_facts_of(clip, (info.width, info.height)))
        whole = read_bytes(source, limits=limits) if clip is None else clip
        found = stream_in(whole, limits=limits, first_tile=True)

        def read_one(data: bytes) -> Info:
            return read(data, limits=limits, lenient=lenient, any_level=any_level, edition=chosen)

        if found.file is None:
            return read_one(found.codestream)
        from refdec.inspection.file_facts import file_facts
        from refdec.inspection.tile_facts import TileFacts

        tiles = TileFacts.read(found.file, read_one)
        info = read_one(found.codestream) if tiles is None else tiles.whole()
        facts = file_facts(found.file, len(whole), (info.width, info.height))
        return replace(info, file=facts if tiles is None else facts | tiles.as_json())


def _clip_of(source: Source, limits: Limits, *, lenient: bool) -> Clip | bytes | None:
    """Return the clip of a source, or its bytes where it holds none, None where nobody has read it."""
    from refdec.api.clips import found_clip
    from refdec.decoding.options import DecodeOptions

    return found_clip(source, DecodeOptions(limits=limits, lenient=lenient))


def _facts_of(clip: Clip, size: tuple[int, int]) -> dict[str, Any]:
    """Return what a clip holds beside the codestream of its first frame, which has a width and a height."""
    from refdec.inspection.file_facts import clip_facts, file_facts

    file = clip.found.file
    first = clip.still_file(1)
    facts, shown = file_facts(file.beside or first, len(clip.found.bytes)), file_facts(first, 0, size)
    facts |= {name: shown[name] for name in ("orientation", "crop") if name in shown}
    return facts | {"brands": list(file.brands), "clip": clip_facts(file)}
