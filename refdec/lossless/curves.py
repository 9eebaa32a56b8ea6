"""The curves of the probability model (7.5), computed in integers from the logistic function of 6.4.3.

`SQUASH`: logit + 2048, in 1/256, to a probability of 16 bits.  `STRETCH`: a probability of 12 bits to its logit.
`LOUDNESS`: a sum of errors to quarter octaves.  `RATES`: how far a counter moves after n bits, of 2^16.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.elementary import logistic_s
from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause

__all__ = ["LEAST", "LOUDNESS", "MOST_LOGIT", "RATES", "SQUASH", "STRETCH"]

MOST_LOGIT = 2047
LEAST = 32
"""No bit is taken to be less probable than so many of 2^16."""
LOUDNESS_SIZE = 4096
MOST_SEEN = 256


@clause("7.5.1")
def _squash() -> Int32Array:
    """(7.5.1) Probability of 2^16 for each logit -2048..2047, of 1/256."""
    whole = 1 << 16
    values = [int(logistic_s(logit << 10)) >> 8 for logit in range(-2048, 2048)]
    return np.array([min(max(value, LEAST), whole - LEAST) for value in values], np.int32)


@clause("7.5.1")
def _stretch(squash: Int32Array) -> Int32Array:
    """(7.5.1) The smallest logit whose probability is at least that in the middle of each of 4096 steps."""
    middles = np.arange(4096, dtype=np.int32) * 16 + 8
    return np.clip(np.searchsorted(squash, middles) - 2048, -MOST_LOGIT, MOST_LOGIT).astype(np.int32)


@clause("7.4.3")
def _loudness() -> Int32Array:
    """(7.4.3) floor(4 * log2(1 + v / 4)) for v below 4096, by whole numbers."""
    return np.array([((value + 4) ** 4 >> 8).bit_length() - 1 for value in range(LOUDNESS_SIZE)], np.int32)


SQUASH = _squash()
STRETCH = _stretch(SQUASH)
LOUDNESS = _loudness()
RATES = np.array([(5 << 16) // (5 * seen + 8) for seen in range(MOST_SEEN)], np.int32)
