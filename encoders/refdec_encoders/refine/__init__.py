"""The encoder `refine`: starts from `analysis`, then searches for latents and symbols that serve the picture better.

In: a picture.  Out: a codestream.  Each symbol is chosen by rate and distortion (`choice`), and the targets follow
what the decoder really makes of them (`search`).  Integers throughout: without a time budget one picture gives one
codestream everywhere.
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
