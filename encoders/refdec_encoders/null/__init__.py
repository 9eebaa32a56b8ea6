"""The encoder `null`: copies a codestream.  A template for encoders of your own (`docs/plugins.md`).

In: a source that is a JPEG AI codestream already.  Out: the same bytes.
"""

from __future__ import annotations

from refdec.plugins.api import Capabilities, CoreServices, Encoder, EncodeRequest, Refusal, SourcePicture, hookimpl

__all__ = ["Null", "refdec_api_version", "refdec_encoders"]

refdec_api_version = "1.0"


class Null(Encoder):
    """Returns the codestream that it is given; no option, no rate control, no tool."""

    name = "null"
    version = "1.0"
    description = "copies a codestream unchanged (a template for encoders)"
    capabilities = Capabilities(inputs=("codestream",), rate_control=(), tools=())

    def encode(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> bytes:
        """Return the bytes of the source.  Raises Refusal where it is no codestream."""
        if picture.codestream is None:
            raise Refusal(f"The encoder null copies codestreams; {picture.name or 'the source'} is none.")
        request.progress(1.0)
        return picture.codestream


@hookimpl
def refdec_encoders() -> list[Encoder]:
    """Return the one encoder of this plugin."""
    return [Null()]
