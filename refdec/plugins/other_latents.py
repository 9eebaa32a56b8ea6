"""The picture that other latents make in the place of a codestream's own: what a task restores, in its colours.

In: latents int32 Q18 of both components, and the headers that they belong to.  Out: codes of 8 bits.  The steps are
those of a decode, unit by unit; the decoder's filters, which an encoder chose for the picture as it was, run for that
picture alone.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array, UInt8Array
from refdec.bitstream.headers import Headers
from refdec.bundles import BundleHeaders
from refdec.bundles.errors import BundleFieldMismatch
from refdec.clauses import clause
from refdec.decoding.cuts import unit_grid
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.latents import LatentWindow
from refdec.decoding.memory import region_bytes
from refdec.decoding.models import Models
from refdec.decoding.opening import choose_transform
from refdec.limits import Check, Limits
from refdec.picture.colour import CUSTOM
from refdec.picture.errors import CustomColourUnsupported
from refdec.picture.output import codes
from refdec.picture.render import Colour
from refdec.tiling.geometry import Rect

__all__ = ["codes_of_latents"]

BITS = 8
Latents = tuple[Int32Array, Int32Array]


def _require_shapes(fields: BundleHeaders, latents: Latents) -> None:
    """Raise BundleFieldMismatch unless latents are those of a picture with these headers."""
    for name, channels, latent in zip(("luma", "chroma"), fields.num_chs, latents, strict=True):
        needed = (channels, *fields.latent_size)
        if latent.dtype != np.int32 or latent.shape != needed:
            found = f"{latent.dtype} of the shape {latent.shape}"
            raise BundleFieldMismatch(f"{name}.latent_q18", found, f"int32 of the shape {needed}")


@clause("4.5", kind="added", reason="latents of a task are no decoded ones; they take the same way to a picture")
def codes_of_latents(
    headers: Headers,
    fields: BundleHeaders,
    latents: Latents,
    models: Models,
    *,
    scale_index: Int32Array | None = None,
    limits: Limits,
    check: Check,
) -> UInt8Array:
    """(4.5, 5.10) Return R, G, B, uint8 [rows, columns, 3]; of a gray picture its luma, as `shown_codes` does.

    `scale_index` int32 [160, h, w] of luma: the filters run, and what the codestream's own latents make is the decoded
    picture; None: they do not.  `check()` is called for each unit.  Raises BundleFieldMismatch,
    CustomColourUnsupported, TooMuchMemory.
    """
    _require_shapes(fields, latents)
    if headers.picture.colour_transform_idx == CUSTOM and not fields.gray_components:
        raise CustomColourUnsupported
    colour: Colour = "gray" if fields.gray_components else "RGB"
    transform, filters = choose_transform(headers.picture, None), scale_index is not None
    decoder = PictureDecoder(headers, models, transform, filters=filters, colour=colour)
    units = unit_grid(decoder, decoder.shown.size_hw, workers=1).units()
    shown = 1 if fields.gray_components == 1 else 3
    room = max(_bytes_of(decoder, unit) for unit in units)
    limits.require_memory(room + shown * decoder.shown.w * decoder.shown.h)
    made = np.empty((*decoder.shown.size_hw, shown), np.uint8)
    held = LatentWindow(decoder.latent_frame, latents)

    def scales(channel: int, window: Rect) -> Int32Array:
        assert scale_index is not None, "only filters read it"
        return np.ascontiguousarray(scale_index[channel, window.rows, window.columns])

    for unit in units:
        check()
        windows = decoder.windows(unit)
        synthesis = decoder.synthesis(held, windows.luma, windows.chroma, check=check)
        planes = decoder.output(decoder.filtered(synthesis, scales, windows), windows, unit)
        made[unit.rows, unit.columns] = np.stack([codes(plane, BITS) for plane in planes], axis=-1)
    return made[..., 0] if shown == 1 else made


def _bytes_of(decoder: PictureDecoder, unit: Rect) -> int:
    """Return what the samples of a unit need while they are made."""
    windows = decoder.windows(unit)
    latent = decoder.latent_rect(windows.luma, windows.chroma)
    return region_bytes(decoder.headers, decoder.transform, latent, unit, filters=decoder.filters)
