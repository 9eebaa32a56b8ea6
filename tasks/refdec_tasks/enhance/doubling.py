"""Twice the size: `superres`.

In: a bundle of stage latent.  Out: codes of 8 bits, twice the rows and columns: the decoded picture, enlarged by a
cubic, and the details of luma that a head with the output `luma.details` makes of what BOP's last layer reads.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refdec.plugins.api import CoreServices, Head, Int64Array, LatentBundle, UInt8Array, rdiv, rshift
from refdec_tasks.enhance.restoring import ALL, outputs_of

__all__ = ["doubled", "enlarged_q14"]

CUBIC = (-9, 111, 29, -3)
"""Keys's cubic with a = -1/2 at a quarter of a sample, in 1/128: weights of the samples -1, 0, 1 and 2."""
REACH = 2
Q14, Q18 = 14, 18
SIDE = 32
"""Samples of the enlarged picture that a latent position stands for."""
WHITE = 255
RESULT_BYTES = 4 * 3
"""Of the result, for each decoded sample."""


def _doubled_rows(x: Int64Array) -> Int64Array:
    """Return 128 times x with twice the rows, without the REACH ones at each end, which are read alone."""
    count = len(x) - 2 * REACH
    made = np.empty((2 * count, *x.shape[1:]), np.int64)
    for side, turned in enumerate((x[::-1], x)):
        taps = sum(tap * turned[REACH - 1 + k : REACH - 1 + k + count] for k, tap in enumerate(CUBIC))
        made[side::2] = taps[::-1] if side == 0 else taps  # type: ignore[index]
    return made


def enlarged_q14(codes: UInt8Array, rows: slice, columns: slice) -> Int64Array:
    """Return a part of a picture [H, W, C] with twice the rows and columns, in Q14; outermost samples are repeated."""
    around = [
        np.clip(np.arange(span.start - REACH, span.stop + REACH), 0, length - 1)
        for span, length in zip((rows, columns), codes.shape, strict=False)
    ]
    wide = codes[np.ix_(*around)].astype(np.int64)
    return _doubled_rows(_doubled_rows(wide).swapaxes(0, 1)).swapaxes(0, 1)


def doubled(heads: Sequence[Head], bundle: LatentBundle, core: CoreServices, strength: int) -> UInt8Array:
    """Return the picture at twice the size; `strength` per cent of the details.

    Raises HeadOfOtherWeights, HeadOfOtherSynthesis, Refusal, TooMuchMemory.
    """
    windows = core.heads.windows(heads, bundle)
    codes = core.decoded_codes(bundle)
    height, width = codes.shape[:2]
    core.heads.limits.require_memory(RESULT_BYTES * height * width)
    channels = codes.reshape(height, width, -1)
    made = np.empty((2 * height, 2 * width, channels.shape[2]), np.uint8)
    for window in windows:
        (details,) = outputs_of(window.outputs, ("luma.details",))
        top, left = SIDE * window.place.y, SIDE * window.place.x
        into = made[top : top + details.shape[1], left : left + details.shape[2]]
        rows, columns = into.shape[0] // 2, into.shape[1] // 2
        begin, first = top // 2, left // 2
        plain = enlarged_q14(channels, slice(begin, begin + rows), slice(first, first + columns))
        more = rdiv(details[0, : 2 * rows, : 2 * columns].astype(np.int64) * strength, ALL)
        into[...] = np.clip(rshift((plain << (Q18 - Q14)) + more[..., None], Q18), 0, WHITE)
    return made.reshape(2 * height, 2 * width, *codes.shape[2:])
