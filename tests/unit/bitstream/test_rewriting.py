"""Streams with one header written anew, all else byte for byte: in the other edition, with colours, with tools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.bitstream.edition_errors import HeaderAmbiguous
from refdec.bitstream.editions import Edition
from refdec.bitstream.errors import CodestreamCut, NoStart
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import read_headers
from refdec.bitstream.levels import level
from refdec.bitstream.markers import Marker
from refdec.bitstream.rendering import Cicp, ContentLight, RenderingInfo
from refdec.bitstream.rewriting import in_edition, with_rendering, with_tools
from refdec.bitstream.rule_errors import LevelModelForbidden, TooManyRegions
from refdec.bitstream.rules import all_problems
from refdec.bitstream.tools import ToolsHeader
from refdec.decoding.errors import SettingsRefused
from refdec.limits import Limits, TooLarge
from tests.unit.bitstream.support import patched, resized, stream

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
PAIRS = sorted(path.name for path in (GOLDEN / "draft").glob("*.jai"))
EXAMPLE_A = {
    Edition.PUBLISHED: "ff80ff820880011103403a8027c0000091f6c5001800ff834000ff844000ff81",
    Edition.DRAFT: "ff80ff82088011103403a8027c0000091f6c50018000ff834000ff844000ff81",
}


def golden(name: str) -> dict[Edition, bytes]:
    """A recorded stream in both editions."""
    return {
        Edition.PUBLISHED: (GOLDEN / "vectors" / name).read_bytes(),
        Edition.DRAFT: (GOLDEN / "draft" / name).read_bytes(),
    }


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("wanted", list(Edition))
def test_golden_pairs_become_each_other_byte_for_byte(name: str, wanted: Edition) -> None:
    pair = golden(name)
    assert pair[Edition.PUBLISHED] != pair[Edition.DRAFT]
    assert in_edition(pair[wanted.other], wanted) == pair[wanted]


@pytest.mark.parametrize("name", PAIRS)
def test_only_the_picture_header_differs(name: str) -> None:
    parts = [read_codestream(data).substreams for data in golden(name).values()]
    for mine, theirs in zip(*parts, strict=True):
        assert mine.marker is theirs.marker
        assert (mine.payload == theirs.payload) == (mine.marker is not Marker.PIH)
    headers = [read_headers(read_codestream(data)) for data in golden(name).values()]
    assert replace(headers[1], edition=Edition.PUBLISHED) == headers[0]


@pytest.mark.parametrize("edition", list(Edition))
def test_a_stream_of_the_wanted_edition_is_not_touched(edition: Edition) -> None:
    for data in (golden(PAIRS[0])[edition], stream(edition=edition) + b"behind the end"):
        assert in_edition(data, edition) is data


@pytest.mark.parametrize("wanted", list(Edition))
def test_example_a_of_both_texts(wanted: Edition) -> None:
    assert in_edition(bytes.fromhex(EXAMPLE_A[wanted.other]), wanted).hex() == EXAMPLE_A[wanted]


@pytest.mark.parametrize("wanted", list(Edition))
def test_bytes_behind_the_end_are_dropped_where_the_header_is_written_anew(wanted: Edition) -> None:
    data = stream(edition=wanted.other)
    assert in_edition(data + b"behind the end", wanted) == in_edition(data, wanted)


@pytest.mark.parametrize(
    ("wanted", "model", "before", "after"),
    [
        (Edition.PUBLISHED, 3, 10, 11),
        (Edition.PUBLISHED, 3, 20, 11),
        (Edition.PUBLISHED, 3, 11, 11),
        (Edition.PUBLISHED, 2, 11, 11),
        (Edition.PUBLISHED, 2, 52, 52),
        (Edition.DRAFT, 2, 10, 11),
        (Edition.DRAFT, 2, 50, 11),
        (Edition.DRAFT, 2, 11, 11),
        (Edition.DRAFT, 3, 11, 11),
        (Edition.DRAFT, 0, 22, 22),
    ],
)
def test_a_level_that_does_not_allow_the_model_becomes_the_smallest_that_does(
    wanted: Edition, model: int, before: int, after: int
) -> None:
    """1.12: level 10 with model 3 becomes 11 when published, level 10 with model 2 becomes 11 in the draft."""
    found = in_edition(stream(level_idc=before, model_id=model, edition=wanted.other), wanted)
    headers = read_headers(read_codestream(found), edition=wanted)
    assert headers.picture.level_idc == after
    assert all_problems(headers) == []
    allowed = level(after, wanted)
    assert allowed is not None and model in allowed.models


def test_a_large_picture_keeps_its_size_class() -> None:
    data = stream(width=6000, height=5000, level_idc=30, model_id=3, edition=Edition.DRAFT)
    assert read_headers(read_codestream(in_edition(data, Edition.PUBLISHED))).picture.level_idc == 31


def test_regions_stay_as_they_are() -> None:
    """1.12: a rewritten stream may have more regions than the published standard allows; a reader warns."""
    choices: dict[str, Any] = {"regions": (2, 2), "hd_overlap": 1, "mcm_overlap": 4}
    found = in_edition(stream(**choices, edition=Edition.DRAFT), Edition.PUBLISHED)
    headers = read_headers(read_codestream(found))
    assert (headers.picture.num_ver, headers.picture.num_hor) == (2, 2)
    assert [type(warning) for warning in headers.warnings] == [TooManyRegions]
    assert in_edition(found, Edition.DRAFT) == stream(**choices, edition=Edition.DRAFT)


def test_the_order_of_substreams_stays() -> None:
    first, *rest = read_codestream(stream(edition=Edition.DRAFT)).substreams
    turned = write_codestream((part.marker, part.payload) for part in (first, *reversed(rest)))
    found = read_codestream(in_edition(turned, Edition.PUBLISHED))
    assert found.order == (first.marker, *(part.marker for part in reversed(rest)))
    assert [part.payload for part in found.substreams[1:]] == [part.payload for part in reversed(rest)]


@pytest.mark.parametrize("edition", list(Edition))
def test_a_user_defined_colour_transform_is_no_obstacle(edition: Edition) -> None:
    rows = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
    changes = {"colour_transform_idx": 2, "colour_transform_matrix": rows, "colour_transform_offset": (0, 128, 128)}
    data = stream(changes=changes, edition=edition)
    assert in_edition(in_edition(data, edition.other), edition) == data


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(NoStart):
        in_edition(b"no stream", Edition.DRAFT)
    with pytest.raises(CodestreamCut):
        in_edition(stream()[:-2], Edition.DRAFT)
    with pytest.raises(LevelModelForbidden):
        in_edition(patched(stream(edition=Edition.DRAFT), "level_idc", 10), Edition.PUBLISHED)
    with pytest.raises(TooLarge):
        in_edition(stream(), Edition.DRAFT, limits=Limits(pixels=100))
    in_edition(resized(stream(), Marker.SORP, lambda payload: b""), Edition.DRAFT)  # payloads are not looked at


def test_a_draft_header_that_reads_as_published_is_not_written() -> None:
    """1.12: the simple profile with [0, 1] is, as a draft header, a legal published one (base profile, [1])."""
    published = stream(decoder_profile_id=0, synthesis_transforms=(0, 1))
    with pytest.raises(HeaderAmbiguous) as refused:
        in_edition(published, Edition.DRAFT)
    assert "--profile base" in refused.value.explain()
    picture = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(SettingsRefused, match="legal header of the published"):
        refdec.encode(picture, edition="draft", synthesis=("SOP", "BOP"))
    assert refdec.read_info(refdec.encode(picture, edition="draft", synthesis=("SOP",))).edition == "draft"


def test_tiles_that_would_leave_samples_in_no_core_are_not_written() -> None:
    """4.10.5: 192 in regions of 128 rows would leave stripes of zeros."""
    picture = np.zeros((300, 1100, 3), np.uint8)
    with pytest.raises(SettingsRefused, match=r"4\.10\.5"):
        refdec.encode(picture, regions=(1, 2), independent_regions=True, tile_size=192)


PHOTOGRAPH = (GOLDEN / "streams" / "kodim15_m1_+0_65x79.jai").read_bytes()
WIDE = RenderingInfo(Cicp(9, 16, 0, 1, 2))


def test_it_is_put_in_and_nothing_else_changes() -> None:
    made = with_rendering(PHOTOGRAPH, WIDE)
    before, after = read_codestream(PHOTOGRAPH), read_codestream(made)
    assert read_headers(after).rendering == WIDE and after.order == before.order
    for old, new in zip(before.substreams, after.substreams, strict=True):
        assert (bytes(old.payload) == bytes(new.payload)) is (old.marker is not Marker.RDI)


def test_a_codestream_without_the_substream_gets_one_before_its_symbols() -> None:
    parts = [
        (part.marker, part.payload) for part in read_codestream(PHOTOGRAPH).substreams if part.marker is not Marker.RDI
    ]
    made = read_codestream(with_rendering(write_codestream(parts), WIDE))
    assert read_headers(made).rendering == WIDE
    assert made.order.index(Marker.RDI) < made.order.index(Marker.SORP)
    assert [bytes(part.payload) for part in made.substreams if part.marker is not Marker.RDI] == [
        bytes(payload) for _, payload in parts
    ]


def test_what_a_codestream_says_itself_stays() -> None:
    own = with_rendering(PHOTOGRAPH, RenderingInfo(clli=ContentLight(1000, 400)))
    assert with_rendering(own, WIDE) == own
    assert with_rendering(own, replace(WIDE, clli=ContentLight(1, 1))) == own


@pytest.mark.parametrize("edition", list(Edition))
def test_other_tools_change_their_header_alone(edition: Edition) -> None:
    data = in_edition(PHOTOGRAPH, edition)
    plain = read_headers(read_codestream(data))
    sharp = with_tools(data, replace(plain.tools, lef_ch_idx=7))
    found = read_headers(read_codestream(sharp))
    assert found.tools.lef_ch_idx == 7
    assert found.picture == plain.picture and found.edition is edition
    for old, new in zip(read_codestream(data).substreams, read_codestream(sharp).substreams, strict=True):
        assert old.marker is new.marker and (old.payload == new.payload) == (old.marker is not Marker.TON)
    assert with_tools(sharp, plain.tools) == data


def test_tools_come_behind_the_picture_header_where_there_were_none() -> None:
    parts = [part for part in read_codestream(PHOTOGRAPH).substreams if part.marker is not Marker.TON]
    bare = write_codestream((part.marker, part.payload) for part in parts)
    found = read_codestream(with_tools(bare, ToolsHeader(lef_ch_idx=0)))
    assert found.order == (Marker.PIH, Marker.TON, *(part.marker for part in parts[1:]))
    with pytest.raises(TooLarge):
        with_tools(bare, ToolsHeader(), limits=Limits(pixels=100))
