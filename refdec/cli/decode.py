"""`refdec decode`: codestreams to picture files, one at a time or whole archives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from refdec.cli import console
from refdec.cli.batches import BatchWishes, FileCommand, OneFile, SeveralFiles, places, run_several
from refdec.cli.errors import OneFileOnly
from refdec.cli.idle import refuse_idle
from refdec.cli.options import (
    PRIVATE,
    READING,
    EditionOption,
    ExecutorOption,
    FrameOption,
    IgnoreFingerprint,
    JsonFlag,
    KeyOption,
    LenientFlag,
    MemoryLimit,
    OutOption,
    OverwriteFlag,
    PassphraseFlag,
    PixelLimit,
    ReportOption,
    TimeLimit,
    TimeOption,
    TimeoutOption,
    WeightsOption,
    limits_of,
    numbers,
)
from refdec.cli.outputs import PIPE, require_apart, require_distinct

if TYPE_CHECKING:
    from refdec.api.decode_job import DecodeJob

__all__ = ["decode"]

PICTURE, STAGES = "Picture", "Stages of one decode"
ColourName = Literal["auto", "gray", "standard"]
COLOURS: Mapping[ColourName, Literal["RGB", "gray"] | None] = {"auto": None, "gray": "gray", "standard": "RGB"}
"""What DecodeOptions call them; a file's format then says whether the standard's colours are RGB or YUV."""


def decode(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="IN.jai [OUT]",
            help="Codestream and picture (.png .jpg .webp .tif .ppm .yuv .npy by suffix; default IN.png); - is a pipe. "
            "A folder and a folder for its pictures. With --out: any number of files, folders and patterns.",
            show_default=False,
        ),
    ],
    out: OutOption = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes, or threads for a small picture; default: one for each core."),
    ] = None,
    weights: WeightsOption = None,
    synthesis: Annotated[
        str | None,
        typer.Option(metavar="sop|bop|hop", rich_help_panel=PICTURE, help="Run another listed synthesis transform."),
    ] = None,
    channels: Annotated[
        str | None,
        typer.Option(metavar="Y,UV", rich_help_panel=PICTURE, help="Decode only the first residual channels."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(metavar="X,Y,W,H", rich_help_panel=PICTURE, help="Decode only this rectangle of the picture."),
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(
            metavar="8|16",
            rich_help_panel=PICTURE,
            help="A small picture straight from the latents, 1/8 or 1/16 in each direction: quick and approximate.",
        ),
    ] = None,
    blur_faces: Annotated[
        bool,
        typer.Option(
            "--blur-faces",
            rich_help_panel=PRIVATE,
            help="Cover faces that are found, for good. Some are missed: look at the result.",
        ),
    ] = False,
    bit_depth: Annotated[
        int | None,
        typer.Option(
            min=1, max=16, metavar="1..16", rich_help_panel=PICTURE, help="Bits of a sample; default: the stream's."
        ),
    ] = None,
    colour: Annotated[
        ColourName,
        typer.Option(
            "--colour",
            metavar="auto|gray|standard",
            rich_help_panel=PICTURE,
            help="gray: luma alone; standard: gray too as any JPEG AI decoder shows it.",
        ),
    ] = "auto",
    filters: Annotated[
        bool, typer.Option("--filters/--no-filters", rich_help_panel=PICTURE, help="Run the enhancement filters.")
    ] = True,
    lossy: Annotated[
        bool,
        typer.Option(
            "--lossy",
            rich_help_panel=PICTURE,
            help="The lossy picture, although a lossless layer would give the original.",
        ),
    ] = False,
    tone_map: Annotated[
        bool,
        typer.Option(
            "--tone-map",
            rich_help_panel=PICTURE,
            help="For an SDR display: PQ, HLG and wide gamut become sRGB, 8 bits unless --bit-depth says more.",
        ),
    ] = False,
    frame: FrameOption = None,
    time: TimeOption = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            rich_help_panel=PICTURE,
            help="Format of a pipe or of --out: png, jpg, webp, tif, ppm, yuv, npy.",
        ),
    ] = "",
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE.json", rich_help_panel=STAGES, help="Write the SHA-256 of every stage.")
    ] = None,
    dump: Annotated[
        Path | None,
        typer.Option(metavar="FILE.npz", rich_help_panel=STAGES, help="Write the intermediates of every stage."),
    ] = None,
    timings: Annotated[
        bool, typer.Option("--timings", rich_help_panel=STAGES, help="Print seconds by stage on stderr.")
    ] = False,
    key: KeyOption = None,
    passphrase: PassphraseFlag = False,
    or_public: Annotated[
        bool,
        typer.Option(
            "--or-public", rich_help_panel=PRIVATE, help="Show the public picture where the key opens nothing."
        ),
    ] = False,
    report: ReportOption = None,
    executor: ExecutorOption = None,
    timeout: TimeoutOption = None,
    overwrite: OverwriteFlag = False,
    ignore_weights_fingerprint: IgnoreFingerprint = False,
    any_level: Annotated[
        bool, typer.Option("--any-level", rich_help_panel=READING, help="Decode beyond the stated profile and level.")
    ] = False,
    allow_custom_colour: Annotated[
        bool,
        typer.Option(
            "--allow-custom-colour",
            rich_help_panel=PICTURE,
            help="Follow the recommendation for a colour matrix in the stream.",
        ),
    ] = False,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    edition: EditionOption = "auto",
    lenient: LenientFlag = False,
    json: JsonFlag = False,
) -> None:
    """Decode a codestream to a picture file, or many to a folder.

    Of a codestream with a lossless layer the picture is the original.  A clip becomes an animation (.png .gif .webp
    .avif), raw video (.y4m) or a folder of pictures, a frame of it a picture.

    Examples: refdec decode photo.jai photo.png; refdec decode ARCHIVE --out PICTURES --report report.jsonl
    """
    from refdec.api.decode_job import DecodeJob
    from refdec.cli.keys import opening_key
    from refdec.decoding.options import DecodeOptions, edition_named
    from refdec.formats.kinds import CODESTREAM_SUFFIXES
    from refdec.sequences.timing import moment

    if key is None and not passphrase:
        refuse_idle("is for a key that opens nothing: it needs --key or --passphrase", {"--or-public": or_public})
    wanted = None if channels is None else numbers("--channels", "Y,UV", channels)
    box = None if region is None else numbers("--region", "X,Y,W,H", region)
    options = DecodeOptions(
        synthesis=synthesis,
        channels=None if wanted is None else (wanted[0], wanted[1]),
        region=None if box is None else (box[0], box[1], box[2], box[3]),
        bit_depth=bit_depth,
        colour=COLOURS[colour],
        filters=filters,
        edition=edition_named(edition),
        lenient=lenient,
        any_level=any_level,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        allow_custom_colour=allow_custom_colour,
        workers=workers,
        limits=limits_of(limit_pixels, limit_memory, time_limit),
    )
    job = DecodeJob(
        options,
        suffix=f".{format_.removeprefix('.')}" if format_ else "",
        trace=trace,
        dump=dump,
        timings=timings,
        fingerprint=json or report is not None,
        key=opening_key(key, passphrase=passphrase),
        or_public=or_public,
        scale=scale,
        lossy=lossy,
        tone_map=tone_map,
        frame=frame,
        time=None if time is None else moment(time),
        blur_faces=blur_faces,
    )
    wishes = BatchWishes(workers, report, executor, timeout, overwrite)
    place = places(FileCommand("decode", ".png", CODESTREAM_SUFFIXES), sources, out, overwrite=overwrite)
    if isinstance(place, OneFile):
        wishes.refuse_for_one("decode")
        require_apart(place.target, as_json=json)
        read = {"the input": place.source, "--key": key, "--weights": weights}
        require_distinct(read, {"the picture": place.target, "--trace": trace, "--dump": dump})
        _decode_file(place.source, place.target, job, weights, json)
        return
    for option, given in (("--trace", trace), ("--dump", dump), ("--timings", timings)):
        if given:
            raise OneFileOnly(option)
    place.require_distinct({"--key": key, "--weights": weights}, report, (job.suffix or ".png",), CODESTREAM_SUFFIXES)
    _decode_batch(place, job, weights, wishes, json)


def _decode_file(source: str, out: str, job: DecodeJob, weights: Path | None, json: bool) -> None:
    """Decode one file."""
    from refdec.api.decode_file import decode_to_file
    from refdec.cli.deadline import in_time
    from refdec.cli.interruption import interruptible
    from refdec.cli.startup import prepare_process
    from refdec.cli.warnings import show_warnings

    prepare_process()
    with interruptible(), console.progress(f"decoding {Path(source).name}") as show:
        decode_it = partial(decode_to_file, source, out, job, weights=weights, on_progress=show)
        report = in_time(job.options.limits.seconds, decode_it)
    show_warnings(report.warnings)
    if job.timings:
        for stage, seconds in report.timings.items():
            console.say(f"{seconds * 1000:9.1f} ms  {stage}", always=True)
    if json:
        console.show_json(report.as_json())
    elif out != PIPE:
        exact = "" if report.fidelity == "lossy" else f", {report.fidelity}"
        exact += "" if report.frames is None else f", {report.frames} frames"
        console.ending(f"{out}: {report.width} x {report.height}, {report.bit_depth} bit {report.colour}{exact}")


def _decode_batch(place: SeveralFiles, job: DecodeJob, weights: Path | None, wishes: BatchWishes, json: bool) -> None:
    """Decode an archive; the exit code is 0 only if every file is done."""
    from refdec.api.archives import Archive, decode_archive
    from refdec.cli.startup import prepare_process

    archive = Archive(place.sources, place.folder, job, weights, wishes.report, wishes.options())
    prepare_process()
    run_several("decoded", lambda watch: decode_archive(archive, watch=watch), as_json=json)
