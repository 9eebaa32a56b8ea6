"""The Python interface of latents: `read_latents` decodes a codestream up to a stage, and no further.

In: a path, bytes or a file object.  Out: `LatentBundle` (`docs/latents.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.inputs import read_inputs, said_once
from refdec.decoding.options import DecodeOptions, edition_named

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.bundles import LatentBundle, Stage
    from refdec.formats.files import Source
    from refdec.limits import Limits
    from refdec.weights.pack import WeightPack

__all__ = ["read_latents"]


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
    from refdec.bundles import Stage
    from refdec.bundles.making import decode_to_stage
    from refdec.formats.files import read_bytes

    wanted = Stage.of(stage)
    keywords = DecodeOptions(
        synthesis=synthesis,
        lenient=lenient,
        edition=edition_named(edition),
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits,
    )
    options = said_once(options, keywords)
    if wanted is Stage.HEADERS:
        data = read_bytes(source, limits=options.limits)
        return decode_to_stage(data, None, wanted, options, limits=options.limits)[0]
    data, pack, check_weights, check = read_inputs(source, weights, options)
    return decode_to_stage(
        data, pack, wanted, options, limits=options.limits, check_weights=check_weights, check=check
    )[0]
