"""`refdec.encode`: arrays, pictures and files to a codestream.

In: a picture and `EncodeOptions`, or the keywords that stand for them.  Out: a codestream, or the HEIF file of one.
Which encoders there are is found when first asked; REFDEC_PLUGINS says which plugins to admit.
"""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

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
from refdec.api.errors import OptionsExpected, OptionsTwice
from refdec.api.picture_warnings import PictureWarning
from refdec.arithmetic.argument_kinds import CALLS, require_kinds
from refdec.decoding.options import limits_or_default
from refdec.limits import Limits
from refdec.plugins.requests import CodingSettings

if TYPE_CHECKING:
    import numpy.typing as npt

    from refdec.api.colour_wishes import CicpWish, ClliWish, MdcvWish
    from refdec.api.inputs import Inputs
    from refdec.api.sources import Encodable
    from refdec.arithmetic.types import Int32Array
    from refdec.bitstream.headers import Headers
    from refdec.formats.files import Source
    from refdec.formats.kinds import FloatView
    from refdec.plugins.calls import Improve
    from refdec.plugins.core import Core
    from refdec.plugins.rate_targets import RateTarget
    from refdec.plugins.registry import Plugins
    from refdec.plugins.requests import Progress
    from refdec.plugins.source_picture import SourcePicture
    from refdec.privacy.regions import PrivateRegions
    from refdec.weights.pack import WeightPack

__all__ = ["Encoded", "encode", "encoded_picture"]

LOG = logging.getLogger(__name__)


def _installed() -> Plugins:
    """Return the installed plugins that REFDEC_PLUGINS admits."""
    from refdec.plugins.manager import installed

    return installed(os.environ.get("REFDEC_PLUGINS"))


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


class Encoded(NamedTuple):
    """A codestream with its headers, the HEIF file of it (empty: none is wished for), and what to say of the source."""

    codestream: bytes
    headers: Headers
    file: bytes
    warnings: tuple[str, ...]


def encoded_picture(
    source: Encodable,
    options: EncodeOptions,
    *,
    in_file: bool,
    weights: WeightPack | Source | None,
    progress: Progress | None,
) -> Encoded:
    """Encode a picture, and (`in_file`) put it into a HEIF file.  Raises what `encode` raises."""
    from refdec.api.enclosing import enclosed, file_overhead, headers_of, public_parts, with_thumbnail
    from refdec.api.inputs import Inputs
    from refdec.api.weights import load_weights
    from refdec.bitstream.compacting import compacted
    from refdec.bitstream.editions import Edition
    from refdec.parallel.clock import check_of
    from refdec.plugins.core import Core
    from refdec.plugins.core_errors import TooFewBytes

    picture, parts = options.with_parts(source, in_file=in_file)
    warnings = picture.warnings
    pack, check = load_weights(weights), check_of(limits_or_default(options.limits))
    core = Core(pack, limits=options.limits, check=check)
    code = partial(_coded, core=core)
    if options.private is not None:
        from refdec.api.privacy import stored_regions

        private, said = stored_regions(picture, parts.orientation, options.private, core)
        options = replace(options, private=private)
        parts, left = public_parts(parts, picture, private)
        warnings = (*warnings, *said, *left)
    if options.thumbnail and in_file:
        parts, said = with_thumbnail(parts, picture, options, code)
        warnings = (*warnings, *said)
    most = options.max_bytes if in_file else None
    beside = 0 if most is None else file_overhead(picture, parts)
    if most is not None:
        options = replace(options, max_bytes=max(1, most - beside))
    if options.private is not None:
        from refdec.api.privacy import coded_in_private

        data = coded_in_private(picture, options, options.private, code, progress or _no_progress)
    else:
        try:
            data = code(picture, options, progress or _no_progress)
        except TooFewBytes as problem:
            if most is None:
                raise
            raise TooFewBytes(most, problem.smallest, beside) from problem
        data = compacted(data, limits=options.limits) if options.compact else data
    if options.layer_error is not None:
        data = _with_layer(Inputs(data, pack, None, check), picture, options, options.layer_error)
    headers = headers_of(data, options.limits, Edition(options.settings.edition))  # a guest may have returned anything
    return Encoded(data, headers, enclosed(data, headers, parts) if in_file else b"", warnings)


def _with_layer(inputs: Inputs, picture: SourcePicture, options: EncodeOptions, max_error: int) -> bytes:
    """Return a codestream with the lossless layer of its source.  Raises what `add_lossless` raises."""
    from refdec.api.lossless import with_original
    from refdec.bitstream.editions import Edition
    from refdec.decoding.options import DecodeOptions

    reading = DecodeOptions(
        limits=options.limits,
        edition=Edition(options.settings.edition),
        any_level=True,
        workers=options.workers,
    )
    began = time.perf_counter()
    made = with_original(inputs, picture, reading, max_error=max_error, check=options.check)
    LOG.info("layer of %d bytes in %.2f s", len(made) - len(inputs.data), time.perf_counter() - began)
    return made


def _coded(picture: SourcePicture, options: EncodeOptions, progress: Progress, *, core: Core) -> bytes:
    """Return the codestream of a picture.  Raises what `encode` raises."""
    from refdec.plugins.calls import encode_with, options_for
    from refdec.plugins.requests import EncodeRequest

    target = options.target(core)
    guest = _installed().encoder(options.encoder)
    request = EncodeRequest(
        target,
        options.settings_for(picture),
        options_for(guest, options.encoder_options),
        progress,
        options.time_budget,
    )
    LOG.info("source %s: %d x %d, %d bit %s", picture.name or "array", *_facts(picture))
    LOG.info("encoder %s %s (%s), target %s", guest.name, guest.version, guest.distribution, target)
    improve = _improver(core, picture, options, target)
    began = time.perf_counter()
    data = encode_with(guest, picture, request, core, check=options.check, improve=improve)
    LOG.info("codestream of %d bytes in %.2f s", len(data), time.perf_counter() - began)
    return data


def _improver(core: Core, picture: SourcePicture, options: EncodeOptions, target: RateTarget) -> Improve | None:
    """Return what offers the codestream with filters, None where nobody wishes for any.  Raises NoFilterNetworks."""
    if not options.filters.tools:
        return None
    from refdec.plugins.filtering import improver

    return improver(core, picture, options.filters, target)


def _facts(picture: SourcePicture) -> tuple[int, int, int, str]:
    return picture.width, picture.height, picture.bit_depth, picture.colour


def _no_progress(done: float) -> None:
    """Take no notice."""
