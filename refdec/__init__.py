"""refdec: an independent, integer-exact reference decoder for JPEG AI (ISO/IEC 6048-1 | ITU-T T.840.1).

    import refdec
    picture = refdec.decode("photo.jai")      # path, bytes or file object
    picture.array                             # (H, W, 3) uint8 or uint16

The same codestream and the same weights give the same array on every machine.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from refdec.errors import (
    BitOffset,
    CodestreamError,
    InputError,
    LimitExceeded,
    RefdecError,
    UnsupportedError,
    UsageError,
    WeightsError,
)
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.api.clip_encode import encode_clip
    from refdec.api.clips import open_clip
    from refdec.api.decode import decode
    from refdec.api.encode import encode
    from refdec.api.encode_options import EncodeOptions
    from refdec.api.info import read_info
    from refdec.api.latents import read_latents
    from refdec.api.picture_warnings import PictureWarning
    from refdec.api.privacy import open_private
    from refdec.api.progressive import open_progressive
    from refdec.api.transcode import transcode
    from refdec.api.transcode_options import TranscodeOptions
    from refdec.api.weights import load_weights
    from refdec.bitstream.framing import Codestream
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.decoded import Picture
    from refdec.plugins.hookspecs import PLUGIN_API
    from refdec.privacy.keys import PrivateKey
    from refdec.privacy.regions import PrivateRegions

__version__ = "0.2.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # what is logged is for those who ask for it

__all__ = [
    "PLUGIN_API",
    "BitOffset",
    "Codestream",
    "CodestreamError",
    "DecodeOptions",
    "EncodeOptions",
    "InputError",
    "LimitExceeded",
    "Limits",
    "Picture",
    "PictureWarning",
    "PrivateKey",
    "PrivateRegions",
    "RefdecError",
    "TranscodeOptions",
    "UnsupportedError",
    "UsageError",
    "WeightsError",
    "__version__",
    "decode",
    "encode",
    "encode_clip",
    "load_weights",
    "open_clip",
    "open_private",
    "open_progressive",
    "read_info",
    "read_latents",
    "transcode",
]

_LAZY = {
    "decode": "refdec.api.decode",
    "encode": "refdec.api.encode",
    "encode_clip": "refdec.api.clip_encode",
    "load_weights": "refdec.api.weights",
    "open_clip": "refdec.api.clips",
    "open_private": "refdec.api.privacy",
    "open_progressive": "refdec.api.progressive",
    "read_info": "refdec.api.info",
    "read_latents": "refdec.api.latents",
    "transcode": "refdec.api.transcode",
    "Codestream": "refdec.bitstream.framing",
    "DecodeOptions": "refdec.decoding.options",
    "EncodeOptions": "refdec.api.encode_options",
    "PLUGIN_API": "refdec.plugins.hookspecs",
    "Picture": "refdec.formats.decoded",
    "PictureWarning": "refdec.api.picture_warnings",
    "PrivateKey": "refdec.privacy.keys",
    "PrivateRegions": "refdec.privacy.regions",
    "TranscodeOptions": "refdec.api.transcode_options",
}
_DECODING = frozenset({"decode", "encode", "encode_clip", "open_clip", "open_progressive", "read_latents", "transcode"})
"""Names whose modules load compiled kernels: where these are kept is decided before."""


def __dir__() -> list[str]:
    """List what is public, loaded or not: completion and `dir` see all of it and nothing else."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Import the heavy names when they are first used, so that `import refdec` stays light."""
    if name not in _LAZY:
        raise AttributeError(f"module 'refdec' has no attribute {name!r}")
    from importlib import import_module

    if name in _DECODING:
        from refdec.startup import prepare_kernels

        prepare_kernels()
    return getattr(import_module(_LAZY[name]), name)
