"""The Python interface of encoding: `encode` for arrays, pictures and files.

In: a picture, a rate, settings, the name of an encoder.  Out: a codestream.  Which encoders there are is found when
first asked; REFDEC_PLUGINS says which plugins to admit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.api.errors import RateAmbiguous, UnknownChroma
from refdec.limits import Limits

if TYPE_CHECKING:
    import numpy.typing as npt

    from refdec.api.sources import Encodable
    from refdec.arithmetic.types import Int32Array
    from refdec.formats.files import Source
    from refdec.formats.pictures import CodePicture
    from refdec.plugins.core import Core
    from refdec.plugins.pictures import SourcePicture
    from refdec.plugins.registry import Plugins
    from refdec.plugins.requests import CodingSettings, RateTarget
    from refdec.weights.pack import WeightPack

__all__ = ["encode", "rate_target"]

CHROMA_FORMATS = {"444": (1, 1), "422": (1, 2), "420": (2, 2)}
PREFERRED_MODEL = 1


def _installed() -> Plugins:
    """Return the installed plugins that REFDEC_PLUGINS admits."""
    from refdec.plugins.manager import installed

    return installed(os.environ.get("REFDEC_PLUGINS"))


def rate_target(
    core: Core,
    *,
    bpp: float | None = None,
    psnr: float | None = None,
    model: int | None = None,
    displacement: int | None = None,
    chroma_displacement: int | None = None,
    tolerance: float = 0.02,
) -> RateTarget:
    """Return the target of the words that `encode` and the command line use.

    `bpp` or `psnr` search, `model` alone restricts the search; `displacement` fixes the point, chroma as luma unless
    `chroma_displacement` says otherwise.  Nothing given: displacement 0, chroma above it.  Raises RateAmbiguous,
    NoModel.
    """
    from refdec.encoding.ratecontrol import chroma_displacement as usual_chroma
    from refdec.plugins.core_errors import NoModel
    from refdec.plugins.requests import BitsPerPixel, LumaPsnr, OperatingPoint

    if bpp is not None and psnr is not None:
        raise RateAmbiguous("bpp", "psnr")
    if bpp is not None or psnr is not None:
        for name, value in (("displacement", displacement), ("chroma displacement", chroma_displacement)):
            if value is not None:
                raise RateAmbiguous("bpp" if bpp is not None else "psnr", name)
        return BitsPerPixel(bpp, tolerance, model_id=model) if bpp is not None else LumaPsnr(psnr or 0, model_id=model)
    there = tuple(info.model_id for info in core.models)
    if not there:
        raise NoModel(model, there)
    chosen = model if model is not None else PREFERRED_MODEL if PREFERRED_MODEL in there else there[-1]
    if displacement is None and chroma_displacement is None and model is None:
        return OperatingPoint(chosen, 0, usual_chroma(0))
    return OperatingPoint(chosen, displacement or 0, chroma_displacement)


def _settings(
    picture: SourcePicture,
    *,
    chroma: str | None = None,
    roi: npt.NDArray[Any] | Source | None = None,
    quality_map: Int32Array | None = None,
    **others: Any,
) -> CodingSettings:
    """Return coding settings; a mask becomes a quality map of the picture's size.  Raises UnknownOption."""
    from refdec.api.sources import quality_map_of_mask
    from refdec.formats.files import read_picture
    from refdec.plugins.errors import UnknownOption
    from refdec.plugins.requests import CodingSettings

    known = tuple(field.name for field in fields(CodingSettings) if field.name != "coded_subsampling")
    for name in others:
        if name not in known:
            raise UnknownOption("encode", name, (*known, "chroma", "roi"))
    if chroma is not None and chroma not in CHROMA_FORMATS:
        raise UnknownChroma(chroma, CHROMA_FORMATS)
    if roi is not None:
        if quality_map is not None:
            raise RateAmbiguous("roi", "quality map")
        mask = roi if isinstance(roi, np.ndarray) else _white(read_picture(roi))
        quality_map = quality_map_of_mask(mask, picture.height, picture.width)
    coded = None if chroma is None else CHROMA_FORMATS[chroma]
    return CodingSettings(coded_subsampling=coded, quality_map=quality_map, **others)


def _white(mask: CodePicture) -> npt.NDArray[np.bool_]:
    """Return where the first component of a mask is white: from half of its range on."""
    return np.asarray(mask.components[0] >= (1 << (mask.bits - 1)))


def encode(
    source: Encodable,
    *,
    encoder: str = "analysis",
    bpp: float | None = None,
    psnr: float | None = None,
    model: int | None = None,
    displacement: int | None = None,
    chroma_displacement: int | None = None,
    tolerance: float = 0.02,
    weights: WeightPack | Source | None = None,
    options: Mapping[str, object] | None = None,
    time_budget: float | None = None,
    progress: Callable[[float], None] | None = None,
    check: bool = True,
    bits: int | None = None,
    limits: Limits | None = None,
    **settings: Any,
) -> bytes:
    """Encode a picture to a codestream.

    `source`: uint8 or uint16 array [rows, columns] or [rows, columns, 3], a `Picture`, or a picture file.  `encoder`:
    an installed encoder; `options` are its own.  `bpp` (bits per pixel, within `tolerance`) or `psnr` (dB of luma)
    search for model and displacement; `displacement` -2048..2047 with `model` fixes them, chroma as luma unless
    `chroma_displacement` says otherwise.  `bits`: depth of a uint16 source.  `weights`: a pack or a pack file; None
    takes the bundled one. `time_budget`: seconds.  `check` decodes the codestream before it is returned. `settings`:
    those of `CodingSettings` (edition, profile, synthesis, regions, independent_regions, threads, rvs, grfs, lsbs,
    cube_flags, quality_map, bit_depth, tile_size, level_idc), and `chroma` "444", "422", "420" and `roi`, a mask (array
    or file).

    Raises RateOutOfReach, NoModel, SettingsRefused, UnknownGuest, UnknownOption, WeightsError, InputError; all are
    RefdecError.
    """
    from refdec.api.sources import source_picture
    from refdec.api.weights import load_weights
    from refdec.plugins.calls import encode_with, options_for
    from refdec.plugins.core import Core
    from refdec.plugins.requests import EncodeRequest

    picture = source_picture(source, bits=bits, limits=limits)
    core = Core(load_weights(weights), limits=limits)
    target = rate_target(
        core,
        bpp=bpp,
        psnr=psnr,
        model=model,
        displacement=displacement,
        chroma_displacement=chroma_displacement,
        tolerance=tolerance,
    )
    guest = _installed().encoder(encoder)
    request = EncodeRequest(
        target,
        _settings(picture, **settings),
        options_for(guest, options or {}),
        progress or _no_progress,
        time_budget,
    )
    return encode_with(guest, picture, request, core, check=check)


def _no_progress(done: float) -> None:
    """Take no notice."""
