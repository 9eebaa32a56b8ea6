"""Pieces of a picture: cuts that cover it, and what they have around."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine import pieces
from refdec_encoders.refine.pieces import Cut, PictureParts, Span, latents_of, own_bytes

from refdec.plugins.api import CodingSettings
from tests.unit.encoders.refine.support import setting


def cut_small(parts: PictureParts, monkeypatch: pytest.MonkeyPatch, longest: int) -> list[Cut]:
    monkeypatch.setattr(pieces, "LONGEST", longest)
    return list(parts.cuts())


def test_a_small_picture_is_one_piece() -> None:
    _, _, _, parts = setting()
    (cut,) = parts.cuts()
    assert cut.is_whole and cut.core == cut.held
    piece = parts.piece(cut)
    assert piece.frozen is None and piece.free is None and piece.size == (96, 112)


def test_cores_cover_the_picture_and_begin_at_hyper_latents(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, _, parts = setting(330, 200)
    cuts = cut_small(parts, monkeypatch, 8)
    count = np.zeros((21, 13), int)
    for cut in cuts:
        count[cut.core[0].places, cut.core[1].places] += 1
        assert all(span.first % 4 == 0 for span in (*cut.core, *cut.held))
        assert all(span.end - span.first <= 8 for span in cut.core)
    assert (count == 1).all()


def test_losses_of_pieces_add_up_to_that_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, _, parts = setting(330, 200)
    luma, chroma = parts.coded.bundle.luma.latent_q18, parts.coded.bundle.chroma.latent_q18
    assert luma is not None and chroma is not None
    (whole,) = parts.cuts()
    loss, squared = parts.piece(whole).measured(latents_of((luma, chroma), whole))
    found = [
        parts.piece(cut, seen=0).measured(latents_of((luma, chroma), cut)) for cut in cut_small(parts, monkeypatch, 8)
    ]
    assert sum(pair[0] for pair in found) == pytest.approx(loss, rel=1e-4)
    assert sum(pair[1] for pair in found) == pytest.approx(squared, rel=1e-4)


def test_targets_around_a_core_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, targets, parts = setting(330, 200)
    cut = cut_small(parts, monkeypatch, 8)[1]
    piece = parts.piece(cut)
    zero = np.zeros((160, 1, 1), np.float32), np.zeros((96, 1, 1), np.float32)
    _, slopes = piece.slope(latents_of((targets.luma_q18, targets.chroma_q18), cut), zero, 50.0)
    rows, columns = cut.core_in_held
    for slope in slopes:
        assert slope[:, rows, columns].any()
        outside = slope.copy()
        outside[:, rows, columns] = 0
        assert not outside.any()


def test_subsampled_chroma_has_its_own_size() -> None:
    _, _, _, parts = setting(settings=CodingSettings(coded_subsampling=(2, 2)))
    (cut,) = parts.cuts()
    piece = parts.piece(cut)
    assert piece.factors == (2, 2) and piece.target[1].shape == (48, 56)


def test_memory_grows_with_the_picture_beyond_a_piece() -> None:
    small, large = own_bytes(32, 48), own_bytes(320, 480)
    assert small < 0.2e9 < large < 3e9 and own_bytes(640, 960) - large == (14 << 10) * 3 * 320 * 480


def test_spans_know_their_samples() -> None:
    span = Span(4, 8, 9)
    assert span.grown(8) == Span(0, 9, 9) and span.within(span.grown(2)) == slice(2, 6)
    assert span.samples(130) == slice(64, 128) and Span(4, 9, 9).samples(130) == slice(64, 130)
