"""`refdec encode`: pictures to codestreams."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from refdec.cli import console
from refdec.cli.errors import WrongNumbers
from refdec.cli.options import JsonFlag, PixelLimit, WeightsOption, key_values, limits_of

__all__ = ["encode"]


def encode(
    source: Annotated[str, typer.Argument(metavar="IN", help="Picture: .png .ppm .pgm .yuv .npy; - reads a pipe.")],
    target: Annotated[str, typer.Argument(metavar="OUT.jai", help="Codestream to write; - is a pipe.")],
    encoder: Annotated[str, typer.Option(help="Installed encoder; see refdec plugins.")] = "analysis",
    bpp: Annotated[float | None, typer.Option(metavar="R", help="Bits per pixel of the whole codestream.")] = None,
    psnr: Annotated[float | None, typer.Option(metavar="DB", help="PSNR of decoded luma to reach.")] = None,
    model: Annotated[int | None, typer.Option(min=0, max=3, help="Model of the weights.")] = None,
    displacement: Annotated[
        int | None, typer.Option(min=-2048, max=2047, help="Fixed rate displacement, chroma as luma.")
    ] = None,
    chroma_displacement: Annotated[
        int | None, typer.Option(min=-2048, max=2047, help="Fixed rate displacement of chroma alone.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="Decoder profile: simple, base (or main), high.")] = None,
    edition: Annotated[
        Literal["published", "draft"], typer.Option("--edition", help="Picture header; draft: for old decoders.")
    ] = "published",
    level: Annotated[int | None, typer.Option(help="level_idc; default: the smallest that fits.")] = None,
    synthesis_list: Annotated[
        str | None, typer.Option(metavar="A,B", help="Synthesis transforms in order of preference, e.g. bop,sop.")
    ] = None,
    regions: Annotated[str, typer.Option(metavar="RxC", help="Rows and columns of regions.")] = "1x1",
    independent: Annotated[bool, typer.Option("--independent", help="Regions that decode on their own.")] = False,
    threads: Annotated[int, typer.Option(help="Entropy coding threads: 1, 2, 4, 8, 16.")] = 1,
    rvs: Annotated[bool, typer.Option("--rvs", help="Residual variance scaling.")] = False,
    grfs: Annotated[bool, typer.Option("--grfs", help="Channel-wise residual scaling.")] = False,
    lsbs: Annotated[bool, typer.Option("--lsbs", help="Latent scaling before synthesis.")] = False,
    cubes: Annotated[bool, typer.Option("--cubes", help="Code cubes with large errors in full.")] = False,
    tile_size: Annotated[
        int | None, typer.Option(metavar="N", help="Synthesis tiles in samples, 0: none; default: by picture size.")
    ] = None,
    roi: Annotated[
        Path | None, typer.Option(metavar="MASK.png", help="Mask of a region of interest: white is coded better.")
    ] = None,
    bit_depth: Annotated[int | None, typer.Option(help="Bits of the decoded picture: 8 or 10.")] = None,
    source_bits: Annotated[
        int | None, typer.Option(metavar="N", help="Depth of the codes in a 16-bit source; default: what it says.")
    ] = None,
    chroma: Annotated[str | None, typer.Option(help="Coded chroma format: 444, 422, 420.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="Option of the encoder; repeatable.")
    ] = None,
    time_budget: Annotated[float | None, typer.Option(metavar="S", help="Seconds after which improving stops.")] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Decode before writing.")] = True,
    weights: WeightsOption = None,
    limit_pixels: PixelLimit = None,
    json: JsonFlag = False,
) -> None:
    """Encode a picture to a codestream.

    Without --bpp, --psnr or --displacement the displacement is 0, a middle rate.

    Example: refdec encode photo.png photo.jai --bpp 0.5
    """
    from refdec.cli.outputs import require_distinct
    from refdec.cli.startup import prepare_process

    require_distinct(source, {"the codestream": target})

    prepare_process()
    from refdec.api.encode import EncodeOptions, chroma_format, encode_to_file
    from refdec.plugins.requests import CodingSettings

    settings = CodingSettings(
        profile=profile,
        synthesis=() if synthesis_list is None else tuple(synthesis_list.upper().split(",")),
        regions=_grid(regions),
        independent_regions=independent,
        threads=threads,
        rvs=rvs,
        grfs=grfs,
        lsbs=lsbs,
        cube_flags=cubes,
        bit_depth=bit_depth,
        coded_subsampling=chroma_format(chroma),
        tile_size=tile_size,
        level_idc=level,
        edition=edition,
    )
    options = EncodeOptions(
        encoder=encoder,
        bpp=bpp,
        psnr=psnr,
        model=model,
        displacement=displacement,
        chroma_displacement=chroma_displacement,
        settings=settings,
        roi=roi,
        encoder_options=key_values("--option", option or []),
        time_budget=time_budget,
        check=check,
        bits=source_bits,
        limits=limits_of(limit_pixels),
    )
    with console.progress(f"encoding {Path(source).name}") as show:
        report = encode_to_file(source, target, options, weights=weights, progress=show)
    if json:
        console.show_json(report.as_json())
    elif target != "-":
        point = f"model {report.model}, displacement {report.displacement}, {report.chroma_displacement}"
        rate = f"{report.bytes} bytes, {report.bits_per_pixel:.4f} bpp"
        console.result(f"{target}: {report.width} x {report.height}, {rate}, {point}")


def _grid(text: str) -> tuple[int, int]:
    """Return rows and columns of "RxC"; raises WrongNumbers."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise WrongNumbers("--regions", "RxC (2x3)", text)
    return int(parts[0]), int(parts[1])
