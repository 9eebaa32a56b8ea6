"""`refdec.transcode`: a codestream to a codestream through its latents; and to a file, with a report.

In: a codestream and `TranscodeOptions`, or the keywords that stand for them.  Out: a codestream: the same bytes where
nothing is to be different; or a file (whole, or none) and a `TranscodeReport`.  No picture is made on the way.
"""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from refdec.api.concerning import concerning
from refdec.api.errors import OptionsExpected, OptionsTwice
from refdec.api.picture_warnings import PictureWarning
from refdec.api.transcode_options import DEFAULT_TRANSCODE, TranscodeOptions
from refdec.arithmetic.argument_kinds import CALLS, require_kinds
from refdec.limits import Limits
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from refdec.api.encode_options import Container
    from refdec.api.tiled import TiledPicture
    from refdec.bitstream.headers import Headers
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.limits import Check
    from refdec.weights.pack import WeightPack


__all__ = ["TranscodeReport", "transcode", "transcode_to_file"]

LOG = logging.getLogger(__name__)


def transcode(
    source: Source,
    *,
    bpp: float | None = None,
    quality: int | None = None,
    max_bytes: int | None = None,
    displacement: int | None = None,
    chroma_displacement: int | None = None,
    tolerance: float = 0.02,
    edition: str | None = None,
    profile: str | None = None,
    synthesis: tuple[str, ...] = (),
    level_idc: int | None = None,
    regions: tuple[int, int] | None = None,
    independent_regions: bool | None = None,
    threads: int | None = None,
    tile_size: int | None = None,
    filters: bool = True,
    check: bool = True,
    lenient: bool = False,
    ignore_weights_fingerprint: bool = False,
    limits: Limits | None = None,
    container: Container | None = None,
    frame: int | None = None,
    weights: WeightPack | Source | None = None,
    options: TranscodeOptions | None = None,
    progress: Progress | None = None,
) -> bytes:
    """Make a codestream of a codestream, through its latents; of a HEIF file a HEIF file, unless `container` says so.

    `source`: a path, bytes, a binary file object.  The other keywords are fields of `TranscodeOptions`; `options` is
    one in place of them.  `weights`: a pack or a pack file, None takes the bundled one; they are not looked at where
    only headers differ.  `progress` is told the share that is done.  What the caller should know of the result (a
    filter that was chosen for another rate, a rate that was low enough already) is a `PictureWarning`.

    Without a wish the bytes are those of the source.  Where the rate and the regions stay, so do all symbols, and the
    decoded samples under the same synthesis.

    Raises RateAmbiguous, RequestInvalid, SettingsRefused, RateNotInLatents, OtherModel, and what decoding raises.
    """
    keywords = TranscodeOptions(
        bpp=bpp,
        quality=quality,
        max_bytes=max_bytes,
        displacement=displacement,
        chroma_displacement=chroma_displacement,
        tolerance=tolerance,
        edition=edition,
        profile=profile,
        synthesis=synthesis,
        level_idc=level_idc,
        regions=regions,
        independent_regions=independent_regions,
        threads=threads,
        tile_size=tile_size,
        filters=filters,
        check=check,
        lenient=lenient,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits,
        container=container,
        frame=frame,
    )
    if options is not None and not isinstance(options, TranscodeOptions):
        raise OptionsExpected(options, TranscodeOptions.__name__)
    if options is not None and keywords != DEFAULT_TRANSCODE:
        raise OptionsTwice
    require_kinds({"progress": progress}, {"progress": CALLS.or_none()})
    made = _transcoded(source, None, options or keywords, weights=weights, progress=progress)
    for sentence in made.warnings:
        warnings.warn(sentence, PictureWarning, stacklevel=2)
    return made.data


class _Output(NamedTuple):
    """The bytes that are written, how many there were, and what a report says of them.

    `size`: width and height; `coded_bytes`: of the codestream, or of all tiles; `first`: headers, of the first of them.
    """

    data: bytes
    source_bytes: int
    size: tuple[int, int]
    coded_bytes: int
    what: str
    exact: bool
    first: Headers
    warnings: tuple[str, ...]


