"""`refdec encode`: pictures to codestreams, one at a time or whole folders."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from refdec.cli.batches import BatchWishes, FileCommand, OneFile, SeveralFiles, places, run_one, run_several
from refdec.cli.errors import WrongNumbers
from refdec.cli.options import (
    PRIVATE,
    SEVERAL,
    STREAM,
    ExecutorOption,
    JsonFlag,
    KeyOption,
    MemoryLimit,
    OutOption,
    OverwriteFlag,
    PassphraseFlag,
    PixelLimit,
    ProfileOption,
    ReportOption,
    SynthesisListOption,
    TimeLimit,
    TimeoutOption,
    WeightsOption,
    byte_count,
    key_values,
    limits_of,
)

if TYPE_CHECKING:
    from refdec.api.clip_options import ClipOptions
    from refdec.api.encode_options import EncodeOptions

__all__ = ["encode", "grid"]

RATE = "Rate (one of them)"
POINT = "Rate, by hand"
ENCODER = "Encoder"
SOURCE = "Source"
COLOURS = "Colours and light"
FILE = "File"
CLIP = "Clip (.jaii)"
TOOLS = "Coding tools"
LAYER = "Lossless layer"
LONGEST_NUMBER = 9


def encode(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="IN [OUT.jai|OUT.jaii]",
            help="Picture (PNG, JPEG, TIFF, WebP, GIF, BMP, AVIF, HEIC, JPEG 2000, Netpbm, YUV, NPY) and codestream "
            "(default IN.jai), or HEIF file with its metadata (.jaii); - is a pipe. A folder and a folder for its "
            "codestreams, or a clip (.jaii) of its pictures. With --out: any number of files, folders and patterns.",
            show_default=False,
        ),
    ],
    out: OutOption = None,
    quality: Annotated[
        int | None,
        typer.Option(metavar="1..100", rich_help_panel=RATE, help="Quality, 1 smallest, 100 best; no search."),
    ] = None,
    max_bytes: Annotated[
        str | None,
        typer.Option(
            metavar="BYTES",
            rich_help_panel=RATE,
            help="Best quality of at most so many, such as 30000, 50K; 98 % are filled.",
        ),
    ] = None,
    bpp: Annotated[
        float | None,
        typer.Option(metavar="R", rich_help_panel=RATE, help="Bits per pixel of the whole codestream, within 2 %."),
    ] = None,
    psnr: Annotated[
        float | None, typer.Option(metavar="DB", rich_help_panel=RATE, help="PSNR of decoded luma to reach.")
    ] = None,
    model: Annotated[
        int | None,
        typer.Option(min=0, max=3, metavar="0..3", rich_help_panel=POINT, help="Model of the weights."),
    ] = None,
    displacement: Annotated[
        int | None,
        typer.Option(
            min=-2048,
            max=2047,
            metavar="N",
            rich_help_panel=POINT,
            help="Displacement of the rate, chroma as luma; default: 0.",
        ),
    ] = None,
    chroma_displacement: Annotated[
        int | None,
        typer.Option(min=-2048, max=2047, metavar="N", rich_help_panel=POINT, help="Displacement of chroma alone."),
    ] = None,
    encoder: Annotated[
        str,
        typer.Option(metavar="NAME", rich_help_panel=ENCODER, help="Installed encoder; see refdec plugins --options."),
    ] = "analysis",
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option", metavar="KEY=VALUE", rich_help_panel=ENCODER, help="Option of the encoder; repeatable."
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=ENCODER,
            help="What refine serves: psnr-y (default), psnr-rgb or ms-ssim; --option metric=NAME.",
        ),
    ] = None,
    time_budget: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", rich_help_panel=ENCODER, help="Time after which improving stops."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", rich_help_panel=ENCODER, help="Decode before writing.")
    ] = True,
    weights: WeightsOption = None,
    frame: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", rich_help_panel=SOURCE, help="Picture N, from 1, of a file that holds several."
        ),
    ] = None,
    strip: Annotated[
        bool,
        typer.Option("--strip", rich_help_panel=SOURCE, help="No warning of what a codestream cannot carry."),
    ] = False,
    source_bits: Annotated[
        int | None,
        typer.Option(
            "--source-bits",
            "--bits",
            min=1,
            max=16,
            metavar="N",
            rich_help_panel=SOURCE,
            help="Depth of the codes in a raw or 16-bit source; default: what it says.",
        ),
    ] = None,
    low_bits: Annotated[
        bool,
        typer.Option("--low-bits", rich_help_panel=SOURCE, help="Codes of --source-bits are a PNG's low bits."),
    ] = False,
    format_: Annotated[
        str,
        typer.Option(
            "--format", metavar="NAME", rich_help_panel=SOURCE, help="Format where content and name do not tell: yuv."
        ),
    ] = "",
    size: Annotated[
        str | None, typer.Option(metavar="WxH", rich_help_panel=SOURCE, help="Width and height of raw YUV.")
    ] = None,
    subsampling: Annotated[
        str | None,
        typer.Option(metavar="FORMAT", rich_help_panel=SOURCE, help="Chroma of raw YUV: 444, 422, 420 (usual), 400."),
    ] = None,
    roi: Annotated[
        Path | None,
        typer.Option(
            metavar="MASK.png", rich_help_panel=SOURCE, help="Mask of a region of interest: white is coded better."
        ),
    ] = None,
    cicp: Annotated[
        str | None,
        typer.Option(
            metavar="P/T",
            rich_help_panel=COLOURS,
            help="Primaries and transfer (H.273), in place of what the source says: 9/16, bt2020/pq, p3/srgb.",
        ),
    ] = None,
    mdcv: Annotated[
        str | None,
        typer.Option(
            metavar="P,MAX,MIN",
            rich_help_panel=COLOURS,
            help="Mastering display: p3,1000,0.0001 (primaries, cd/m2), or as x265 takes it.",
        ),
    ] = None,
    clli: Annotated[
        str | None,
        typer.Option(
            metavar="CLL,FALL", rich_help_panel=COLOURS, help="Light of the brightest sample, and average, in cd/m2."
        ),
    ] = None,
    float_view: Annotated[
        Literal["sdr", "pq", "codes"] | None,
        typer.Option(
            "--float-view",
            metavar="sdr|pq|codes",
            rich_help_panel=COLOURS,
            help="How floats are shown: linear light by a tone curve as sRGB (the default), by PQ, or 0..1 as codes.",
        ),
    ] = None,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    container: Annotated[
        Literal["jai", "jaii"] | None,
        typer.Option(
            "--container",
            metavar="jai|jaii",
            rich_help_panel=FILE,
            help="A bare codestream, or a HEIF file of it; default: what the name of the output says.",
        ),
    ] = None,
    fps: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            rich_help_panel=CLIP,
            help="Frames a second of a folder, GIF, APNG, WebP, AVIF or y4m: 25, 30000/1001; else the source's.",
        ),
    ] = None,
    loops: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", rich_help_panel=CLIP, help="How often it plays, 0: for ever; default: as the source."
        ),
    ] = None,
    thumbnail: Annotated[
        bool, typer.Option("--thumbnail", rich_help_panel=FILE, help="A small picture beside it, in a .jaii file.")
    ] = False,
    profile: ProfileOption = None,
    level: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=STREAM, help="level_idc; default: the smallest that fits."),
    ] = None,
    edition: Annotated[
        Literal["published", "draft"],
        typer.Option(
            "--edition",
            metavar="published|draft",
            rich_help_panel=STREAM,
            help="Picture header: published; draft: for old decoders.",
        ),
    ] = "published",
    bit_depth: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=STREAM, help="Bits of the decoded picture: 8 or 10."),
    ] = None,
    chroma: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            rich_help_panel=STREAM,
            help="Coded chroma format: 444, 422, 420; 400: a gray picture without its chroma.",
        ),
    ] = None,
    compact: Annotated[
        bool,
        typer.Option(
            "--compact", rich_help_panel=STREAM, help="For icons: 45 bytes fewer, without what decoders infer."
        ),
    ] = False,
    synthesis_list: SynthesisListOption = None,
    regions: Annotated[
        str | None,
        typer.Option(
            metavar="RxC", rich_help_panel=STREAM, help="Rows and columns of regions; default: 1x1 up to 4 megapixels."
        ),
    ] = None,
    independent: Annotated[
        bool, typer.Option("--independent", rich_help_panel=STREAM, help="Regions that decode on their own.")
    ] = False,
    tile_size: Annotated[
        int | None,
        typer.Option(
            metavar="N", rich_help_panel=STREAM, help="Synthesis tiles in samples, 0: none; default: by picture size."
        ),
    ] = None,
    threads: Annotated[
        int, typer.Option(metavar="N", rich_help_panel=STREAM, help="Entropy coding threads: 1, 2, 4, 8, 16.")
    ] = 1,
    rvs: Annotated[bool, typer.Option("--rvs", rich_help_panel=TOOLS, help="Residual variance scaling.")] = False,
    grfs: Annotated[bool, typer.Option("--grfs", rich_help_panel=TOOLS, help="Channel-wise residual scaling.")] = False,
    lsbs: Annotated[
        bool, typer.Option("--lsbs", rich_help_panel=TOOLS, help="Latent scaling before synthesis.")
    ] = False,
    cubes: Annotated[
        bool, typer.Option("--cubes", rich_help_panel=TOOLS, help="Code cubes with large errors in full.")
    ] = False,
    tools: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            rich_help_panel=TOOLS,
            help="Filters of the decoder, where they pay: all, none, or some of efe (efe_linear, efe_nonlinear), "
            "eicci, lef.",
        ),
    ] = "none",
    lossless: Annotated[
        bool,
        typer.Option(
            "--lossless",
            rich_help_panel=LAYER,
            help="Every sample of the source, in a layer behind the lossy picture that other decoders pass over.",
        ),
    ] = False,
    max_error: Annotated[
        int | None,
        typer.Option(
            "--max-error",
            min=0,
            metavar="N",
            rich_help_panel=LAYER,
            help="In place of --lossless: no sample is off by more than N codes (floats: N steps), in fewer bytes.",
        ),
    ] = None,
    private: Annotated[
        list[str] | None,
        typer.Option(
            "--private",
            metavar="X,Y,W,H|faces",
            rich_help_panel=PRIVATE,
            help="Rectangle that only the key shows, or the faces that are found; repeatable. With --key, --passphrase "
            "or --leave-out.",
        ),
    ] = None,
    key: KeyOption = None,
    passphrase: PassphraseFlag = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", rich_help_panel=PRIVATE, help="Nobody sees them: they are not kept.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            rich_help_panel=SEVERAL,
            help="Processes, or of one picture threads for its lossless layer; default: one for each core.",
        ),
    ] = None,
    report: ReportOption = None,
    executor: ExecutorOption = None,
    timeout: TimeoutOption = None,
    overwrite: OverwriteFlag = False,
    json: JsonFlag = False,
) -> None:
    """Encode a picture to a codestream, many to a folder, or frames to a clip.

    Without a wish for the rate the displacement is 0, a middle rate; below a lossless layer a lower one.

    Examples: refdec encode photo.png photo.jai --quality 60; refdec encode PICTURES STREAMS --max-bytes 50K;
    refdec encode FRAMES clip.jaii --fps 25
    """
    from refdec.api.clip_options import ClipOptions
    from refdec.api.encode_options import LUMA_ALONE, EncodeOptions, chroma_format
    from refdec.cli.clips import clip_place
    from refdec.cli.keys import private_regions
    from refdec.formats.files import READ_SUFFIXES
    from refdec.formats.kinds import goes_in_file
    from refdec.plugins.requests import CodingSettings
    from refdec.sequences.errors import ClipOption
    from refdec.sequences.timing import frame_rate

    wishes = BatchWishes(workers, report, executor, timeout, overwrite)
    suffix = f".{container or 'jai'}"
    clip = ClipOptions(None if fps is None else frame_rate(fps), loops, workers)
    place = clip_place(sources, out, frame) or places(
        FileCommand("encode", suffix, READ_SUFFIXES), sources, out, overwrite=overwrite
    )
    settings = CodingSettings(
        profile=profile,
        synthesis=() if synthesis_list is None else tuple(synthesis_list.upper().split(",")),
        regions=None if regions is None else grid(regions),
        independent_regions=independent,
        threads=threads,
        rvs=rvs,
        grfs=grfs,
        lsbs=lsbs,
        cube_flags=cubes,
        bit_depth=bit_depth,
        coded_subsampling=chroma_format(chroma),
        luma_only=chroma == LUMA_ALONE,
        tile_size=tile_size,
        level_idc=level,
        edition=edition,
    )
    options = EncodeOptions(
        encoder=encoder,
        bpp=bpp,
        psnr=psnr,
        quality=quality,
        max_bytes=None if max_bytes is None else byte_count("--max-bytes", max_bytes),
        model=model,
        displacement=displacement,
        chroma_displacement=chroma_displacement,
        settings=settings,
        roi=roi,
        encoder_options=key_values("--option", [*(option or []), *([] if metric is None else [f"metric={metric}"])]),
        time_budget=time_budget,
        check=check,
        bits=source_bits,
        limits=limits_of(limit_pixels, limit_memory, time_limit),
        low_bits=low_bits,
        frame=frame,
        format=format_.lower().removeprefix("."),
        size=None if size is None else _pair("--size", "WxH (768x512)", size),
        subsampling=subsampling,
        strip=strip,
        tools=tools,
        private=private_regions(private or (), key, passphrase=passphrase, leave_out=leave_out),
        container=container,
        thumbnail=thumbnail,
        lossless=lossless,
        max_error=max_error,
        cicp=cicp,
        mdcv=mdcv,
        clli=clli,
        float_view=float_view,
        compact=compact,
        workers=workers,
    )
    if isinstance(place, OneFile):
        shared = options.layer_error is not None or goes_in_file(Path(place.target).suffix.lower(), container)
        wishes.refuse_for_one("encode", workers=not shared)
        _encode_file(place, options, weights, json, clip)
    else:
        if clip.says_something:
            raise ClipOption("A folder of outputs", "Name the clip that becomes of a folder: OUT.jaii")
        _encode_batch(place, options, weights, wishes, json)


def _encode_file(place: OneFile, options: EncodeOptions, weights: Path | None, json: bool, clip: ClipOptions) -> None:
    """Encode one picture, or one clip."""
    from refdec.api.clip_encode import encode_source
    from refdec.cli.encode_words import made_in_words

    work = partial(encode_source, place.source, place.target, options, weights=weights, clip=clip)
    seconds = None if options.limits is None else options.limits.seconds
    in_words = partial(made_in_words, asked=bool(options.filters.tools))
    run_one("encoding", place, work, in_words, seconds=seconds, as_json=json)


def _encode_batch(
    place: SeveralFiles, options: EncodeOptions, weights: Path | None, wishes: BatchWishes, json: bool
) -> None:
    """Encode a folder; the exit code is 0 only if every picture is done."""
    from refdec.api.archives import PictureArchive, encode_archive
    from refdec.cli.startup import prepare_process

    archive = PictureArchive(place.sources, place.folder, options, weights, wishes.report, wishes.options())
    prepare_process()
    run_several("encoded", lambda watch: encode_archive(archive, watch=watch), as_json=json)


def grid(text: str) -> tuple[int, int]:
    """Return rows and columns of "RxC"; raises WrongNumbers."""
    return _pair("--regions", "RxC (2x3)", text)


def _pair(option: str, form: str, text: str) -> tuple[int, int]:
    """Return two whole numbers above 0 with an x between them; raises WrongNumbers."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) <= LONGEST_NUMBER and int(part) for part in parts):
        raise WrongNumbers(option, form, text)
    return int(parts[0]), int(parts[1])
