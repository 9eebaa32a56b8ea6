"""A codestream as far as its latents (3.2, 4.7): entropy decoding, then residual and prediction, window by window.

In: an opened codestream.  Out: `Symbols`; and y_hat of both components, what the analysis of an encoder would have to
find to make the same codestream.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.clauses import clause
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.latents import LatentSource, component_latent
from refdec.decoding.models import Models
from refdec.decoding.opening import Opened
from refdec.decoding.symbols import Symbols
from refdec.limits import Check
from refdec.tiling.bands import even_windows

__all__ = ["LATENT_WINDOW", "decoded_latents", "decoded_symbols"]

LATENT_WINDOW = (64, 128)
"""Latent positions of a window, rows and columns: about 0.1 GB of temporaries."""


@clause("3.2")
def decoded_symbols(opened: Opened) -> Symbols:
    """(3.2) Decode all that is entropy coded.  Raises as `decoding.symbols.decode_symbols`."""
    decoder = PictureDecoder(opened.headers, opened.models, opened.transform)
    return decoder.symbols(opened.codestream, decoder.hyper_side(decoder.hyper_latents(opened.codestream)))


@clause("4.7")
def decoded_latents(headers: Headers, symbols: Symbols, models: Models, component: int, check: Check) -> Int32Array:
    """(4.7) Return y_hat of a component, int32 Q18 [C,h,w]: before LSBS, which is no part of what symbols stand for.

    `check()` is called before each window.
    """
    picture = headers.picture
    source = LatentSource(symbols.values, symbols.hyper.latents.quality_steps, symbols.hyper)
    made = np.empty((COMPONENT_CHANNELS[component], picture.lat_h, picture.lat_w), np.int32)
    for window in even_windows(picture.latent_frame, LATENT_WINDOW, 2):
        check()
        part = component_latent(headers, source, models, component, window, keep=True)
        made[:, window.rows, window.columns] = part.before_lsbs
    return made
