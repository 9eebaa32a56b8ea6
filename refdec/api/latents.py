"""The Python interface of latents: `read_latents` decodes a codestream up to a stage, and no further.

In: a path, bytes or a file object.  Out: `LatentBundle` (`docs/latents.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.bundles import LatentBundle, Stage
    from refdec.formats.files import Source
    from refdec.weights.pack import WeightPack

__all__ = ["read_latents"]


def read_latents(
    source: Source,
    *,
    stage: Stage | str = "latent",
    weights: WeightPack | Source | None = None,
    synthesis: str | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    ignore_weights_fingerprint: bool = False,
    edition: EditionName = "auto",
) -> LatentBundle:
    """Return the latents of a codestream at a stage: "headers" (needs no weights), "symbols", "latent" or "picture".

    `synthesis`: one of the transforms that the codestream lists, for stage picture.  The other arguments as for
    `decode`. Raises UnknownStage, WeightsDiffer, CodestreamError, UnsupportedError, LimitExceeded, WeightsError,
    InputError.
    """
    from refdec.api.arguments import require_limits
    from refdec.api.options import make_options
    from refdec.api.weights import load_weights, require_weights
    from refdec.bundles import Stage
    from refdec.bundles.making import decode_to_stage
    from refdec.formats.files import read_bytes
    from refdec.parallel.clock import check_of

    wanted = Stage.of(stage)
    limits = require_limits(limits)
    options = make_options(synthesis=synthesis, lenient=lenient, edition=edition)
    data = read_bytes(source, limits=limits)
    if wanted is Stage.HEADERS:
        return decode_to_stage(data, None, wanted, options, limits=limits)[0]
    pack = load_weights(weights)
    check_weights = None if ignore_weights_fingerprint else require_weights
    return decode_to_stage(
        data,
        pack,
        wanted,
        options,
        limits=limits,
        check_weights=check_weights,
        check=check_of(limits),
    )[0]
