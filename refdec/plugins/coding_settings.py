"""What a guest asks for in an encode, in the words of the encoder: settings, and a picture.

In: `CodingSettings` and `SourcePicture` of the plugin door.  Out: `EncodeSettings` and `EncoderInput` of the encoder.
"""

from __future__ import annotations

from dataclasses import replace

from refdec.bitstream.headers import Edition
from refdec.bitstream.levels import profile_named
from refdec.bitstream.transforms import Synthesis
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from refdec.plugins.requests import CodingSettings
from refdec.plugins.source_picture import SourcePicture

__all__ = ["encode_settings", "encoder_input"]


def encode_settings(settings: CodingSettings) -> EncodeSettings:
    """Return the core's settings for those of a request."""
    profile = None if settings.profile is None else profile_named(settings.profile)
    return EncodeSettings(
        synthesis_transforms=tuple(Synthesis[name] for name in settings.synthesis) or None,
        decoder_profile_id=None if profile is None else profile.decoder_profile_id,
        level_idc=settings.level_idc,
        bit_depth=settings.bit_depth,
        coded_format=settings.coded_subsampling,
        luma_only=settings.luma_only,
        regions=settings.regions,
        independent_regions=settings.independent_regions,
        threads_z=settings.threads,
        threads_r=settings.threads,
        threads_q=settings.threads,
        quality_map=settings.quality_map,
        rvs=settings.rvs,
        grfs=settings.grfs,
        lsbs=settings.lsbs,
        cubes=settings.cube_flags,
        tile_size=settings.tile_size,
        edition=Edition(settings.edition),
    )


def encoder_input(picture: SourcePicture) -> EncoderInput:
    """Return a guest's picture as the encoder takes it."""
    made = input_from_codes(
        picture.planes,
        picture.bit_depth,
        rgb=picture.colour == "RGB",
        subsampling=picture.subsampling,
        rendering=picture.rendering,
    )
    return replace(made, gray_components=picture.components if picture.is_gray else None)
