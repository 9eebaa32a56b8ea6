"""The Python interface of latents: `read_latents` decodes a codestream up to a stage, and no further.

In: a path, bytes or a file object.  Out: `LatentBundle` (`docs/latents.md`); `read_with_warnings` tells what was passed
over on the way too.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from refdec.api.chosen_frame import ANY_FRAME, FrameWish, chosen_stream
from refdec.api.concerning import concerning
from refdec.api.inputs import read_inputs, said_once
from refdec.api.picture_warnings import PictureWarning
from refdec.decoding.options import DecodeOptions, edition_named

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.bundles import LatentBundle, Stage
    from refdec.formats.files import Source
    from refdec.limits import Limits
    from refdec.weights.pack import WeightPack

__all__ = ["read_latents", "read_with_warnings"]


def read_latents(
    source: Source,
    *,
    stage: Stage | str = "latent",
    weights: WeightPack | Source | None = None,
    options: DecodeOptions | None = None,
    synthesis: str | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    ignore_weights_fingerprint: bool = False,
    edition: EditionName = "auto",
    frame: int | None = None,
) -> LatentBundle:
    """Return the latents of a codestream at a stage: "headers" (needs no weights), "symbols", "latent" or "picture".

    `frame`: which one of a clip is meant, from 1; without it the first, with a `PictureWarning` that says so.
    `synthesis`: one of the transforms that the codestream lists, for stage picture.  The other arguments as for
    `decode`; of `options` those fields count that are keywords here, and `any_level` and `allow_custom_colour`.
    Raises UnknownStage, WeightsDiffer, FrameMissing, FrameDamaged, CodestreamError, UnsupportedError, LimitExceeded,
    WeightsError, InputError.
    """
    keywords = DecodeOptions(
        synthesis=synthesis,
        lenient=lenient,
        edition=edition_named(edition),
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits,
    )
    options = said_once(options, keywords)
    with concerning(source):
        stream = chosen_stream(source, options, FrameWish(frame))
        for sentence in stream.remarks:
            warnings.warn(sentence, PictureWarning, stacklevel=2)
        with stream.named():
            return _read(stream.data, stage, weights, options)[0]


def read_with_warnings(
    source: Source,
    *,
    stage: Stage | str,
    weights: WeightPack | Source | None,
    options: DecodeOptions,
    wish: FrameWish = ANY_FRAME,
) -> tuple[LatentBundle, tuple[str, ...]]:
    """Return what `read_latents` does, and what was passed over, in the sentences of `decode`.

    A bundle has no place for warnings: it is a value of the codestream, whoever read it how.
    """
    with concerning(source):
        stream = chosen_stream(source, options, wish)
        with stream.named():
            bundle, passed = _read(stream.data, stage, weights, options)
        return bundle, (*stream.remarks, *passed)


def _read(
    data: bytes, stage: Stage | str, weights: WeightPack | Source | None, options: DecodeOptions
) -> tuple[LatentBundle, tuple[str, ...]]:
    """Return the bundle of a codestream, and what was passed over."""
    from refdec.bundles import Stage
    from refdec.bundles.making import decode_to_stage

    wanted, said = Stage.of(stage), list[str]()
    if wanted is Stage.HEADERS:
        return decode_to_stage(data, None, wanted, options, warn=said.append)[0], tuple(said)
    inputs = read_inputs(data, weights, options)
    bundle, _ = decode_to_stage(
        data, inputs.pack, wanted, options, check_weights=inputs.check_weights, check=inputs.check, warn=said.append
    )
    return bundle, tuple(said)
