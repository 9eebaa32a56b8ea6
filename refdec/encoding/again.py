"""A picture that was decoded from a codestream, coded once more (6.7): the latents that it was made of are found again.

In: a picture's first coding at a point.  Out: one whose decoded picture is nearer to it, mostly by far.

Analysis does not undo synthesis: the latents of a decoded picture lie beside those that it was made of, and rounding
them once more adds a second error, and a third the next time.  But they lie near enough to be told: exact symbols are
then near whole numbers, while those of any other picture lie anywhere between two.  Two things are set right then.

1. Hyper latents.  What was rounded away is lacking in y, so the hyper encoder finds smaller scales than the first time,
   and more is skipped.  How much is lacking where a symbol is 0 can be told from its scale: it is put back, in several
   strengths, before the hyper encoder is asked; at each position the answer counts under which luma comes nearest to y.
2. Latents.  The analysis of what was coded errs in the same way, and so says by how much the first one was wrong:
   y_hat + A(x) - A(S(y_hat)) has the right ones as its fixed point.

Both are done in turn: better latents give better hyper latents.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.arithmetic.fixed import sat32, wide
from refdec.arithmetic.types import BoolArray, Int8Array, Int32Array, Int64Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.decoding.options import DecodeOptions
from refdec.decoding.rows import open_stream
from refdec.encoding.encoder import Coded, code, targets_of, write
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from refdec.encoding.hyperwindows import encoder_hyper
from refdec.encoding.outcome import decoded_component, kept, symbols_of, transform_at_hand, with_luma
from refdec.encoding.rounded_away import filled_up, luma_steps
from refdec.encoding.targets import hyper_latent
from refdec.latent.quantise import prediction_error
from refdec.limits import Check, Limits, unchecked
from refdec.tiling.bands import even_windows
from refdec.tiling.geometry import Rect

__all__ = ["coded_again", "decoded_before"]

REASON = "what an encoder takes a picture for is left to it"
LOOK = 24
"""Latent positions on a side of the square in the middle of the picture that is looked at."""
WINDOW = (64, 128)
FEWEST = 64
"""Symbols other than 0 without which nothing can be told."""
UNIFORM_Q16, SPREAD_Q16 = 1 << 14, 9459
"""Mean and standard deviation of the distance to the next whole number, where nothing is known about it."""
SURE = 5
"""Standard deviations below the mean from which on a picture was decoded before."""
LARGEST_SHARE = (15, 16)
"""And at most this share of the mean: natural pictures reach 0.99 of it, decoded ones lie at 0.4 to 0.9."""
STRENGTHS_Q8 = (154, 205, 256, 307)
"""0.6, 0.8, 1 and 1.2 of what is lacking in the middle.  A strength that is nowhere best once is not tried again."""
FEW = 1024
"""Hyper latents of which less than one changes: after that they are not looked for again, only latents are."""
STEPS = 4
WORTH = (19, 20)
"""A step is followed by another one if the squared error fell to this share of it at least."""


@clause("6.7", kind="added", reason=REASON)
def decoded_before(coded: Coded) -> bool:
    """(6.7) Tell whether the picture was decoded from a codestream of these weights near this rate.

    Luma's exact symbols in the middle of the picture are looked at where they round to something else than 0.  There
    the distance to the next whole number is spread evenly over 0 to 1/2 for pictures of any other kind.
    """
    coded = with_luma(coded)
    picture = coded.headers.picture
    rows, columns = min(LOOK, picture.lat_h), min(LOOK, picture.lat_w)
    window = Rect((picture.lat_w - columns) // 4 * 2, (picture.lat_h - rows) // 4 * 2, columns, rows)
    part = decoded_component(coded, 0, window)
    target = coded.prepared.y[0][:, window.rows, window.columns]
    mean = sat32(wide(part.before_lsbs) - part.residual)
    error = prediction_error(target, mean, picture.num_chs_coded[0])
    symbols = symbols_of(coded, 0)[:, window.rows, window.columns]
    off = _distance_q16(coded, window, error, part.residual, symbols != 0)
    if off.size < FEWEST:
        return False
    total, count = int(off.sum()), off.size
    # total <= (UNIFORM - SURE * SPREAD / sqrt(count)) * count, squared so that it stays whole
    lacking = UNIFORM_Q16 * count - total
    certain = lacking > 0 and lacking**2 >= (SURE * SPREAD_Q16) ** 2 * count
    return certain and total * LARGEST_SHARE[1] <= UNIFORM_Q16 * count * LARGEST_SHARE[0]


def _distance_q16(coded: Coded, window: Rect, error: Int32Array, residual: Int32Array, wanted: BoolArray) -> Int64Array:
    """Return how far the exact symbols are from the coded ones, in 1/65536 step and at most 1/2, where wanted."""
    one = luma_steps(coded, coded.hyper.sigma(0, window), window)
    distance = np.abs(wide(error) - residual)[wanted]
    share: Int64Array = np.minimum((distance << 16) // np.maximum(wide(one)[wanted], 1), 1 << 15)
    return share


@clause("6.7", kind="added", reason=REASON)
def coded_again(coded: Coded, *, networks: str, limits: Limits, check: Check = unchecked) -> Coded:
    """(6.7) Return the coding with the smallest squared error of the decoded codes, this one or one that follows.

    `networks`: those of the analysis that the targets are of.  `limits` hold for the decodes; `check()` is called
    between the steps.
    """
    coded, strengths = _with_hyper_latents(coded, STRENGTHS_Q8, check)
    best = coded
    errors: list[int] = []
    first = coded.prepared.y
    while True:
        decoded = _decoded(coded, limits, check)
        errors.append(_squared_error(coded.prepared.source, decoded))
        if errors[-1] < min(errors[:-1], default=errors[-1] + 1):
            best = coded
        worse = len(errors) > 1 and errors[-1] * WORTH[1] > errors[-2] * WORTH[0]
        if errors[-1] == 0 or worse or len(errors) > STEPS:
            return best
        seen = targets_of(decoded, coded.prepared.settings, coded.prepared.models, networks=networks, check=check).y
        luma, chroma = (_corrected(coded, c, first[c], seen[c], check) for c in (0, 1))
        prepared = replace(coded.prepared, y=(luma, chroma))
        coded = code(prepared, coded.headers.picture.beta_log, check=check)
        coded, strengths = _with_hyper_latents(coded, strengths, check)


@clause("4.6.1", kind="added", reason=REASON)
def _with_hyper_latents(coded: Coded, strengths: tuple[int, ...], check: Check) -> tuple[Coded, tuple[int, ...]]:
    """(4.6.1) Return the coding under hyper latents of luma that leave least of y behind, position by position, and the
    strengths to try the next time; without strengths the hyper latents stay.

    All of its symbols are there.
    """
    coded = with_luma(coded)
    if not strengths:
        return kept(coded), ()
    chroma, models = coded.prepared.hyper.latents.z_hat[1], coded.prepared.models
    before = coded.prepared.hyper.latents.z_hat[0]
    chosen, least, best = before.copy(), _left_behind(coded, check), list[int]()
    for strength in strengths:
        z_hat = hyper_latent(filled_up(coded, strength, check), models, 0, check=check)
        left = _left_behind(_under(coded, (z_hat, chroma), check), check)
        better = left < least
        if better.any():
            best.append(strength)
        chosen[:, better] = z_hat[:, better]
        least = np.where(better, left, least)
    if FEW * np.count_nonzero(chosen != before) < chosen.size:
        best.clear()
    return kept(_under(coded, (chosen, chroma), check)), tuple(best)


def _under(coded: Coded, z_hat: tuple[Int8Array, Int8Array], check: Check) -> Coded:
    """Return the same targets, coded under other hyper latents."""
    prepared, picture = coded.prepared, coded.headers.picture
    hyper = encoder_hyper(picture, prepared.models, z_hat, prepared.hyper.latents.quality_map)
    return with_luma(code(replace(prepared, hyper=hyper), picture.beta_log, check=check))


def _left_behind(coded: Coded, check: Check) -> Int64Array:
    """Return the squared error of luma's latent around each position of z, [hz, wz], in 1/2^16 of a squared unit."""
    picture, y = coded.headers.picture, coded.prepared.y[0]
    frame = coded.frame
    error = np.zeros(frame.size_hw, np.int64)
    for window in even_windows(frame, WINDOW, 2):
        check()
        made = decoded_component(coded, 0, window).before_lsbs
        difference = (wide(y[:, window.rows, window.columns]) - made) >> 10
        error[window.rows, window.columns] = (difference * difference).sum(axis=0)
    sums = np.zeros((error.shape[0] + 1, error.shape[1] + 1), np.int64)
    sums[1:, 1:] = error.cumsum(axis=0).cumsum(axis=1)
    top, left = 4 * np.arange(picture.z_h) - 2, 4 * np.arange(picture.z_w) - 2
    below, right = np.minimum(top + 8, frame.h), np.minimum(left + 8, frame.w)
    top, left = np.maximum(top, 0), np.maximum(left, 0)
    around: Int64Array = sums[np.ix_(below, right)] - sums[np.ix_(top, right)]
    around += sums[np.ix_(top, left)] - sums[np.ix_(below, left)]
    return around


