"""`refdec transcode`: codestreams to codestreams through their latents, one at a time or whole folders."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from refdec.cli.batches import BatchWishes, FileCommand, OneFile, SeveralFiles, places, run_one, run_several
from refdec.cli.errors import OutputNotNamed
from refdec.cli.idle import refuse_alone
from refdec.cli.options import (
    SEVERAL,
    STREAM,
    ExecutorOption,
    FrameOption,
    IgnoreFingerprint,
    JsonFlag,
    LenientFlag,
    MemoryLimit,
    OutOption,
    OverwriteFlag,
    PixelLimit,
    ProfileOption,
    ReportOption,
    SynthesisListOption,
    TimeLimit,
    TimeoutOption,
    WeightsOption,
    byte_count,
    grid,
    limits_of,
)
from refdec.formats.pipes import is_pipe

if TYPE_CHECKING:
    from refdec.api.transcode import TranscodeReport
    from refdec.api.transcode_options import TranscodeOptions

__all__ = ["transcode"]

RATE = "Rate (one of them)"
IN_WORDS = {
    "unchanged": "the same bytes",
    "headers": "other headers, the rest as it was",
    "recoded": "the same symbols, coded anew",
    "requantised": "quantised anew",
}


def transcode(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="IN.jai [OUT.jai|OUT.jaii]",
            help="Codestream and the new one, each bare or in a HEIF file (.jaii); - is a pipe. A folder and a folder "
            "for its codestreams. With --out: any number of files, folders and patterns.",
            show_default=False,
        ),
    ],
    out: OutOption = None,
    quality: Annotated[
        int | None,
        typer.Option(metavar="1..100", rich_help_panel=RATE, help="Quality of the old model's scale; no search."),
    ] = None,
    max_bytes: Annotated[
        str | None,
        typer.Option(metavar="BYTES", rich_help_panel=RATE, help="At most so many bytes, such as 30000, 50K."),
    ] = None,
    bpp: Annotated[
        float | None, typer.Option(metavar="R", rich_help_panel=RATE, help="Bits per pixel of the whole codestream.")
    ] = None,
    displacement: Annotated[
        int | None,
        typer.Option(min=-2048, max=2047, metavar="N", rich_help_panel=RATE, help="Displacement; chroma moves along."),
    ] = None,
    chroma_displacement: Annotated[
        int | None,
        typer.Option(min=-2048, max=2047, metavar="N", rich_help_panel=RATE, help="Displacement of chroma alone."),
    ] = None,
    frame: FrameOption = None,
    container: Annotated[
        Literal["jai", "jaii"] | None,
        typer.Option(
            "--container",
            metavar="jai|jaii",
            rich_help_panel=STREAM,
            help="The bare codestream, or a HEIF file of it; default: what the name of the output says, or the source.",
        ),
    ] = None,
    edition: Annotated[
        Literal["published", "draft"] | None,
        typer.Option(
            "--edition", metavar="published|draft", rich_help_panel=STREAM, help="Picture header of that text."
        ),
    ] = None,
    profile: ProfileOption = None,
    synthesis_list: SynthesisListOption = None,
    level: Annotated[int | None, typer.Option(metavar="N", rich_help_panel=STREAM, help="level_idc.")] = None,
    regions: Annotated[
        str | None, typer.Option(metavar="RxC", rich_help_panel=STREAM, help="Rows and columns of regions.")
    ] = None,
    independent: Annotated[
        bool | None,
        typer.Option(
            "--independent/--no-independent", rich_help_panel=STREAM, help="Regions that decode on their own."
        ),
    ] = None,
    tile_size: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=STREAM, help="Synthesis tiles in samples, 0: none."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(metavar="N", rich_help_panel=STREAM, help="Entropy coding threads: 1, 2, 4, 8, 16.")
    ] = None,
    filters: Annotated[
        bool, typer.Option("--filters/--no-filters", rich_help_panel=STREAM, help="Keep the post-filters.")
    ] = True,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Decode the symbols before writing.")] = True,
    weights: WeightsOption = None,
    ignore_weights_fingerprint: IgnoreFingerprint = False,
    lenient: LenientFlag = False,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", rich_help_panel=SEVERAL, help="Processes; default: one for each core."),
    ] = None,
    report: ReportOption = None,
    executor: ExecutorOption = None,
    timeout: TimeoutOption = None,
    overwrite: OverwriteFlag = False,
    json: JsonFlag = False,
) -> None:
    """Make a smaller or otherwise packed codestream of a codestream, through its latents.

    No picture is made on the way: nothing is lost where rate and regions stay, and without a wish the bytes stay.
    So does what a HEIF file has beside its codestream; refdec transcode photo.jaii photo.jai takes it out.

    Examples: refdec transcode photo.jai small.jai --max-bytes 20K; refdec transcode STREAMS OUTPUTS --edition published
    """
    from refdec.api.transcode_options import TranscodeOptions
    from refdec.formats.files import READ_SUFFIXES
    from refdec.formats.kinds import CODESTREAM_SUFFIXES

    refuse_alone(regions, bool(independent))
    wishes = BatchWishes(workers, report, executor, timeout, overwrite)
    _require_output(sources, out)
    suffix = f".{container or 'jai'}"
    place = places(FileCommand("transcode", suffix, READ_SUFFIXES), sources, out, overwrite=overwrite)
    options = TranscodeOptions(
        bpp=bpp,
        quality=quality,
        max_bytes=None if max_bytes is None else byte_count("--max-bytes", max_bytes),
        displacement=displacement,
        chroma_displacement=chroma_displacement,
        edition=edition,
        profile=profile,
        synthesis=() if synthesis_list is None else tuple(synthesis_list.upper().split(",")),
        level_idc=level,
        regions=None if regions is None else grid(regions),
        independent_regions=independent,
        threads=threads,
        tile_size=tile_size,
        filters=filters,
        check=check,
        lenient=lenient,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits_of(limit_pixels, limit_memory, time_limit),
        container=container,
        frame=frame,
    )
    if isinstance(place, OneFile):
        wishes.refuse_for_one("transcode", workers=True)
        _transcode_file(place, options, weights, json)
    else:
        made = CODESTREAM_SUFFIXES if container is None else (suffix,)
        place.require_distinct({"--weights": weights}, report, made, CODESTREAM_SUFFIXES)
        _transcode_batch(place, options, weights, wishes, json)


def _require_output(sources: list[str], out: str | None) -> None:
    """Raise OutputNotNamed for one codestream without an output: what is usual elsewhere would replace it."""
    from refdec.api.found_files import is_archive

    if len(sources) == 1 and out is None and not is_pipe(sources[0]) and not is_archive(sources[0]):
        raise OutputNotNamed


def _transcode_file(place: OneFile, options: TranscodeOptions, weights: Path | None, json: bool) -> None:
    """Transcode one codestream."""
    from refdec.api.transcode import transcode_to_file

    work = partial(transcode_to_file, place.source, place.target, options, weights=weights)
    seconds = None if options.limits is None else options.limits.seconds
    beside = {"--weights": weights}
    run_one("transcoding", place, work, _in_words, beside=beside, seconds=seconds, as_json=json)


def _in_words(report: TranscodeReport) -> str:
    """Return what was transcoded as one line."""
    rate = f"{report.bytes} bytes of {report.source_bytes}, {report.bits_per_pixel:.4f} bpp"
    point = f"model {report.model}, displacement {report.displacement}, {report.chroma_displacement}"
    what = "the same latents" if report.exact and report.what == "requantised" else IN_WORDS[report.what]
    return ", ".join([f"{report.width} x {report.height}", rate, point, what])


def _transcode_batch(
    place: SeveralFiles, options: TranscodeOptions, weights: Path | None, wishes: BatchWishes, json: bool
) -> None:
    """Transcode a folder; the exit code is 0 only if every codestream is done."""
    from refdec.api.archives import StreamArchive, transcode_archive
    from refdec.cli.startup import prepare_process

    archive = StreamArchive(place.sources, place.folder, options, weights, wishes.report, wishes.options())
    prepare_process()
    run_several("transcoded", lambda watch: transcode_archive(archive, watch=watch), as_json=json)
