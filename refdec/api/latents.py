"""The Python interface of latents: `read_latents` decodes a codestream up to a stage, and no further.

In: a path, bytes or a file object.  Out: `LatentBundle` (`docs/latents.md`); `read_with_warnings` tells what was passed
over on the way too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.concerning import concerning
from refdec.api.inputs import read_inputs, said_once
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
) -> LatentBundle:
    """Return the latents of a codestream at a stage: "headers" (needs no weights), "symbols", "latent" or "picture".

    `synthesis`: one of the transforms that the codestream lists, for stage picture.  The other arguments as for
    `decode`; of `options` those fields count that are keywords here, and `any_level` and `allow_custom_colour`.
    Raises UnknownStage, WeightsDiffer, CodestreamError, UnsupportedError, LimitExceeded, WeightsError,
    InputError.
    """
    keywords = DecodeOptions(
        synthesis=synthesis,
        lenient=lenient,
        edition=edition_named(edition),
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits,
    )
    return read_with_warnings(source, stage=stage, weights=weights, options=said_once(options, keywords))[0]


def read_with_warnings(
    source: Source, *, stage: Stage | str, weights: WeightPack | Source | None, options: DecodeOptions
) -> tuple[LatentBundle, tuple[str, ...]]:
    """Return what `read_latents` does, and what was passed over, in the sentences of `decode`.

    A bundle has no place for warnings: it is a value of the codestream, whoever read it how.
    """
    from refdec.bundles import Stage
    from refdec.bundles.making import decode_to_stage
    from refdec.formats.stream_files import codestream_bytes

    wanted, limits, warnings = Stage.of(stage), options.limits, list[str]()
    with concerning(source):
        if wanted is Stage.HEADERS:
            data = codestream_bytes(source, limits=limits)
            bundle, _ = decode_to_stage(data, None, wanted, options, warn=warnings.append)
            return bundle, tuple(warnings)
        data, pack, check_weights, check, _ = read_inputs(source, weights, options)
        bundle, _ = decode_to_stage(
            data, pack, wanted, options, check_weights=check_weights, check=check, warn=warnings.append
        )
        return bundle, tuple(warnings)
