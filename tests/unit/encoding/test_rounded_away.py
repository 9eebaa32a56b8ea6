"""Sizes of a latent before it was rounded: as large as they were, whatever the windows they are put together in."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import refdec
from refdec.arithmetic.types import Int32Array
from refdec.decoding.models import models_of
from refdec.encoding import rounded_away
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoder import Coded, code, prepare, targets_of, write
from refdec.encoding.encoderinput import input_from_codes
from refdec.encoding.outcome import latents_of, steps_of, with_luma
from refdec.encoding.rounded_away import filled_up, luma_steps
from refdec.limits import unchecked
from tests.encodable import bundled, photograph


@cache
def first() -> Coded:
    """A picture of several windows, as it is coded at a low rate."""
    picture, models = photograph(320, 576), models_of(bundled(), 1)
    source = input_from_codes([np.ascontiguousarray(picture[..., c]) for c in range(3)], 8, rgb=True)
    targets = targets_of(source, EncodeSettings(), models)
    return with_luma(code(prepare(source, EncodeSettings(), models, targets.y), (-550, -250)))


def rounded() -> Coded:
    """The same under the same hyper latents, of the latents that a decoder has."""
    made = first()
    luma = latents_of(made)[0].before_lsbs
    prepared = made.prepared
    y, z_hat = (luma, prepared.y[1]), prepared.hyper.latents.z_hat
    known = prepare(prepared.source, prepared.settings, prepared.models, y, z_hat)
    return with_luma(code(known, made.headers.picture.beta_log))


def test_what_was_rounded_away_is_there_again_on_average() -> None:
    before, y = abs(first().prepared.y[0] / 2**18), abs(rounded().prepared.y[0] / 2**18)
    made = filled_up(rounded(), 205, unchecked) / 2**18
    assert (made >= y - 1e-5).all() and (made <= y + 2).all()
    lacking = before.sum(axis=(1, 2)) - y.sum(axis=(1, 2))
    left = before.sum(axis=(1, 2)) - made.sum(axis=(1, 2))
    much = lacking > 0.1 * before.sum(axis=(1, 2))
    assert much.sum() > 20 and abs(left[much].sum()) < 0.25 * lacking[much].sum()


def test_more_strength_gives_larger_sizes_and_none_gives_y() -> None:
    made = [filled_up(rounded(), strength, unchecked) for strength in (0, 128, 256)]
    assert np.array_equal(made[0], abs(rounded().prepared.y[0]))
    assert (made[1] >= made[0]).all() and (made[2] >= made[1]).all() and (made[2] > made[1]).any()


def test_windows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Int32Array = filled_up(rounded(), 256, unchecked)
    monkeypatch.setattr(rounded_away, "FILLING_WINDOW", (6, 10))
    assert np.array_equal(filled_up(rounded(), 256, unchecked), whole)


def test_steps_are_those_of_the_decoder() -> None:
    made = first()
    window = made.frame
    assert np.array_equal(luma_steps(made, made.hyper.sigma(0, window), window), steps_of(made, 0))


def test_who_checks_can_end_it() -> None:
    class Late(Exception):
        """Raised in place of a clock."""

    def late() -> None:
        raise Late

    with pytest.raises(Late):
        filled_up(rounded(), 256, late)
    assert refdec.decode(write(first())).array.shape == (320, 576, 3), "nothing was changed"
