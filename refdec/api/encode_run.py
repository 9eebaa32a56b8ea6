"""One encode, step by step: the source, what the picture settles, the codestream, its layer, and the file around it.

In: a source and `EncodeOptions`.  Out: `Encoded`.  Which encoders there are is found when first asked; REFDEC_PLUGINS
says which plugins to admit.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from refdec.api.encode_options import ONE_REGION
from refdec.decoding.options import limits_or_default
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from refdec.api.encode_options import EncodeOptions
    from refdec.api.inputs import Inputs
    from refdec.api.sources import Encodable
    from refdec.bitstream.headers import Headers
    from refdec.formats.files import Source
    from refdec.heif.parts import PictureParts
    from refdec.plugins.calls import Improve
    from refdec.plugins.core import Core
    from refdec.plugins.rate_targets import RateTarget
    from refdec.plugins.registry import Plugins
    from refdec.plugins.source_picture import SourcePicture
    from refdec.weights.pack import WeightPack

__all__ = ["Encoded", "encoded_picture"]

LOG = logging.getLogger(__name__)


def _installed() -> Plugins:
    """Return the installed plugins that REFDEC_PLUGINS admits."""
    from refdec.plugins.manager import installed

    return installed(os.environ.get("REFDEC_PLUGINS"))


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
    from refdec.api.enclosing import enclosed, file_overhead, headers_of
    from refdec.api.inputs import Inputs
    from refdec.api.weights import load_weights
    from refdec.bitstream.editions import Edition
    from refdec.parallel.clock import check_of
    from refdec.plugins.core import Core

    picture, parts = options.with_parts(source, in_file=in_file)
    pack, check = load_weights(weights), check_of(limits_or_default(options.limits))
    core = Core(pack, limits=options.limits, check=check)
    said = (*picture.warnings, *_of_no_use(options))
    settled = _settled(picture, _Settled(options, parts, said), core, in_file=in_file)
    beside = file_overhead(picture, settled.parts) if in_file and options.max_bytes is not None else 0
    data = _codestream(picture, settled.options, beside, core, progress or no_progress)
    if options.layer_error is not None:
        data = _with_layer(Inputs(data, pack, None, check), picture, options, options.layer_error)
    headers = headers_of(data, options.limits, Edition(options.settings.edition))  # a guest may have returned anything
    warnings = settled.warnings
    if options.settings.independent_regions and not headers.picture.independent_regions:
        warnings = (*warnings, ONE_REGION)
    return Encoded(data, headers, enclosed(data, headers, settled.parts) if in_file else b"", warnings)


def _of_no_use(options: EncodeOptions) -> Iterator[str]:
    """Yield what is said of the rate to an encoder that does not look at it; the size is held all the same."""
    guest = _installed().encoder(options.encoder)
    if not guest.item.capabilities.rate_control:
        for wish in options.rate_wishes:
            if wish != "max bytes":
                yield f"the encoder {guest.name} has a rate of its own: {wish} changes nothing"


class _Settled(NamedTuple):
    """Wishes and what stands beside a picture in its file, with what the picture itself decides; and what to say."""

    options: EncodeOptions
    parts: PictureParts
    warnings: tuple[str, ...]


def _settled(picture: SourcePicture, wished: _Settled, core: Core, *, in_file: bool) -> _Settled:
    """Return wishes whose private regions are in samples of the picture, and parts that show nothing of them.

    A thumbnail that is wished for (`in_file`) is among the parts.  Raises what `encode` raises.
    """
    from refdec.api.enclosing import public_parts, with_thumbnail

    options, parts, warnings = wished
    if options.private is not None:
        from refdec.api.privacy import stored_regions

        private, said = stored_regions(picture, parts.orientation, options.private, core)
        options = replace(options, private=private)
        parts, left = public_parts(parts, picture, private)
        warnings = (*warnings, *said, *left)
    if options.thumbnail and in_file:
        parts, said = with_thumbnail(parts, picture, options, partial(_coded, core=core))
        warnings = (*warnings, *said)
    return _Settled(options, parts, warnings)


def _codestream(picture: SourcePicture, options: EncodeOptions, beside: int, core: Core, progress: Progress) -> bytes:
    """Return the codestream of a picture, without a layer; `beside`: bytes of `max_bytes` that a file has around it.

    Raises what `encode` raises.
    """
    from refdec.bitstream.compacting import compacted
    from refdec.plugins.core_errors import TooFewBytes

    code, most = partial(_coded, core=core), options.max_bytes
    if options.private is not None:
        from refdec.api.privacy import coded_in_private

        return coded_in_private(picture, options, options.private, code, progress)
    if most is None or not beside:
        data = code(picture, options, progress)
    else:
        try:
            data = code(picture, replace(options, max_bytes=max(1, most - beside)), progress)
        except TooFewBytes as problem:
            raise TooFewBytes(most, problem.smallest, beside) from problem
    return compacted(data, limits=options.limits) if options.compact else data


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
