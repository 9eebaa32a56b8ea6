"""From corrected latents to a picture: a head says what they should be, the decoder's synthesis does the rest.

In: heads with the outputs `luma.new` and `chroma.new`, a bundle of stage latent.  Out: codes of 8 bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refdec.plugins.api import (
    CoreServices,
    Head,
    Int32Array,
    LatentBundle,
    Refusal,
    UInt8Array,
    rdiv,
    sat32,
)

__all__ = ["ALL", "blended", "corrected", "outputs_of", "restored"]

ALL = 100
CORRECTED = ("luma.new", "chroma.new")


def blended(old: Int32Array, new: Int32Array, strength: int) -> Int32Array:
    """Return old + strength per cent of the way to new, rounded once; channel by channel, for the sake of memory."""
    if strength == ALL:
        return new
    for channel, before in zip(new, old, strict=True):
        far = channel.astype("int64") - before
        channel[...] = sat32(before + rdiv(far * strength, ALL))
    return new


def outputs_of(made: Mapping[str, Int32Array], names: Sequence[str]) -> list[Int32Array]:
    """Return what a head has made, in the order of names.  Raises Refusal for a head of another kind."""
    if set(made) != set(names):
        raise Refusal(f"The head makes {', '.join(made)}; what is wanted needs one that makes {', '.join(names)}.")
    return [made[name] for name in names]


def corrected(heads: Sequence[Head], bundle: LatentBundle, core: CoreServices) -> list[Int32Array]:
    """Return luma's and chroma's latents as a head says that they should be.  Raises HeadOfOtherWeights, Refusal."""
    new = outputs_of(core.heads.run(heads, bundle), CORRECTED)
    for output, part in zip(new, bundle.components, strict=True):
        assert part.latent_q18 is not None
        if output.shape != part.latent_q18.shape:
            raise Refusal(f"The head makes latents of the shape {output.shape} of those of {part.latent_q18.shape}.")
    return new


def restored(heads: Sequence[Head], bundle: LatentBundle, core: CoreServices, strength: int) -> UInt8Array:
    """Return the picture of a bundle with its latents corrected.

    Raises HeadOfOtherWeights, Refusal, TooMuchMemory.
    """
    luma, chroma = (
        blended(part.latent_q18, new, strength)  # type: ignore[arg-type]
        for new, part in zip(corrected(heads, bundle, core), bundle.components, strict=True)
    )
    return core.codes_of_latents(bundle, luma, chroma)
