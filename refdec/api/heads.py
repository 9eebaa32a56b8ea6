"""The Python interface of heads: head files are loaded, written, described, and run on latents.

In: a head file, or a `Head` made of arrays (`refdec.heads.making.head_of`), and a latent bundle of `read_latents`.
Out: a `Head`, a file, plain values, or a head's outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from refdec.api.concerning import concerning

if TYPE_CHECKING:
    from refdec.arithmetic.types import Int32Array
    from refdec.bundles import LatentBundle
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.heads.head import Head
    from refdec.limits import Limits
    from refdec.weights.pack import Checkpoint, WeightPack

__all__ = ["describe_head", "load_head", "run_heads", "save_head"]


def load_head(source: Source) -> Head:
    """Return the head in a file: a path, bytes, a binary file object, or "-" for standard input.

    Raises FileUnreadable, NotAHead, HeadTooNew, HeadDamaged, HeadStepInvalid, HeadTooLarge and other WeightsError.
    """
    from refdec.formats.files import read_bytes
    from refdec.heads.headfile import read_head

    with concerning(source):
        return read_head(read_bytes(source))


def save_head(head: Head, target: Target) -> None:
    """Write a head file, whole or not at all; the same head gives the same bytes.

    Raises HeadDamaged, HeadStepInvalid, HeadTooLarge where it would not be read again, FileUnwritable.
    """
    import io

    from refdec.formats.files import write_bytes
    from refdec.heads.headfile import write_head

    buffer = io.BytesIO()
    write_head(head, buffer)
    write_bytes(target, buffer.getvalue())


def run_heads(
    heads: Head | Sequence[Head],
    bundle: LatentBundle,
    *,
    weights: WeightPack | Source | None = None,
    limits: Limits | None = None,
) -> Mapping[str, Int32Array]:
    """Return the outputs by name, int32 Q18 [C, h, w], of the head that reads latents of the bundle's weights.

    The same numbers on every machine.  `weights`: None for the bundled ones; only heads that read `luma.features` ask
    for them.  Raises HeadOfOtherWeights, HeadOfOtherSynthesis, WeightsError, StageNotReached, HeadStepInvalid,
    HeadTooLarge, TooMuchMemory, TimeIsUp, LimitsExpected.
    """
    from refdec.api.weights import load_weights
    from refdec.decoding.options import limits_or_default
    from refdec.heads.head import LUMA_DECODER
    from refdec.parallel.clock import check_of
    from refdec.plugins.head_services import HeadServices
    from refdec.startup import prepare_kernels

    prepare_kernels()
    allowed = limits_or_default(limits)

    def decoder(model_id: int) -> Checkpoint:
        return load_weights(weights).checkpoint(LUMA_DECODER, model_id)

    return HeadServices(allowed, check_of(allowed), decoder).run(heads, bundle)


def describe_head(head: Head) -> dict[str, Any]:
    """Return what a head says about itself, its fingerprint, and what it costs for a position of the latent; plain
    values.
    """
    from refdec.heads.headfile import head_fingerprint
    from refdec.heads.plan import plan_of

    plan = plan_of(head)
    return asdict(head.facts) | {
        "fingerprint": head_fingerprint(head),
        "steps": len(head.steps),
        "weights_of_layers": sum(layer.mantissa.size for layer in head.layers.values()),
        "products_per_position": plan.products,
        "outputs": {name: form.channels for name, form in plan.outputs.items()},
    }