def _corrected(coded: Coded, component: int, wanted: Int32Array, seen: Int32Array, check: Check) -> Int32Array:
    """Return y_hat + wanted - seen of a component, window by window; `seen` is overwritten."""
    frame = coded.frame
    assert wanted.shape == seen.shape == (COMPONENT_CHANNELS[component], *frame.size_hw)
    for window in even_windows(frame, WINDOW, 2):
        check()
        at = (slice(None), window.rows, window.columns)
        seen[at] = sat32(wide(decoded_component(coded, component, window).before_lsbs) + wanted[at] - seen[at])
    return seen


def _decoded(coded: Coded, limits: Limits, check: Check) -> EncoderInput:
    """Return the decoded picture of a coding, as a source."""
    options = DecodeOptions(synthesis=Synthesis(transform_at_hand(coded)), limits=limits)
    stream = open_stream(write(coded, check=check), coded.prepared.models.pack, options, check=check)
    codes = stream.picture()
    source = coded.prepared.source
    return input_from_codes(codes.planes, codes.bit_depth, rgb=source.rgb, subsampling=source.output)


def _squared_error(first: EncoderInput, second: EncoderInput) -> int:
    """Return the sum of squared differences of codes, of all components."""
    total = 0
    for one, other in zip(first.components, second.components, strict=True):
        for row in range(0, one.shape[0], 64):
            difference = one[row : row + 64].astype(np.int64) - other[row : row + 64]
            total += int((difference * difference).sum())
    return total
