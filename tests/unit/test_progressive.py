"""Previews from one open stream: each is the decode with that many channels; all channels are the normal decode."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.picture.picture import PictureCodes
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def same(a: PictureCodes, b: PictureCodes) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a.planes, b.planes, strict=True))


@pytest.mark.parametrize("case", ["bop_tools_on", "bop_num_chs", "bop_indreg_2x1_600x400"])
def test_previews_are_partial_decodes_and_the_last_is_the_whole(case: str, vectors: Path) -> None:
    path = vectors / f"{case}.jai"
    stream = refdec.open_progressive(path, weights=pack())
    assert same(stream.preview(3, 1), refdec.decode(path, weights=pack(), channels=(3, 1)))
    assert same(stream.preview(*stream.channels), refdec.decode(path, weights=pack()))
    assert same(stream.preview(3, 1), refdec.decode(path, weights=pack(), channels=(3, 1)))


def test_reduced_num_chs_is_all_there_is(vectors: Path) -> None:
    path = vectors / "bop_num_chs.jai"
    stream = refdec.open_progressive(path, weights=pack())
    assert stream.channels == (96, 40)
    assert same(stream.preview(96, 40), stream.preview(160, 96))
    assert same(refdec.decode(path, weights=pack(), channels=(96, 40)), refdec.decode(path, weights=pack()))
    assert not same(refdec.decode(path, weights=pack(), channels=(20, 40)), refdec.decode(path, weights=pack()))


def test_previews_take_the_options_of_decode(vectors: Path) -> None:
    path = vectors / "bop_yuv420_tools_on.jai"
    stream = refdec.open_progressive(path, weights=pack(), filters=False, colour="RGB", bit_depth=10)
    wanted = refdec.decode(path, weights=pack(), filters=False, colour="RGB", bit_depth=10)
    got = stream.preview(160, 96)
    assert (got.colour, got.bit_depth) == ("RGB", 10)
    assert same(got, wanted)


def test_damage_in_channels_that_a_preview_leaves_out_does_not_matter(vectors: Path) -> None:
    """Threads are read from their ends, so the first bytes of the residual belong to the last channels."""
    from refdec.bitstream.framing import read_codestream
    from refdec.bitstream.markers import Marker

    data = bytearray((vectors / "bop_off_320x256.jai").read_bytes())
    part = read_codestream(bytes(data)).only(Marker.SORP)
    assert part is not None
    for byte in range(part.payload_offset + 4, part.payload_offset + 200):
        data[byte] ^= 0x55
    damaged = refdec.open_progressive(bytes(data), weights=pack())
    intact = refdec.open_progressive(vectors / "bop_off_320x256.jai", weights=pack())
    assert same(damaged.preview(5, 5), intact.preview(5, 5))
    with pytest.raises(refdec.CodestreamError) as caught:
        damaged.preview(160, 96)
    for _ in range(2):  # damage is final, and what came before it is still there
        with pytest.raises(type(caught.value)):
            damaged.preview(160, 96)
        assert same(damaged.preview(5, 5), intact.preview(5, 5))
