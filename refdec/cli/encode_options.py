"""The options of `refdec encode`, in the groups of its page of --help; `options` has those that others have too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from refdec.cli.options import PRIVATE, SEVERAL, STREAM

__all__ = [
    "BitDepthOption",
    "BppOption",
    "CheckFlag",
    "ChromaDisplacementOption",
    "ChromaOption",
    "CicpOption",
    "ClliOption",
    "CompactFlag",
    "ContainerOption",
    "CubesFlag",
    "DisplacementOption",
    "EncodeWorkersOption",
    "EncoderOption",
    "FloatViewOption",
    "FpsOption",
    "GrfsFlag",
    "IndependentFlag",
    "LeaveOutFlag",
    "LevelOption",
    "LoopsOption",
    "LosslessFlag",
    "LowBitsFlag",
    "LsbsFlag",
    "MaxBytesOption",
    "MaxErrorOption",
    "MdcvOption",
    "MetricOption",
    "ModelOption",
    "OwnOptions",
    "PrivateRegionsOption",
    "PsnrOption",
    "QualityOption",
    "RegionsOption",
    "RoiOption",
    "RvsFlag",
    "SizeOption",
    "SourceBitsOption",
    "SourceFormatOption",
    "SourceFrameOption",
    "SourcesArgument",
    "StripFlag",
    "SubsamplingOption",
    "ThreadsOption",
    "ThumbnailFlag",
    "TileSizeOption",
    "TimeBudgetOption",
    "ToolsOption",
    "WrittenEditionOption",
]

RATE, POINT, ENCODER = "Rate (one of them)", "Rate, by hand", "Encoder"
SOURCE, COLOURS, FILE = "Source", "Colours and light", "File"
CLIP, TOOLS, LAYER = "Clip (.jaii)", "Coding tools", "Lossless layer"
"""Groups on the page of --help."""

SourcesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="IN [OUT.jai|OUT.jaii]",
        help="Picture (PNG, JPEG, TIFF, WebP, GIF, BMP, AVIF, HEIC, JPEG 2000, Netpbm, YUV, NPY) and codestream "
        "(default IN.jai), or HEIF file with its metadata (.jaii); - is a pipe. A folder and a folder for its "
        "codestreams, or a clip (.jaii) of its pictures. With --out: any number of files, folders and patterns.",
        show_default=False,
    ),
]
QualityOption = Annotated[
    int | None,
    typer.Option("--quality", metavar="1..100", rich_help_panel=RATE, help="Quality, 1 smallest, 100 best; no search."),
]
MaxBytesOption = Annotated[
    str | None,
    typer.Option(
        "--max-bytes",
        metavar="BYTES",
        rich_help_panel=RATE,
        help="Best quality of at most so many, such as 30000, 50K; 98 % are filled.",
    ),
]
BppOption = Annotated[
    float | None,
    typer.Option(
        "--bpp", metavar="R", rich_help_panel=RATE, help="Bits per pixel of the whole codestream, within 2 %."
    ),
]
PsnrOption = Annotated[
    float | None, typer.Option("--psnr", metavar="DB", rich_help_panel=RATE, help="PSNR of decoded luma to reach.")
]
ModelOption = Annotated[
    int | None,
    typer.Option("--model", min=0, max=3, metavar="0..3", rich_help_panel=POINT, help="Model of the weights."),
]
DisplacementOption = Annotated[
    int | None,
    typer.Option(
        "--displacement",
        min=-2048,
        max=2047,
        metavar="N",
        rich_help_panel=POINT,
        help="Displacement of the rate, chroma as luma; default: 0.",
    ),
]
ChromaDisplacementOption = Annotated[
    int | None,
    typer.Option(
        "--chroma-displacement",
        min=-2048,
        max=2047,
        metavar="N",
        rich_help_panel=POINT,
        help="Displacement of chroma alone.",
    ),
]
EncoderOption = Annotated[
    str,
    typer.Option(
        "--encoder", metavar="NAME", rich_help_panel=ENCODER, help="Installed encoder; see refdec plugins --options."
    ),
]
OwnOptions = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="KEY=VALUE", rich_help_panel=ENCODER, help="Option of the encoder; repeatable."),
]
MetricOption = Annotated[
    str | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        rich_help_panel=ENCODER,
        help="What refine serves: psnr-y (default), psnr-rgb or ms-ssim; --option metric=NAME.",
    ),
]
TimeBudgetOption = Annotated[
    float | None,
    typer.Option("--time-budget", metavar="SECONDS", rich_help_panel=ENCODER, help="Time after which improving stops."),
]
CheckFlag = Annotated[bool, typer.Option("--check/--no-check", rich_help_panel=ENCODER, help="Decode before writing.")]
SourceFrameOption = Annotated[
    int | None,
    typer.Option(
        "--frame", min=1, metavar="N", rich_help_panel=SOURCE, help="Picture N, from 1, of a file that holds several."
    ),
]
StripFlag = Annotated[
    bool,
    typer.Option("--strip", rich_help_panel=SOURCE, help="No warning of what a codestream cannot carry."),
]
SourceBitsOption = Annotated[
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
]
LowBitsFlag = Annotated[
    bool,
    typer.Option("--low-bits", rich_help_panel=SOURCE, help="Codes of --source-bits are a PNG's low bits."),
]
SourceFormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="NAME", rich_help_panel=SOURCE, help="Format where content and name do not tell: yuv."
    ),
]
SizeOption = Annotated[
    str | None, typer.Option("--size", metavar="WxH", rich_help_panel=SOURCE, help="Width and height of raw YUV.")
]
SubsamplingOption = Annotated[
    str | None,
    typer.Option(
        "--subsampling", metavar="FORMAT", rich_help_panel=SOURCE, help="Chroma of raw YUV: 444, 422, 420 (usual), 400."
    ),
]
RoiOption = Annotated[
    Path | None,
    typer.Option(
        "--roi", metavar="MASK.png", rich_help_panel=SOURCE, help="Mask of a region of interest: white is coded better."
    ),
]
CicpOption = Annotated[
    str | None,
    typer.Option(
        "--cicp",
        metavar="P/T",
        rich_help_panel=COLOURS,
        help="Primaries and transfer (H.273), in place of what the source says: 9/16, bt2020/pq, p3/srgb.",
    ),
]
MdcvOption = Annotated[
    str | None,
    typer.Option(
        "--mdcv",
        metavar="P,MAX,MIN",
        rich_help_panel=COLOURS,
        help="Mastering display: p3,1000,0.0001 (primaries, cd/m2), or as x265 takes it.",
    ),
]
ClliOption = Annotated[
    str | None,
    typer.Option(
        "--clli",
        metavar="CLL,FALL",
        rich_help_panel=COLOURS,
        help="Light of the brightest sample, and average, in cd/m2.",
    ),
]
FloatViewOption = Annotated[
    Literal["sdr", "pq", "codes"] | None,
    typer.Option(
        "--float-view",
        metavar="sdr|pq|codes",
        rich_help_panel=COLOURS,
        help="How floats are shown: linear light by a tone curve as sRGB (the default), by PQ, or 0..1 as codes.",
    ),
]
ContainerOption = Annotated[
    Literal["jai", "jaii"] | None,
    typer.Option(
        "--container",
        metavar="jai|jaii",
        rich_help_panel=FILE,
        help="A bare codestream, or a HEIF file of it; default: what the name of the output says.",
    ),
]
FpsOption = Annotated[
    str | None,
    typer.Option(
        "--fps",
        metavar="N",
        rich_help_panel=CLIP,
        help="Frames a second of a folder, GIF, APNG, WebP, AVIF or y4m: 25, 30000/1001; else the source's.",
    ),
]
LoopsOption = Annotated[
    int | None,
    typer.Option(
        "--loops",
        min=0,
        metavar="N",
        rich_help_panel=CLIP,
        help="How often it plays, 0: for ever; default: as the source.",
    ),
]
ThumbnailFlag = Annotated[
    bool, typer.Option("--thumbnail", rich_help_panel=FILE, help="A small picture beside it, in a .jaii file.")
]
LevelOption = Annotated[
    int | None,
    typer.Option("--level", metavar="N", rich_help_panel=STREAM, help="level_idc; default: the smallest that fits."),
]
WrittenEditionOption = Annotated[
    Literal["published", "draft"],
    typer.Option(
        "--edition",
        metavar="published|draft",
        rich_help_panel=STREAM,
        help="Picture header: published; draft: for old decoders.",
    ),
]
BitDepthOption = Annotated[
    int | None,
    typer.Option("--bit-depth", metavar="N", rich_help_panel=STREAM, help="Bits of the decoded picture: 8 or 10."),
]
ChromaOption = Annotated[
    str | None,
    typer.Option(
        "--chroma",
        metavar="FORMAT",
        rich_help_panel=STREAM,
        help="Coded chroma format: 444, 422, 420; 400: a gray picture without its chroma.",
    ),
]
CompactFlag = Annotated[
    bool,
    typer.Option("--compact", rich_help_panel=STREAM, help="For icons: 45 bytes fewer, without what decoders infer."),
]
RegionsOption = Annotated[
    str | None,
    typer.Option(
        "--regions",
        metavar="RxC",
        rich_help_panel=STREAM,
        help="Rows and columns of regions; default: 1x1 up to 4 megapixels.",
    ),
]
IndependentFlag = Annotated[
    bool, typer.Option("--independent", rich_help_panel=STREAM, help="Regions that decode on their own.")
]
TileSizeOption = Annotated[
    int | None,
    typer.Option(
        "--tile-size",
        metavar="N",
        rich_help_panel=STREAM,
        help="Synthesis tiles in samples, 0: none; default: by picture size.",
    ),
]
ThreadsOption = Annotated[
    int, typer.Option("--threads", metavar="N", rich_help_panel=STREAM, help="Entropy coding threads: 1, 2, 4, 8, 16.")
]
RvsFlag = Annotated[bool, typer.Option("--rvs", rich_help_panel=TOOLS, help="Residual variance scaling.")]
GrfsFlag = Annotated[bool, typer.Option("--grfs", rich_help_panel=TOOLS, help="Channel-wise residual scaling.")]
LsbsFlag = Annotated[bool, typer.Option("--lsbs", rich_help_panel=TOOLS, help="Latent scaling before synthesis.")]
CubesFlag = Annotated[
    bool, typer.Option("--cubes", rich_help_panel=TOOLS, help="Code cubes with large errors in full.")
]
ToolsOption = Annotated[
    str,
    typer.Option(
        "--tools",
        metavar="A,B",
        rich_help_panel=TOOLS,
        help="Filters of the decoder, where they pay: all, none, or some of efe (efe_linear, efe_nonlinear), "
        "eicci, lef.",
    ),
]
LosslessFlag = Annotated[
    bool,
    typer.Option(
        "--lossless",
        rich_help_panel=LAYER,
        help="Every sample of the source, in a layer behind the lossy picture that other decoders pass over.",
    ),
]
MaxErrorOption = Annotated[
    int | None,
    typer.Option(
        "--max-error",
        min=0,
        metavar="N",
        rich_help_panel=LAYER,
        help="In place of --lossless: no sample is off by more than N codes (floats: N steps), in fewer bytes.",
    ),
]
PrivateRegionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--private",
        metavar="X,Y,W,H|faces",
        rich_help_panel=PRIVATE,
        help="Rectangle that only the key shows, or the faces that are found; repeatable. With --key, --passphrase "
        "or --leave-out.",
    ),
]
LeaveOutFlag = Annotated[
    bool, typer.Option("--leave-out", rich_help_panel=PRIVATE, help="Nobody sees them: they are not kept.")
]
EncodeWorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        metavar="N",
        rich_help_panel=SEVERAL,
        help="Processes, or of one picture threads for its lossless layer; default: one for each core.",
    ),
]
