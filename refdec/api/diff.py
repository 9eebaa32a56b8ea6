"""Comparing two files of one kind: traces, pictures, codestreams, clips, or dumps of intermediates.

In: two sources.  Out: `FilesDifference`: what kind they are, whether they differ, the findings as text and as plain
values. The kind is told by what the files begin with, raw YUV by its suffix.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from refdec.api.errors import DumpUnreadable, KindsDiffer, KindUnknown, NoDifferencePicture, OptionForOtherKind
from refdec.api.picture_differences import (
    DifferenceFile,
    compare_codes,
    describe_array,
    describe_planes,
    json_values,
    psnr_by_name,
    psnr_line,
    require_shown,
)
from refdec.bitstream.editions import Edition, EditionName
from refdec.decoding.options import DecodeOptions, edition_named, limits_or_default
from refdec.formats.files import Source, name_of, read_bytes, read_picture, suffix_of
from refdec.formats.kinds import is_heif_of_ours, is_jpeg_ai, sniffed_suffix
from refdec.formats.stream_files import stream_in
from refdec.formats.yuv import layout_of_name
from refdec.inspection.differences import compare_streams
from refdec.trace.names import stage_array, stage_name
from refdec.trace.samples import ArrayDifference, compare_arrays
from refdec.trace.stage_differences import compare_traces, stage_order
from refdec.trace.tracefile import read_trace

if TYPE_CHECKING:
    from refdec.api.clips import Clip
    from refdec.formats.pictures import CodePicture
    from refdec.limits import Limits

__all__ = ["FilesDifference", "diff_files"]

MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class FilesDifference:
    """What was compared (`kind`), whether it is equal, lines that say what differs, and the same as plain values."""

    kind: str
    equal: bool
    lines: tuple[str, ...]
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"kind": self.kind, "equal": self.equal, **self.details}


def _kind(data: bytes, source: Source) -> str:
    """Return "codestream", "picture", "trace" or "dump".  Raises KindUnknown."""
    if is_jpeg_ai(data):
        return "codestream"
    if data[:2] == b"PK":
        return "dump"
    if sniffed_suffix(data) or suffix_of(source) == ".yuv":
        return "picture"
    if data.lstrip()[:1] == b"{":
        return "trace"
    raise KindUnknown(name_of(source))


def _clip(data: bytes, limits: Limits) -> Clip | None:
    """Return the clip of a HEIF file, None for other files."""
    if not is_heif_of_ours(data):
        return None
    from refdec.api.clips import Clip, found_clip

    found = found_clip(data, DecodeOptions(limits=limits))
    return found if isinstance(found, Clip) else None


def _clips(clips: Sequence[Clip | None], kinds: Sequence[str], *, pictures: bool) -> FilesDifference:
    """Compare two clips.  Raises KindsDiffer where one is none, NoDifferencePicture where `pictures` are wanted."""
    from refdec.api.clip_differences import compare_clips

    first, second = clips
    if first is None or second is None:
        raise KindsDiffer(*("clip" if clip else kind for clip, kind in zip(clips, kinds, strict=True)))
    if pictures:
        raise NoDifferencePicture("a clip is many pictures: take frames out of both with refdec transcode --frame N")
    found = compare_clips(first, second)
    return FilesDifference("clip", found.equal, found.lines(), found.as_json())


def _without_boxes(data: bytes, limits: Limits) -> bytes:
    """Return the codestream of a HEIF file; other files as they are."""
    return stream_in(data, limits=limits).codestream if is_heif_of_ours(data) else data


def diff_files(
    a: Source,
    b: Source,
    *,
    layout: str = "",
    edition: EditionName = "auto",
    show: DifferenceFile | None = None,
    decode: bool = False,
    weights: Source | None = None,
    limits: Limits | None = None,
) -> FilesDifference:
    """Compare two files of one kind.

    `layout` describes raw YUV files whose names do not: "768x512_10bit_444".  `edition`: the text that codestreams are
    read by, "auto": whichever each is legal in.  `show`: where a picture of the difference goes.  `decode`: compare the
    pictures of codestreams too, decoded with `weights`; so does `show`.  Clips are compared frame by frame, as they
    are coded and timed, byte by byte: `edition` and `weights` are not for them.
    Raises InputError where a file cannot be read, KindUnknown, KindsDiffer, NoDifferencePicture, OptionForOtherKind,
    and what decoding raises.
    """
    limits = limits_or_default(limits)
    whole = read_bytes(a, limits=limits), read_bytes(b, limits=limits)
    kinds = _kind(whole[0], a), _kind(whole[1], b)
    if layout and not any(
        kind == "picture" and not sniffed_suffix(part) for kind, part in zip(kinds, whole, strict=True)
    ):
        raise OptionForOtherKind("--layout (layout=)", "raw YUV")
    clips = [_clip(part, limits) if kind == "codestream" else None for part, kind in zip(whole, kinds, strict=True)]
    reading = {"weights": weights is not None, "edition": edition != "auto"}
    if clips != [None, None]:
        if None not in clips and not decode and show is None:
            _refuse(reading, "codestreams by themselves (frames of clips are compared byte by byte)")
        return _clips(clips, kinds, pictures=decode or show is not None)
    data = _without_boxes(whole[0], limits), _without_boxes(whole[1], limits)
    if kinds[0] != kinds[1]:
        raise KindsDiffer(*kinds)
    if kinds[0] == "codestream":
        found = _streams(*data, edition_named(edition))
        if not decode and show is None:
            return found
        return _with_pictures(found, [_decoded(part, edition, weights, limits) for part in data], show)
    _refuse({"decode": decode} | reading, "codestreams")
    if kinds[0] != "picture" and show is not None:
        raise NoDifferencePicture(f"a {kinds[0]} is no picture")
    if kinds[0] == "trace":
        return _traces(read_trace(data[0], name_of(a)), read_trace(data[1], name_of(b)))
    if kinds[0] == "dump":
        return _dumps(_load(data[0], name_of(a)), _load(data[1], name_of(b)))
    pictures = [_picture(part, source, layout, limits) for part, source in zip(data, (a, b), strict=True)]
    return _pictures(pictures[0], pictures[1], show)


def _refuse(wishes: Mapping[str, bool], wanted: str) -> None:
    """Raise OptionForOtherKind for the first wish that is there, of files that are none of those it is for."""
    for option, wished in wishes.items():
        if wished:
            raise OptionForOtherKind(f"--{option} ({option}=)", wanted)


def _decoded(data: bytes, edition: EditionName, weights: Source | None, limits: Limits) -> CodePicture:
    from refdec.api.decode import decode
    from refdec.formats.pictures import CodePicture, Colour

    picture = decode(data, weights=weights, options=DecodeOptions(edition=edition, limits=limits))
    return CodePicture(picture.planes, picture.bit_depth, Colour(picture.colour))


def _with_pictures(
    streams: FilesDifference, pictures: list[CodePicture], show: DifferenceFile | None
) -> FilesDifference:
    """Return what differs in two codestreams and in their pictures."""
    found = _pictures(pictures[0], pictures[1], show)
    lines = (*streams.lines, *(f"decoded pictures, {line}" for line in found.lines[:1]), *found.lines[1:])
    details = {**streams.details, "pictures": found.as_json()}
    return FilesDifference("codestream", streams.equal, lines, details)


def _picture(data: bytes, source: Source, layout: str, limits: Limits) -> CodePicture:
    start = sniffed_suffix(data) or ".yuv"
    chosen = layout_of_name(layout or name_of(source)) if start == ".yuv" else None
    return read_picture(data, suffix=start, layout=chosen, limits=limits)


def _pictures(a: CodePicture, b: CodePicture, show: DifferenceFile | None) -> FilesDifference:
    found = compare_codes(a, b)
    lines, details = list(describe_planes(found)), found.as_json()
    if not found.structure:
        values = psnr_by_name(a, b)
        details["psnr"] = json_values(values)
        if not found.equal:
            lines.insert(1, psnr_line(values))
    if show is not None:
        require_shown(found)
        said, details["scale"] = show.write(a, b)
        lines.append(said)
    return FilesDifference("picture", found.equal, tuple(lines), details)


def _traces(a: dict[str, str], b: dict[str, str]) -> FilesDifference:
    found = compare_traces(a, b)
    lines = [f"equal: {found.equal_stages} stages"] if found.equal else []
    if found.apart:
        lines.append(f"first stage that differs: {found.apart[0].stage} ({found.apart[0].kind})")
        lines.append(f"{found.equal_stages} stages are equal; these are not, in order of computation:")
        width = max(len(one.stage) for one in found.apart)
        lines += [
            f"  {one.stage:<{width}}  {one.kind:<5}  {(one.a or '')[:16]}  {(one.b or '')[:16]}" for one in found.apart
        ]
    elif not found.equal:
        lines.append(f"no stage that both hold differs: {found.equal_stages} are equal")
    lines += [f"{side}: {', '.join(names)}" for side in ("only in A", "only in B") if (names := found.missing(side))]
    return FilesDifference("trace", found.equal, tuple(lines), found.as_json())


def _load(data: bytes, name: str) -> dict[str, Any]:
    """Return the arrays of an .npz file by the names of today; pickled objects are refused."""
    import zipfile
    import zlib

    import numpy as np

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {stage_name(key): stage_array(key, archive[key]) for key in archive.files}
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as reason:
        raise DumpUnreadable(name, str(reason)) from None


def _dumps(a: dict[str, Any], b: dict[str, Any]) -> FilesDifference:
    shared = sorted(a.keys() & b.keys(), key=stage_order)
    compared = [compare_arrays(name, a[name], b[name]) for name in shared if a[name].dtype.kind in "iubf"]
    different = [found for found in compared if not found.equal]
    missing = {"only in A": sorted(a.keys() - b.keys()), "only in B": sorted(b.keys() - a.keys())}
    lines = []
    if different:
        lines.append(f"first array that differs: {_first_place(different[0])}")
    lines += [describe_array(found) for found in different]
    lines += [f"{name}: {where}" for where, names in missing.items() for name in names]
    equal = not lines
    details = {
        "arrays": [found.as_json() for found in compared],
        "only_in_a": missing["only in A"],
        "only_in_b": missing["only in B"],
    }
    return FilesDifference("dump", equal, tuple(lines or [f"equal: {len(compared)} arrays"]), details)


def _first_place(found: ArrayDifference) -> str:
    if found.first is None or found.values is None:
        return describe_array(found)
    return f"{found.name} at {list(found.first)}: {found.values[0]:g} in A, {found.values[1]:g} in B"


def _streams(a: bytes, b: bytes, edition: Edition | None) -> FilesDifference:
    found = compare_streams(a, b, edition)
    shown: Callable[[int | None], str] = lambda value: "not coded" if value is None else str(value)  # noqa: E731
    lines = [
        f"{one.name}: {shown(one.a)} in A, {shown(one.b)} in B (clause {one.clause}, byte.bit {one.at_a or one.at_b})"
        for one in found.elements
    ]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"... and {len(lines) - MOST_LINES} more elements"]
    for part in found.substreams:
        if part.a_bytes is None or part.b_bytes is None:
            where = "B" if part.a_bytes is None else "A"
            lines.append(f"{part.name}: only in {where}, {part.a_bytes or part.b_bytes or 0} bytes")
        else:
            lines.append(
                f"{part.name}: payloads differ from byte {part.first_byte} on, {part.a_bytes} bytes in A, "
                f"{part.b_bytes} in B"
            )
    if found.order:
        lines.append("the same substreams stand in another order")
    if found.rest:
        lines.append("the same substreams, but other bytes around them (sizes, duplicates or trailing bytes)")
    equal = f"equal: {len(a)} bytes"
    return FilesDifference("codestream", found.equal, tuple(lines or [equal]), found.as_json())
