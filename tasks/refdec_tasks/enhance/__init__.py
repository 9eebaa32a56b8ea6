"""The task `enhance`: a better picture than the codestream holds, straight from its latents.

In: codestreams, up to their latents.  Out: the picture, restored: its latents are corrected by a small head, and take
the decoder's own synthesis.  What comes out is the task's and no decoded picture: nothing that the standard speaks of.

`restoring` corrects all of a picture, `holes` says where one has holes, `filling` fills them, `doubling` makes twice
the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from refdec.plugins.api import (
    REQUIRED,
    CoreServices,
    Head,
    LatentBundle,
    Option,
    OptionValues,
    PictureResult,
    Refusal,
    Stage,
    Task,
    TaskResult,
    UInt8Array,
    hookimpl,
)
from refdec_tasks.head_files import HEAD_OPTION, bundled_heads, wanted_heads

__all__ = ["Enhance", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"

WHOLE = 100
INPAINT, SUPERRES = "inpaint", "superres"
WHATS = ("denoise", "lowlight", "exposure", "colour", INPAINT, SUPERRES)
"""All but the last two are done by correcting the latents of all of the picture."""
MADE_FOR = "enhance-"
"""So the names of heads begin that `refdec-train head enhance` makes; what they are for follows."""


class Enhance(Task):
    """A restored picture."""

    name = "enhance"
    version = "1.1"
    description = "a better picture: without noise, brighter, without a cast, with holes filled, twice as large"
    stage = Stage.LATENT
    options = (
        Option("what", str, REQUIRED, "what shall be done", WHATS),
        Option("strength", int, WHOLE, "how much of what the head says, in per cent", minimum=0, maximum=100),
        Option("hole", str, None, "for inpaint: X,Y,W,H in samples of the picture; several with a semicolon between"),
        Option("mask", Path, None, "for inpaint: picture of the same size that is white where holes are"),
        HEAD_OPTION,
    )

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return tuple(head for what in WHATS for head in bundled_heads(__name__, what))

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the picture, of the shown size; of twice that for `superres`.  Raises Refusal."""
        what = options.text("what")
        for name in ("hole", "mask"):
            if what != INPAINT and options[name] is not None:
                raise Refusal(f"{what} has no holes to fill: {name} is for what={INPAINT}.")
        return PictureResult(self._made(what, bundle, options, core))

    def _made(self, what: str, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> UInt8Array:
        from refdec_tasks.enhance.doubling import doubled
        from refdec_tasks.enhance.filling import filled
        from refdec_tasks.enhance.holes import holes_of
        from refdec_tasks.enhance.restoring import restored

        heads, strength = _heads_for(what, options), options.integer("strength")
        if what == INPAINT:
            size = bundle.headers.display_height, bundle.headers.display_width
            if not heads and strength != WHOLE:
                raise Refusal(
                    f"strength is how much of a head {INPAINT} does, and none comes with refdec: leave it away."
                )
            holes = holes_of(options["hole"], options["mask"], size)
            return filled(heads, bundle, core, holes, strength if heads else 0)
        if not heads:
            raise Refusal(
                f"No head for {what} comes with refdec.  One of your own:  refdec-train head enhance {what}, and then "
                "--option head=FILE"
            )
        if what == SUPERRES:
            return doubled(heads, bundle, core, strength)
        return restored(heads, bundle, core, strength)


def _heads_for(what: str, options: OptionValues) -> Sequence[Head]:
    """Return the heads of what is wanted, or one's own.  Raises Refusal where that says that it is for something else.

    Those that correct latents have outputs of one kind: any of them would run, and do what nobody asked for.
    """
    heads = wanted_heads(__name__, options, what)
    for said in (head.facts.name.removeprefix(MADE_FOR) for head in heads):
        if said in WHATS and said != what:
            raise Refusal(
                f"{options['head']} is a head for {said}, not for {what}: take what={said}, or a head that "
                f"refdec-train head enhance {what} makes."
            )
    return heads


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Enhance()]
