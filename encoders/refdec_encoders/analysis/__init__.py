"""The encoder `analysis`: the analysis networks of the weights, rounding to nearest.  The default.

In: a picture.  Out: target latents; the core quantises them, meets the rate and writes the codestream (6.7).
"""

from __future__ import annotations

from refdec.plugins.api import (
    Capabilities,
    CoreServices,
    Encoder,
    EncodeRequest,
    Option,
    Refusal,
    SourcePicture,
    TargetLatents,
    hookimpl,
)

__all__ = ["Analysis", "refdec_api_version", "refdec_encoders"]

refdec_api_version = "1.0"


class Analysis(Encoder):
    """Latents of the analysis networks; one picture gives one codestream on every machine."""

    name = "analysis"
    version = "1.0"
    description = "analysis networks of the weights, symbols rounded to nearest"
    options = (
        Option(
            "networks",
            str,
            None,
            "Analysis networks; default: light where the weights have them, else those of the profile.",
            choices=("light", "bop", "hop"),
        ),
    )

    capabilities = Capabilities(time_budget=False)

    def latents(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> TargetLatents:
        """Return the latents of the analysis networks of `request.model_id`."""
        if request.model_id is None:
            raise Refusal("The encoder analysis needs a model to analyse the picture for.")
        return core.analyse(picture, request.model_id, request.settings, networks=request.options["networks"])


@hookimpl
def refdec_encoders() -> list[Encoder]:
    """Return the one encoder of this plugin."""
    return [Analysis()]
