"""The encoder `refine`: from the latents of `analysis` down to those that serve the picture better for fewer bits.

In: a picture.  Out: a codestream.  In the order in which they are built on each other: `layers` of chapter 4.2 in
float32, forward and back; `synthesis`, `prediction` of them; `structure` and `distortion`, what is to look good;
`networks` of a model; `piece`, what targets cost there, and `pieces` of a picture; `descent` in one; `choice` of
symbols; `search` at a point; `encoder`, which meets a rate.  Floats decide what is tried, the core's integers what
it is worth: without a time budget a picture gives the same codestream each time on one machine.
"""

from __future__ import annotations

from refdec.plugins.api import Encoder, hookimpl
from refdec_encoders.refine.encoder import Refine

__all__ = ["Refine", "refdec_api_version", "refdec_encoders"]

refdec_api_version = "1.0"


@hookimpl
def refdec_encoders() -> list[Encoder]:
    """Return the one encoder of this plugin."""
    return [Refine()]