def _transcoded(
    source: Source,
    target: Target | None,
    options: TranscodeOptions,
    *,
    weights: WeightPack | Source | None,
    progress: Progress | None,
) -> _Output:
    """Return what was made, bare or in a HEIF file; `target` None: what the source is."""
    from refdec.api.clips import Clip, found_clip, naming_frame
    from refdec.api.tiled import TiledPicture, tiled_in
    from refdec.api.transcode_run import reading_options
    from refdec.api.weights import load_weights
    from refdec.decoding.options import DecodeOptions, limits_or_default
    from refdec.formats.files import NamedBytes, name_of, read_bytes
    from refdec.parallel.clock import check_of
    from refdec.sequences.errors import NotAClip
    from refdec.startup import prepare_kernels

    prepare_kernels()
    limits = limits_or_default(options.limits)
    pack = cache(lambda: load_weights(weights))  # not before it is needed, and once: it may be a file that is read
    how = _How(target, options, pack, check_of(limits), progress or no_progress)
    with concerning(source), ExitStack() as naming:
        if options.frame is not None:
            clip = found_clip(source, DecodeOptions(limits=limits))
            if not isinstance(clip, Clip):
                raise NotAClip("--frame")
            data = clip.still(options.frame)
            naming.enter_context(naming_frame(clip, options.frame))
        else:
            data = read_bytes(source, limits=limits)
        tiled = tiled_in(NamedBytes(data, name_of(source)), reading_options(options))
        return _of_tiles(tiled, data, how) if isinstance(tiled, TiledPicture) else _of_stream(data, how)


class _How(NamedTuple):
    """How to transcode: where to, as what, with which weights."""

    target: Target | None
    options: TranscodeOptions
    pack: Callable[[], WeightPack]
    check: Check
    progress: Progress


def _of_stream(data: bytes, how: _How) -> _Output:
    """Return what was made of a codestream, or of the HEIF file of one."""
    from refdec.api.enclosing import Enclosed, bytes_beside, goes_into_file, put_back
    from refdec.api.transcode_rates import within_file
    from refdec.api.transcode_run import run
    from refdec.formats.stream_files import stream_in

    options, beside = how.options, 0
    found = stream_in(data, limits=options.limits)
    in_file = goes_into_file(options.container, how.target, found.file)
    if in_file and options.max_bytes is not None:
        beside = bytes_beside(found.codestream, found.file)
        options = options.for_codestreams(len(found.codestream), beside, None if found.file is None else len(data))
    with within_file(how.options, beside):
        made = run(found.codestream, options, pack=how.pack, check=how.check, progress=how.progress)
    if in_file and found.file is not None and made.data == found.codestream and how.options.fits(len(data)):
        output = Enclosed(data)
    else:
        output = put_back(made.data, made.headers, found.file, in_file=in_file)
    LOG.info("codestream of %d bytes made of %d: %s", len(made.data), len(found.codestream), made.what)
    picture = made.headers.picture
    return _Output(
        output.data,
        len(data),
        (picture.display_width, picture.display_height),
        len(made.data),
        made.what,
        made.exact,
        made.headers,
        (*made.warnings, *output.warnings),
    )


def _of_tiles(tiled: TiledPicture, data: bytes, how: _How) -> _Output:
    """Return what was made of a picture made of tiles.  Raises PictureOfTiles for a bare codestream."""
    from refdec.api.enclosing import goes_into_file
    from refdec.api.tiled import require_whole
    from refdec.api.transcode_tiles import transcode_tiles

    bare = not goes_into_file(how.options.container, how.target, tiled.file)
    require_whole(tiled, {"a bare codestream of it": bare})
    made = transcode_tiles(tiled, data, how.options, pack=how.pack, check=how.check, progress=how.progress)
    LOG.info("tiles of %d bytes made: %s", made.coded_bytes, made.what)
    size = tiled.grid.width, tiled.grid.height
    known = made.coded_bytes, made.what, made.exact, made.first, made.warnings
    return _Output(made.data, len(data), size, *known)


@dataclass(frozen=True, slots=True)
class TranscodeReport:
    """What was transcoded: sizes, the rate, the operating point, and what became of the old codestream.

    `bytes` and `source_bytes` are those of the files, `bits_per_pixel` of the codestream alone, or of all tiles; model
    and displacements are those of the first tile, `what` is the most that was done to one.
    `what`: "unchanged" (the same bytes), "headers" (all that is entropy coded is as it was), "recoded" (the same
    symbols, coded anew), "requantised".  `exact`: all latents are what they were.
    """

    output: str
    width: int
    height: int
    bytes: int
    source_bytes: int
    bits_per_pixel: float
    what: str
    exact: bool
    model: int
    displacement: int
    chroma_displacement: int
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)


def transcode_to_file(
    source: Source,
    target: Target,
    options: TranscodeOptions = DEFAULT_TRANSCODE,
    *,
    weights: WeightPack | Source | None = None,
    progress: Progress | None = None,
) -> TranscodeReport:
    """Transcode to a file, which appears complete or not at all.  Raises as `transcode`, and FileUnwritable."""
    from refdec.formats.files import name_of, write_bytes

    output = _transcoded(source, target, options, weights=weights, progress=progress)
    write_bytes(target, output.data)
    name = os.fspath(target) if isinstance(target, str | Path) else name_of(target)
    width, height = output.size
    rate = 8 * output.coded_bytes / (width * height)
    picture = output.first.picture
    point = (picture.model_id, *picture.beta_log)
    sizes = width, height, len(output.data), output.source_bytes, rate
    return TranscodeReport(name, *sizes, output.what, output.exact, *point, output.warnings)
