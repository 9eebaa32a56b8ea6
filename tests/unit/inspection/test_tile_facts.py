"""What is said of a picture made of tiles is true of all of them."""

from __future__ import annotations

import numpy as np
import pytest

import refdec
from refdec.heif.grid_errors import TileDamaged
from tests.encodable import photograph
from tests.unit.heif.grids import SIZE, gray_stream, grid_data, streams


def test_gray_is_what_all_tiles_are() -> None:
    assert refdec.read_info(grid_data(coded=(gray_stream(),))).gray_components == 1
    for others in (streams()[0], gray_stream(3)):
        assert refdec.read_info(grid_data(coded=(gray_stream(), others))).gray_components is None


def test_private_regions_are_those_of_every_tile() -> None:
    private = refdec.PrivateRegions([(8, 16, 24, 10)], None)
    hiding = refdec.encode(np.zeros((64, 64, 3), np.uint8), private=private)
    found = refdec.read_info(grid_data(coded=(streams()[0], hiding, streams()[1])))
    assert found.private_regions == ("72,16,24,10", "72,80,24,10")


def test_damaged_tiles_are_named_and_passed_over() -> None:
    found = refdec.read_info(grid_data(damaged=True))
    assert found.private_regions == ()
    assert found.file is not None and found.file["tiles_unread"] == [5]
    assert found.warnings[0].startswith("Tile 5 (item 5), at its byte.bit 2.0: RD0105")


def test_a_first_tile_that_is_damaged_is_named_like_others() -> None:
    (good, *_), bad = streams(), bytearray(streams()[1])
    bad[2] ^= 0xFF
    for first in (bytes(bad), b""):
        found = refdec.read_info(grid_data(coded=(good,), tiles={0: first}))
        assert (found.width, found.height, found.model_id) == (*SIZE, refdec.read_info(good).model_id)
        assert found.file is not None
        assert (found.file["first_tile"], found.file["tiles_unread"], found.file["tiles"]) == (2, [1], [2, 3])
        assert found.warnings[0].startswith("Tile 1 (item 1)") and len(found.warnings) == 1
    whole = refdec.read_info(grid_data(coded=(good,)))
    assert whole.bits_per_pixel != found.bits_per_pixel and whole.substreams == found.substreams


def test_where_no_tile_can_be_read_the_first_is_named() -> None:
    with pytest.raises(TileDamaged, match=r"Tile 1 \(item 1\)"):
        refdec.read_info(grid_data(tiles=dict.fromkeys(range(6), b"nothing")))


def test_many_damaged_tiles_are_counted() -> None:
    found = refdec.read_info(grid_data(tiles=dict.fromkeys(range(5), b"nothing")))
    assert len(found.warnings) == 5 and found.file is not None and found.file["tiles_unread"] == [1, 2, 3, 4, 5]


def test_the_layer_of_the_whole_is_no_nearer_than_that_of_any_tile() -> None:
    photo = photograph(64, 64)
    near = refdec.encode(photo, encoder="analysis", max_error=2)
    plain = refdec.encode(photo, encoder="analysis")
    exact = refdec.encode(photo, encoder="analysis", lossless=True)
    for coded, words, far in (
        ((exact,), "8 bit RGB", 0),
        ((exact, near), "8 bit RGB, within 2", 2),
        ((exact, plain), None, None),
        ((plain,), None, None),
    ):
        found = refdec.read_info(grid_data(coded=coded))
        assert (found.lossless_layer, found.layer_max_error) == (words, far)
    assert refdec.read_info(near).layer_max_error == 2
    unread = refdec.read_info(grid_data(coded=(exact,), tiles={4: b"nothing"}))
    assert (unread.lossless_layer, unread.layer_max_error) == (None, None)


def test_what_tiles_differ_in_is_said_with_the_items_that_have_it() -> None:
    photo = photograph(64, 64)
    coarse, fine = (refdec.encode(photo, encoder="analysis", quality=quality) for quality in (10, 90))
    found = refdec.read_info(grid_data(coded=(coarse, fine)))
    steps = [refdec.read_info(stream).displacement for stream in (coarse, fine)]
    assert found.displacement == steps[0] != steps[1] and found.file is not None
    assert found.file["first_tile"] == 1
    assert found.file["tiles_differ"]["displacement"] == [
        {"value": steps[0], "items": [1, 3, 5]},
        {"value": steps[1], "items": [2, 4, 6]},
    ]


def test_tiles_of_one_kind_do_not_differ() -> None:
    found = refdec.read_info(grid_data(coded=streams()[:1]))
    assert found.file is not None and "tiles_differ" not in found.file and "tiles_unread" not in found.file


def test_bytes_are_those_of_all_tiles() -> None:
    sizes = [refdec.read_info(stream) for stream in streams()]
    found = refdec.read_info(grid_data())
    assert found.user_data_bytes == 2 * sum(each.user_data_bytes for each in sizes) > 0
    assert (found.sealed_bytes, found.layer_bytes) == (None, None)
