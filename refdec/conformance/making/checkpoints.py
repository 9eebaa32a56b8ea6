"""Which checkpoint files a decoder needs for a stream (4.11.1).

In: headers.  Out: names of the reference software's files.
"""

from __future__ import annotations

from refdec.bitstream.headers import Headers

__all__ = ["checkpoints_of"]


def checkpoints_of(headers: Headers) -> tuple[str, ...]:
    """Return the names of the checkpoint files that a decoder needs for a stream."""
    from refdec.picture.filters.eicci import selected
    from refdec.weights.names import checkpoint_name, decoder_stem

    picture, tools = headers.picture, headers.tools
    stems = ("VM_common_int/", decoder_stem(picture.synthesis_transforms[0]))
    kinds = [f"{stem}{part}" for stem in stems for part in ("Y", "UV")]
    if tools.icci is not None:
        chosen = selected(tools.icci, picture.synthesis_transforms[0], picture.model_id)
        kinds += [kind for kind in dict.fromkeys((chosen.luma, chosen.chroma)) if kind is not None]
    return tuple(str(checkpoint_name(kind, picture.model_id)) for kind in kinds)
