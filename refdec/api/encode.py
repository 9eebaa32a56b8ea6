"""`refdec.encode`: arrays, pictures and files to a codestream.

In: a picture and `EncodeOptions`, or the keywords that stand for them.  Out: a codestream, or the HEIF file of one.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.api.encode_options import (
    DEFAULT_OPTIONS,
    HEIF,
    LUMA_ALONE,
    NO_TOOLS,
    Container,
    EncodeOptions,
    chroma_format,
)
from refdec.api.encode_run import encoded_picture
from refdec.api.errors import OptionsExpected, OptionsTwice
from refdec.api.picture_warnings import PictureWarning
from refdec.arithmetic.argument_kinds import CALLS, require_kinds
from refdec.limits import Limits
from refdec.plugins.requests import CodingSettings

if TYPE_CHECKING:
    import numpy.typing as npt

    from refdec.api.colour_wishes import CicpWish, ClliWish, MdcvWish
    from refdec.api.sources import Encodable
    from refdec.arithmetic.types import Int32Array
    from refdec.formats.files import Source
    from refdec.formats.kinds import FloatView
    from refdec.observation import Progress
    from refdec.privacy.regions import PrivateRegions
    from refdec.weights.pack import WeightPack

__all__ = ["encode"]


def encode(
    source: Encodable,
    *,
    encoder: str = "analysis",
    bpp: float | None = None,
    psnr: float | None = None,
    quality: int | None = None,
    max_bytes: int | None = None,
    model: int | None = None,
    displacement: int | None = None,
    chroma_displacement: int | None = None,
    tolerance: float = 0.02,
    weights: WeightPack | Source | None = None,
    options: EncodeOptions | Mapping[str, object] | None = None,
    time_budget: float | None = None,
    progress: Progress | None = None,
    check: bool = True,
    bits: int | None = None,
    limits: Limits | None = None,
    low_bits: bool = False,
    frame: int | None = None,
    format: str = "",
    size: tuple[int, int] | None = None,
    subsampling: str | None = None,
    strip: bool = False,
    tools: str | Sequence[str] = NO_TOOLS,
    private: PrivateRegions | None = None,
    container: Container | None = None,
    thumbnail: bool = False,
    lossless: bool = False,
    max_error: int | None = None,
    cicp: CicpWish = None,
    mdcv: MdcvWish = None,
    clli: ClliWish = None,
    float_view: FloatView | None = None,
    compact: bool = False,
    workers: int | None = 1,
    profile: str | None = None,
    synthesis: tuple[str, ...] = (),
    regions: tuple[int, int] | None = None,
    independent_regions: bool = False,
    threads: int = 1,
    rvs: bool = False,
    grfs: bool = False,
    lsbs: bool = False,
    cube_flags: bool = False,
    quality_map: Int32Array | None = None,
    roi: npt.NDArray[Any] | Source | None = None,
    bit_depth: int | None = None,
    chroma: str | None = None,
    tile_size: int | None = None,
    level_idc: int | None = None,
    edition: str = "published",
) -> bytes:
    """Encode a picture to a codestream, or (`container="jaii"`) to a HEIF file of one.

    `source`: uint8 or uint16 array [rows, columns] or [rows, columns, 3], a `Picture`, an image of Pillow, or a picture
    file.  What of it a codestream cannot carry is named in a `PictureWarning`, unless `strip` is said.  `weights`: a
    pack or a pack file; None takes the bundled one.  `progress` is told the share that is done.  `options`: an
    `EncodeOptions` in place of all other keywords, or the options of the encoder itself.
    From `encoder` to `workers` keywords are fields of `EncodeOptions`; the others are those of `CodingSettings`, and
    `chroma` "444", "422", "420" (its `coded_subsampling`), "400" (its `luma_only`), and `roi`.

    Raises RateAmbiguous, RateOutOfReach, TooFewBytes, NoModel, SettingsRefused, UnknownGuest, UnknownOption,
    UnknownFilterTool, NoFilterNetworks, WeightsError, InputError; all are RefdecError.
    """
    if not (options is None or isinstance(options, EncodeOptions | Mapping)):
        raise OptionsExpected(options, EncodeOptions.__name__)
    settings = CodingSettings(
        profile=profile,
        synthesis=synthesis,
        regions=regions,
        independent_regions=independent_regions,
        threads=threads,
        rvs=rvs,
        grfs=grfs,
        lsbs=lsbs,
        cube_flags=cube_flags,
        quality_map=quality_map,
        bit_depth=bit_depth,
        coded_subsampling=chroma_format(chroma),
        luma_only=chroma == LUMA_ALONE,
        tile_size=tile_size,
        level_idc=level_idc,
        edition=edition,
    )
    keywords = EncodeOptions(
        encoder=encoder,
        bpp=bpp,
        psnr=psnr,
        quality=quality,
        max_bytes=max_bytes,
        model=model,
        displacement=displacement,
        chroma_displacement=chroma_displacement,
        tolerance=tolerance,
        settings=settings,
        roi=roi,
        encoder_options={} if options is None or isinstance(options, EncodeOptions) else options,
        time_budget=time_budget,
        check=check,
        bits=bits,
        limits=limits,
        low_bits=low_bits,
        frame=frame,
        format=format,
        size=size,
        subsampling=subsampling,
        strip=strip,
        tools=tools,
        private=private,
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
    require_kinds({"progress": progress}, {"progress": CALLS.or_none()})
    if isinstance(options, EncodeOptions) and not _says_nothing(keywords):
        raise OptionsTwice
    chosen = options if isinstance(options, EncodeOptions) else keywords
    made = encoded_picture(source, chosen, in_file=chosen.container == HEIF, weights=weights, progress=progress)
    for sentence in made.warnings:
        warnings.warn(sentence, PictureWarning, stacklevel=2)
    return made.file or made.codestream


def _says_nothing(keywords: EncodeOptions) -> bool:
    """Tell whether options are the default ones."""
    return all(
        wish is usual or (not isinstance(wish, np.ndarray) and bool(wish == usual))
        for wish, usual in zip(_wishes(keywords), _wishes(DEFAULT_OPTIONS), strict=True)
    )


def _wishes(options: EncodeOptions) -> Iterator[object]:
    """Yield the values of all fields, and those of the settings."""
    yield from (getattr(options, each.name) for each in fields(options) if each.name != "settings")
    yield from (getattr(options.settings, each.name) for each in fields(options.settings))
