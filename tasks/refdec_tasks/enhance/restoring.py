"""From corrected latents to a picture: a head says what they should be, the decoder's synthesis does the rest.

In: heads with the outputs `luma.new` and `chroma.new`, a bundle of stage latent.  Out: codes of 8 bits.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import CoreServices, Head, Int32Array, LatentBundle, UInt8Array, rdiv, sat32

__all__ = ["blended", "restored"]

ALL = 100


def blended(old: Int32Array, new: Int32Array, strength: int) -> Int32Array:
    """Return old + strength per cent of the way to new, rounded once; channel by channel, for the sake of memory."""
    if strength == ALL:
        return new
    for channel, before in zip(new, old, strict=True):
        far = channel.astype("int64") - before
        channel[...] = sat32(before + rdiv(far * strength, ALL))
    return new


def restored(heads: Sequence[Head], bundle: LatentBundle, core: CoreServices, strength: int) -> UInt8Array:
    """Return the picture of a bundle with its latents corrected.  Raises HeadOfOtherWeights, TooMuchMemory."""
    made = core.heads.run(heads, bundle)
    luma, chroma = (
        blended(part.latent_q18, made[f"{name}.new"], strength)  # type: ignore[arg-type]
        for name, part in zip(("luma", "chroma"), bundle.components, strict=True)
    )
    return core.codes_of_latents(bundle, luma, chroma)
