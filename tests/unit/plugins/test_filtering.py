"""The core's step behind an encoder: filters that pay, the decode that confirms them, and all that stays as it was."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.arithmetic.types import UInt8Array
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Headers, read_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.rewriting import with_tools
from refdec.bitstream.tools import ToolsHeader
from refdec.decoding.opening import open_codestream
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from refdec.encoding.enhancement.filterroom import filter_bytes
from refdec.encoding.enhancement.toolnames import FilterTool, filters_of
from refdec.encoding.enhancement.worth import Worth
from refdec.limits import Limits, TimeIsUp, TooMuchMemoryToEncode
from refdec.plugins.api import BitsPerPixel, EncodeRequest, MaxBytes, OperatingPoint, Quality, SourcePicture
from refdec.plugins.calls import encode_with
from refdec.plugins.core import Core
from refdec.plugins.core_errors import NoFilterNetworks, UnknownFilterTool
from refdec.plugins.filtering import FilteredStream, filtered, improver, most_bytes
from refdec.plugins.filterwish import FilterWish
from tests.encodable import bundled, photograph
from tests.unit.plugins.support import Copier, encoder_guest

SIZE = 192, 256
ALL = FilterWish.of("all")
REQUEST = EncodeRequest(OperatingPoint(1))
PICTURE = photograph(*SIZE)


def faded(rgb: UInt8Array) -> UInt8Array:
    """A picture with a third of its colour, moved by two samples."""
    gray = rgb.mean(axis=-1, keepdims=True)
    made: UInt8Array = np.clip(gray + (np.roll(rgb, 2, axis=1) - gray) / 3, 0, 255).astype(np.uint8)
    return made


@cache
def coded(**wishes: Any) -> bytes:
    """A codestream of the faded picture."""
    return refdec.encode(faded(PICTURE), displacement=200, **wishes)


def headers(data: bytes) -> Headers:
    return read_headers(read_codestream(data))


def given(rgb: UInt8Array = PICTURE) -> EncoderInput:
    """The source as the encoder has it."""
    return input_from_codes([rgb[..., k] for k in range(3)], 8, rgb=True)


def offered(
    data: bytes, source: EncoderInput | None = None, wish: FilterWish = ALL, *, most: int | None = None, **limits: Any
) -> FilteredStream | None:
    """What the core offers in place of a codestream of a picture."""
    core = Core(bundled(), limits=Limits(**limits) if limits else None)
    return filtered(core, source or given(), data, wish, most)


def error(data: bytes) -> float:
    return float(np.square(refdec.decode(data).array.astype(float) - PICTURE).sum()) / 3


def cost(data: bytes) -> float:
    """Squared error and bits, as the operating point weighs them; codes are rounded, the core's are not."""
    return error(data) + Worth.of(headers(data).picture).slope / 4096 * 8 * len(data)


def test_words_become_tools() -> None:
    assert FilterWish.of("none") == FilterWish()
    assert FilterWish.of("all").tools == set(FilterTool)
    assert not FilterWish.of("all").networks
    assert FilterWish.of("efe, LEF").tools == {FilterTool.EFE_LINEAR, FilterTool.EFE_NONLINEAR, FilterTool.LEF}
    assert FilterWish.of(["efe-linear"]).tools == {FilterTool.EFE_LINEAR}
    assert FilterWish.of("eicci").networks
    assert FilterWish.of("efe_nonlinear,all") == ALL


@pytest.mark.parametrize("words", ["", "lef,", "everything", "none,lef", [], ["lef", 3]])
def test_other_words_are_refused(words: Any) -> None:
    with pytest.raises(UnknownFilterTool, match="efe_linear") as caught:
        FilterWish.of(words)
    assert "--tools all" in caught.value.explain()
    with pytest.raises(UnknownFilterTool):
        refdec.encode(PICTURE, tools=words)


def test_faded_colour_comes_back() -> None:
    data = coded()
    offer = offered(data)
    assert offer is not None
    assert FilterTool.EFE_LINEAR in filters_of(headers(offer.data).tools)
    assert offer.confirmed()
    assert error(offer.data) < 0.5 * error(data)
    assert cost(offer.data) < cost(data)


def test_everything_else_of_the_codestream_stays() -> None:
    offer = offered(coded())
    assert offer is not None
    before, after = read_codestream(coded()), read_codestream(offer.data)
    assert before.order == after.order
    for old, new in zip(before.substreams, after.substreams, strict=True):
        assert (old.payload == new.payload) == (old.marker is not Marker.TON)
    assert with_tools(offer.data, headers(coded()).tools) == coded()


@pytest.mark.parametrize("tool", ["efe_linear", "efe_nonlinear", "lef"])
def test_only_what_was_asked_for_is_switched_on(tool: str) -> None:
    offer = offered(coded(), wish=FilterWish.of(tool))
    assert offer is None or filters_of(headers(offer.data).tools) == (tool,)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("displacement", [-600, 0, 500])
def test_all_tools_are_never_worse_than_none(seed: int, displacement: int) -> None:
    rgb = photograph(96, 128, seed=seed)
    plain = refdec.encode(rgb, displacement=displacement)
    made = refdec.encode(rgb, displacement=displacement, tools="all")
    worth = Worth.of(headers(plain).picture)

    def own(data: bytes) -> float:
        left = refdec.decode(data).array.astype(float) - rgb
        return float(np.square(left).sum()) / 3 + worth.slope / 4096 * 8 * len(data)

    assert made == plain or own(made) < own(plain) + 0.01 * rgb.size


