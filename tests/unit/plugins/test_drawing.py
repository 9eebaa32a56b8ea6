"""The small drawing kit of the results."""

from __future__ import annotations

import numpy as np

from refdec.plugins import drawing


def test_heat_grows_brighter() -> None:
    colours = drawing.heat_colours(np.linspace(0, 7, 100)[None])
    brightness = colours.astype(int).sum(axis=2)[0]
    assert (np.diff(brightness) >= 0).all()


def test_classes_differ() -> None:
    colours = drawing.class_colours(np.arange(60)[None])[0]
    assert len({tuple(colour) for colour in colours.tolist()}) == 60


def test_enlarging_crops_to_the_size() -> None:
    small = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    big = drawing.enlarged(small, 16, (20, 31))
    assert big.shape == (20, 31, 3)
    assert (big[16:, 16:] == small[1, 1]).all()


def test_text_is_drawn_dark_on_white() -> None:
    picture = drawing.text_lines(["one", "a longer line"])
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert (picture < 100).any()
    assert picture.shape[1] > drawing.text_lines(["one"]).shape[1]


def test_a_picture_of_much_text_stays_bounded() -> None:
    assert max(drawing.text_lines(["x"] * 5000).shape) <= drawing.LARGEST_SIDE
    assert max(drawing.bars([("x", 1.0)] * 5000).shape) <= drawing.LARGEST_SIDE


def test_a_colour_bar_is_the_scale_of_the_map() -> None:
    bar = drawing.colour_bar(296.4, "bits")
    inside = bar[drawing.MARGIN + 3, drawing.MARGIN + 1 : drawing.MARGIN + drawing.BAR_WIDTH - 1]
    scale = drawing.heat_colours(np.linspace(0, 1, drawing.BAR_WIDTH)[None])[0]
    assert (inside == scale[1:-1]).all()
    assert (bar[drawing.MARGIN + drawing.LINE + 2 :] < 100).any(), "numbers stand below it"
    assert drawing.colour_bar(1.0, "a longer unit").shape[1] > bar.shape[1]


def test_colours_stand_beside_their_names() -> None:
    red, blue = (200, 0, 0), (0, 0, 200)
    words = drawing.colour_names([("one", red), ("two", blue)])
    column = words[:, drawing.MARGIN + 2].tolist()
    assert column.index(list(red)) < column.index(list(blue))


def test_stacking_pads_with_white() -> None:
    both = drawing.stacked([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 9, 3), np.uint8)])
    assert both.shape[1] == 9
    assert (both[:4, 4:] == 255).all()
    assert drawing.stacked([]).shape == (1, 1, 3)
