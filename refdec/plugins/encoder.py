"""The base class of encoders.

In: a source picture and a request.  Out: target latents for the core to code, or a finished codestream.
"""

from __future__ import annotations

from refdec.plugins.guest_options import Option
from refdec.plugins.requests import Capabilities, EncodeRequest
from refdec.plugins.services import CoreServices
from refdec.plugins.source_picture import SourcePicture
from refdec.plugins.target_latents import TargetLatents

__all__ = ["Encoder"]


class Encoder:
    """An encoder.  Subclass it, set the attributes, and override exactly one of `latents` and `encode`.

    `name` is what users type (small letters, digits, - and _), `version` the encoder's own, `description` one line for
    lists.  An object may be used from several threads: keep what belongs to one picture in local variables.
    """

    name: str = ""
    version: str = ""
    description: str = ""
    options: tuple[Option, ...] = ()
    capabilities: Capabilities = Capabilities()

    def latents(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> TargetLatents:
        """Return the target latents of `request.model_id`; the core quantises, codes and meets the rate target.

        Raise `Refusal` to decline in words.  Asked again for each model that rate control tries.
        """
        raise NotImplementedError

    def encode(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> bytes:
        """Return a finished codestream; the core decodes it before anything is written.

        Raise `Refusal` to decline in words.
        """
        raise NotImplementedError

    @property
    def makes_latents(self) -> bool:
        """Whether this encoder overrides `latents` (else `encode`)."""
        return type(self).latents is not Encoder.latents

    @property
    def makes_codestreams(self) -> bool:
        """Whether this encoder overrides `encode`."""
        return type(self).encode is not Encoder.encode
