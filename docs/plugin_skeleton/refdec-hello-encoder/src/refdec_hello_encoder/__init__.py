"""A tutorial encoder for refdec: small symbols become zero, which softens the picture and saves bits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.plugins.api import (
    CoreServices,
    Encoder,
    EncodeRequest,
    Int16Array,
    Option,
    SourcePicture,
    SymbolChoice,
    TargetLatents,
    hookimpl,
)

refdec_api_version = "1.0"


class HelloSoft(Encoder):
    """Takes the latents of refdec's own analysis, and rounds small symbols to zero."""

    name = "hello-soft"
    version = "0.1"
    description = "softens the picture by rounding small symbols to zero"
    options = (Option("softness", int, 20, "in percent: 0 rounds as usual, 100 drops symbols below 1", minimum=0),)

    def latents(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> TargetLatents:
        targets = core.analyse(picture, request.model, request.settings)
        threshold_q16 = (1 << 15) * (100 + request.options.integer("softness")) // 100

        def choose(choice: SymbolChoice) -> Int16Array:
            small = np.abs(choice.exact_q16) < threshold_q16
            return np.where(small, 0, choice.nearest).astype(np.int16)

        return replace(targets, choose=choose)


@hookimpl
def refdec_encoders() -> list[Encoder]:
    return [HelloSoft()]
