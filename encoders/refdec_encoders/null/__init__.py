"""The encoder `null`: copies a codestream.  A template for encoders of your own (`docs/plugins.md`).

In: a source that is a JPEG AI codestream already.  Out: the same bytes.
"""

from __future__ import annotations

from dataclasses import fields

from refdec.plugins.api import (
    Capabilities,
    CodingSettings,
    CoreServices,
    Encoder,
    EncodeRequest,
    Refusal,
    SourcePicture,
    hookimpl,
)

__all__ = ["Null", "refdec_api_version", "refdec_encoders"]

refdec_api_version = "1.0"

AS_IT_IS = CodingSettings()
HOW_IT_IS_CODED = sorted({each.name for each in fields(AS_IT_IS)} - {"edition", "quality_map"})
"""Settings that would change nothing in a copy; the core sees to the edition, and quality maps are a tool."""


class Null(Encoder):
    """Returns the codestream that it is given; no option, no rate control, no tool."""

    name = "null"
    version = "1.0"
    description = "copies a codestream unchanged (a template for encoders)"
    capabilities = Capabilities(inputs=("codestream",), rate_control=(), tools=(), time_budget=False)

    def encode(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> bytes:
        """Return the bytes of the source.  Raises Refusal where it is no codestream, or is to be coded otherwise."""
        if picture.codestream is None:
            raise Refusal(f"The encoder null copies codestreams; {picture.name or 'the source'} is none.")
        if any(getattr(request.settings, name) != getattr(AS_IT_IS, name) for name in HOW_IT_IS_CODED):
            raise Refusal("The encoder null copies a codestream as it is: leave away what says how it is to be coded.")
        request.progress(1.0)
        return picture.codestream


@hookimpl
def refdec_encoders() -> list[Encoder]:
    """Return the one encoder of this plugin."""
    return [Null()]
