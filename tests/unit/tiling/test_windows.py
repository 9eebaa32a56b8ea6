"""Reaches of windows: rectangles, borders, what is overwritten."""

from __future__ import annotations

import pytest

from refdec.tiling.geometry import Rect
from refdec.tiling.windows import (
    blocks_around,
    bounding,
    clipped,
    context_reach,
    even_around,
    hyper_reach,
    latent_reach,
    synthesis_pieces,
    visible,
)

from .support import TiledPicture

BOP = (3, 3)


def test_a_window_grows_to_whole_blocks_and_never_beyond_the_frame() -> None:
    assert blocks_around(Rect(9, 7, 2, 2), (40, 30)) == Rect(8, 0, 8, 16)
    assert blocks_around(Rect(25, 33, 1, 1), (38, 29)) == Rect(24, 32, 5, 6)
    assert even_around(Rect(3, 4, 2, 1), (40, 30)) == Rect(2, 4, 4, 2)
    assert clipped(Rect(-2, -1, 50, 5), (40, 30)) == Rect(0, 0, 30, 4)


def test_bounding_leaves_out_what_is_empty() -> None:
    assert bounding([Rect(5, 5, 0, 3), Rect(1, 2, 3, 4), Rect(6, 0, 1, 1)]) == Rect(1, 0, 6, 6)
    assert bounding([]).empty


def test_what_a_later_rectangle_holds_is_not_visible() -> None:
    parts = [Rect(0, 0, 4, 4), Rect(2, 2, 4, 4), Rect(0, 0, 5, 4), Rect(9, 9, 0, 1)]
    assert visible(parts) == [False, True, True, False]


def test_context_reaches_three_phase_samples_from_an_even_border() -> None:
    assert context_reach(Rect(21, 20, 1, 3), (60, 60)) == Rect(14, 14, 14, 16)
    assert context_reach(Rect(0, 0, 60, 59), (59, 60)) == Rect(0, 0, 60, 59)


@pytest.mark.parametrize(
    ("window", "reach"),
    [
        (Rect(10, 11, 1, 1), Rect(3, 4, 4, 4)),
        (Rect(0, 0, 2, 2), Rect(0, 0, 3, 3)),
        (Rect(30, 30, 1, 1), Rect(13, 13, 3, 3)),
    ],
)
def test_hyper_reach(window: Rect, reach: Rect) -> None:
    assert hyper_reach(window, (16, 16)) == reach


def test_a_piece_carries_the_halo_within_its_tile_only() -> None:
    picture = TiledPicture(600, 400, tile_size=(256, 256), tile_overlap=(64, 64))
    (piece,) = synthesis_pieces(picture, 0, Rect(240, 304, 8, 8), BOP)
    assert piece.at == Rect(240, 304, 8, 8)
    # The tile begins at (192, 192) and at latent (12, 12); the window is latent (3, 7) of it, the halo 3 around.
    assert piece.latent == Rect(12, 16, 7, 7)
    assert piece.size == (112, 112)
    assert piece.keep == Rect(48, 48, 8, 8)


def test_a_window_over_a_seam_takes_a_piece_of_each_tile() -> None:
    picture = TiledPicture(600, 400, tile_size=(256, 256), tile_overlap=(64, 64))
    pieces = synthesis_pieces(picture, 0, Rect(200, 100, 50, 10), BOP)
    assert [piece.at for piece in pieces] == [Rect(200, 100, 24, 10), Rect(224, 100, 26, 10)]
    whole = synthesis_pieces(picture, 0, Rect(200, 100, 50, 10), None)
    assert [piece.latent for piece in whole] == [Rect(0, 0, 16, 16), Rect(12, 0, 16, 16)]
    assert latent_reach(picture, 0, Rect(200, 100, 50, 10), BOP) == Rect(9, 3, 10, 7)


def test_the_last_piece_ends_with_the_picture() -> None:
    (piece,) = synthesis_pieces(TiledPicture(149, 111), 0, Rect(140, 100, 9, 11), BOP)
    assert piece.latent == Rect(5, 3, 5, 4)
    assert piece.size == (63, 69)