def test_a_picture_that_is_not_the_source_s_is_left_alone() -> None:
    assert offered(coded(), given(photograph(192, 254))) is None
    yuv = input_from_codes([PICTURE[..., k] for k in range(3)], 8, rgb=False)
    assert offered(coded(), yuv) is None
    assert offered(b"no codestream") is None
    assert offered(coded()[:-40]) is None
    assert improver(Core(bundled()), SourcePicture.from_rgb(PICTURE), FilterWish(), REQUEST.target) is None


def test_filters_of_the_encoder_stay() -> None:
    data = with_tools(coded(), replace(headers(coded()).tools, lef_ch_idx=3))
    assert offered(data) is None
    core, picture = Core(bundled()), SourcePicture.from_rgb(PICTURE)
    improve = improver(core, picture, ALL, REQUEST.target)
    assert encode_with(encoder_guest(Copier(answer=data)), picture, REQUEST, core, improve=improve) == data


@pytest.mark.parametrize("edition", ["published", "draft"])
@pytest.mark.parametrize("chroma", ["444", "420"])
def test_every_encoder_every_edition_every_format(edition: str, chroma: str) -> None:
    data = coded(edition=edition, chroma=chroma)
    core, picture = Core(bundled()), SourcePicture.from_rgb(PICTURE)
    request = replace(REQUEST, settings=replace(REQUEST.settings, edition=edition))
    improve = improver(core, picture, ALL, request.target)
    made = encode_with(encoder_guest(Copier(answer=data)), picture, request, core, improve=improve)
    assert filters_of(headers(made).tools)
    assert headers(made).edition == edition
    assert error(made) < error(data)


def test_what_its_decode_does_not_confirm_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    core, picture, guest = Core(bundled()), SourcePicture.from_rgb(PICTURE), encoder_guest(Copier(answer=coded()))
    improve = improver(core, picture, ALL, REQUEST.target)
    monkeypatch.setattr(FilteredStream, "confirmed", lambda self: False)
    assert encode_with(guest, picture, REQUEST, core, improve=improve) == coded()
    unchecked = encode_with(guest, picture, REQUEST, core, improve=improve, check=False)
    assert filters_of(headers(unchecked).tools)


def test_a_worse_picture_is_not_confirmed() -> None:
    offer = offered(coded())
    assert offer is not None
    assert not replace(offer, data=coded(), cost_without=1).confirmed()
    assert not replace(
        offer, data=with_tools(coded(), ToolsHeader(lef_ch_idx=0)), cost_without=offer.cost_without // 2
    ).confirmed()


def test_a_junk_stream_stays_the_encoder_s_fault() -> None:
    from refdec.plugins.errors import GuestStreamInvalid

    core, picture, guest = Core(bundled()), SourcePicture.from_rgb(PICTURE), encoder_guest(Copier(answer=b"junk"))
    with pytest.raises(GuestStreamInvalid):
        encode_with(guest, picture, REQUEST, core, improve=improver(core, picture, ALL, REQUEST.target))


def test_rates_that_were_asked_for_hold_with_filters() -> None:
    offer = offered(coded())
    assert offer is not None
    for most in range(len(coded()) - 5, len(offer.data) + 6, 7):
        fitting = offered(coded(), most=most)
        assert fitting is None or len(fitting.data) <= most
    assert offered(coded(), most=len(offer.data) + 4) is not None
    assert most_bytes(MaxBytes(3000), 10000) == 3000
    assert most_bytes(BitsPerPixel(0.8, tolerance=0.05), 10000) == 1050
    assert most_bytes(Quality(40), 10000) is None


def test_eicci_by_name_needs_its_networks() -> None:
    with pytest.raises(NoFilterNetworks, match="none at all"):
        refdec.encode(PICTURE, tools="eicci,lef")
    with pytest.raises(NoFilterNetworks, match="BOP"):
        offered(coded(), wish=FilterWish.of("eicci"))
    assert FilterTool.EICCI in ALL.tools


def test_a_gray_picture_has_no_chroma_to_filter() -> None:
    gray = PICTURE[..., 1]
    data = refdec.encode(gray, displacement=0, tools="all")
    assert set(filters_of(headers(data).tools)) <= {FilterTool.LEF}


def test_room_and_time_are_kept_to() -> None:
    with pytest.raises(TooMuchMemoryToEncode):
        offered(coded(), memory_bytes=10 << 20)
    with pytest.raises(TimeIsUp):
        refdec.encode(PICTURE, tools="all", limits=Limits(seconds=0))


def test_the_memory_of_a_choice_stays_below_its_estimate() -> None:
    offered(coded())
    tracemalloc.start()
    try:
        offered(coded())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    opened = open_codestream(coded(), bundled())
    assert peak <= filter_bytes(opened.headers, opened.transform, 0, networks=False)


def test_the_largest_picture_is_said_to_fit() -> None:
    opened = open_codestream(coded(), bundled())
    large = replace(opened.headers.picture, img_width_minus64=12000 - 64, img_height_minus64=9000 - 64)
    needed = filter_bytes(replace(opened.headers, picture=large), 1, 3 * 108_000_000, networks=False)
    assert needed < 2.5e9


def test_the_same_codestream_gets_the_same_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where sums are taken in other bands: they are exact."""
    from refdec.encoding.enhancement import before, linear

    first = offered(coded())
    monkeypatch.setattr(before, "BAND_ROWS", 64)
    monkeypatch.setattr(linear, "PIECE_COLUMNS", 32)
    second = offered(coded())
    assert first is not None
    assert second is not None
    assert first.data == second.data
