"""`refdec encode`: pictures to codestreams, one at a time or whole folders."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.cli.batches import BatchWishes, FileCommand, OneFile, SeveralFiles, places, run_one, run_several
from refdec.cli.encode_options import (
    BitDepthOption,
    BppOption,
    CheckFlag,
    ChromaDisplacementOption,
    ChromaOption,
    CicpOption,
    ClliOption,
    CompactFlag,
    ContainerOption,
    CubesFlag,
    DisplacementOption,
    EncoderOption,
    EncodeWorkersOption,
    FloatViewOption,
    FpsOption,
    GrfsFlag,
    IndependentFlag,
    LeaveOutFlag,
    LevelOption,
    LoopsOption,
    LosslessFlag,
    LowBitsFlag,
    LsbsFlag,
    MaxBytesOption,
    MaxErrorOption,
    MdcvOption,
    MetricOption,
    ModelOption,
    OwnOptions,
    PrivateRegionsOption,
    PsnrOption,
    QualityOption,
    RegionsOption,
    RoiOption,
    RvsFlag,
    SizeOption,
    SourceBitsOption,
    SourceFormatOption,
    SourceFrameOption,
    SourcesArgument,
    StripFlag,
    SubsamplingOption,
    ThreadsOption,
    ThumbnailFlag,
    TileSizeOption,
    TimeBudgetOption,
    ToolsOption,
    WrittenEditionOption,
)
from refdec.cli.idle import refuse_alone
from refdec.cli.options import (
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
    grid,
    key_values,
    limits_of,
    pair,
)

if TYPE_CHECKING:
    from refdec.api.clip_options import ClipOptions
    from refdec.api.encode_options import EncodeOptions
    from refdec.cli.outputs import Inputs

__all__ = ["encode"]


def encode(
    sources: SourcesArgument,
    out: OutOption = None,
    quality: QualityOption = None,
    max_bytes: MaxBytesOption = None,
    bpp: BppOption = None,
    psnr: PsnrOption = None,
    model: ModelOption = None,
    displacement: DisplacementOption = None,
    chroma_displacement: ChromaDisplacementOption = None,
    encoder: EncoderOption = "analysis",
    option: OwnOptions = None,
    metric: MetricOption = None,
    time_budget: TimeBudgetOption = None,
    check: CheckFlag = True,
    weights: WeightsOption = None,
    frame: SourceFrameOption = None,
    strip: StripFlag = False,
    source_bits: SourceBitsOption = None,
    low_bits: LowBitsFlag = False,
    format_: SourceFormatOption = "",
    size: SizeOption = None,
    subsampling: SubsamplingOption = None,
    roi: RoiOption = None,
    cicp: CicpOption = None,
    mdcv: MdcvOption = None,
    clli: ClliOption = None,
    float_view: FloatViewOption = None,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    container: ContainerOption = None,
    fps: FpsOption = None,
    loops: LoopsOption = None,
    thumbnail: ThumbnailFlag = False,
    profile: ProfileOption = None,
    level: LevelOption = None,
    edition: WrittenEditionOption = "published",
    bit_depth: BitDepthOption = None,
    chroma: ChromaOption = None,
    compact: CompactFlag = False,
    synthesis_list: SynthesisListOption = None,
    regions: RegionsOption = None,
    independent: IndependentFlag = False,
    tile_size: TileSizeOption = None,
    threads: ThreadsOption = 1,
    rvs: RvsFlag = False,
    grfs: GrfsFlag = False,
    lsbs: LsbsFlag = False,
    cubes: CubesFlag = False,
    tools: ToolsOption = "none",
    lossless: LosslessFlag = False,
    max_error: MaxErrorOption = None,
    private: PrivateRegionsOption = None,
    key: KeyOption = None,
    passphrase: PassphraseFlag = False,
    leave_out: LeaveOutFlag = False,
    workers: EncodeWorkersOption = None,
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
    from refdec.cli.outputs import files_named
    from refdec.formats.files import READ_SUFFIXES
    from refdec.formats.kinds import goes_in_file
    from refdec.plugins.requests import CodingSettings
    from refdec.sequences.errors import ClipOption
    from refdec.sequences.timing import frame_rate

    refuse_alone(regions, independent)
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
        size=None if size is None else pair("--size", "WxH (768x512)", size),
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
    beside = {"--roi": roi, "--key": key, "--weights": weights, **files_named("--option", options.encoder_options)}
    if isinstance(place, OneFile):
        shared = options.layer_error is not None or goes_in_file(Path(place.target).suffix.lower(), container)
        wishes.refuse_for_one("encode", workers=not shared)
        _encode_file(place, options, weights, beside, json, clip)
    else:
        if clip.says_something:
            raise ClipOption("A folder of outputs", "Name the clip that becomes of a folder: OUT.jaii")
        place.require_distinct(beside, report, (suffix,), READ_SUFFIXES)
        _encode_batch(place, options, weights, wishes, json)


def _encode_file(
    place: OneFile, options: EncodeOptions, weights: Path | None, beside: Inputs, json: bool, clip: ClipOptions
) -> None:
    """Encode one picture, or one clip; `beside`: what is read beside it."""
    from refdec.api.clip_encode import encode_source
    from refdec.cli.encode_words import made_in_words

    work = partial(encode_source, place.source, place.target, options, weights=weights, clip=clip)
    seconds = None if options.limits is None else options.limits.seconds
    in_words = partial(made_in_words, asked=bool(options.filters.tools))
    run_one("encoding", place, work, in_words, beside=beside, seconds=seconds, as_json=json)


def _encode_batch(
    place: SeveralFiles, options: EncodeOptions, weights: Path | None, wishes: BatchWishes, json: bool
) -> None:
    """Encode a folder; the exit code is 0 only if every picture is done."""
    from refdec.api.archives import PictureArchive, encode_archive
    from refdec.cli.startup import prepare_process

    archive = PictureArchive(place.sources, place.folder, options, weights, wishes.report, wishes.options())
    prepare_process()
    run_several("encoded", lambda watch: encode_archive(archive, watch=watch), as_json=json)
