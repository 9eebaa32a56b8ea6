"""A codestream as far as its latents (3.2, 4.7): entropy decoding, then residual and prediction, window by window.

In: an opened codestream.  Out: `StreamSymbols`; and y_hat of both components, what the analysis of an encoder would
have to find to make the same codestream.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array
from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.clauses import clause
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.hyper import HyperLatents, HyperSide
from refdec.decoding.latents import LatentSource, component_latent
from refdec.decoding.models import Models
from refdec.decoding.opening import Opened
from refdec.limits import Check
from refdec.tiling.bands import even_windows
from refdec.tiling.geometry import Rect

__all__ = ["LATENT_WINDOW", "StreamSymbols", "decoded_latents", "decoded_symbols"]

LATENT_WINDOW = (64, 128)
"""Latent positions of a window, rows and columns: about 0.1 GB of temporaries."""


@dataclass(frozen=True, slots=True, eq=False)
class StreamSymbols:
    """What a codestream holds: the hyper side, symbols int16 [num_chs,h,w], and (component, region_idx) not there."""

    hyper: HyperSide
    latents: HyperLatents
    values: tuple[Int16Array, Int16Array]
    absent: tuple[tuple[int, int], ...]


@clause("3.2")
def decoded_symbols(opened: Opened) -> StreamSymbols:
    """(3.2) Decode all that is entropy coded.  Raises as `decoding.symbols.decode_symbols`."""
    steps = PictureDecoder(opened.headers, opened.models, opened.transform)
    latents = steps.hyper_latents(opened.codestream)
    side = steps.hyper_side(latents)
    symbols = steps.symbols(opened.codestream, side)
    return StreamSymbols(side, latents, symbols.values, symbols.absent_regions)


@clause("4.7")
def decoded_latents(
    headers: Headers, symbols: StreamSymbols, models: Models, component: int, check: Check
) -> Int32Array:
    """(4.7) Return y_hat of a component, int32 Q18 [C,h,w]: before LSBS, which is no part of what symbols stand for.

    `check()` is called before each window.
    """
    picture = headers.picture
    source = LatentSource(symbols.values, symbols.latents.quality_steps, symbols.hyper)
    made = np.empty((COMPONENT_CHANNELS[component], picture.lat_h, picture.lat_w), np.int32)
    for window in even_windows(Rect(0, 0, picture.lat_w, picture.lat_h), LATENT_WINDOW, 2):
        check()
        part = component_latent(headers, source, models, component, window, keep=True)
        made[:, window.rows, window.columns] = part.before_lsbs
    return made
