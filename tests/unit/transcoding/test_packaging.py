"""Headers made of headers: what is wished for differs, and what follows from it; nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refdec.bitstream.builder import HeaderChoices, picture_header
from refdec.bitstream.editions import Edition
from refdec.bitstream.headers import Headers, build_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.transforms import Synthesis
from refdec.decoding.errors import SettingsRefused
from refdec.transcoding.packaging import Packaging, packaged, same_partition


def headers(**choices: object) -> Headers:
    chosen = {"width": 1024, "height": 768, **choices}
    return build_headers(picture_header(HeaderChoices(**chosen)))  # type: ignore[arg-type]


def test_no_wish_changes_nothing() -> None:
    before = headers(regions=(2, 2), tile_size=512)
    assert packaged(before, Packaging()) == before
    assert (
        packaged(before, Packaging(regions=(2, 2), independent=False, threads=1, edition=Edition.PUBLISHED)) == before
    )


def test_a_profile_brings_the_list_of_its_writers_and_a_list_its_profile() -> None:
    simple = packaged(headers(), Packaging(profile=0)).picture
    assert (simple.decoder_profile_id, simple.synthesis_transforms) == (0, (Synthesis.SOP,))
    listed = packaged(headers(), Packaging(transforms=(Synthesis.SOP, Synthesis.BOP))).picture
    assert (listed.decoder_profile_id, listed.synthesis_transforms) == (0, (Synthesis.SOP, Synthesis.BOP))


def test_an_edition_brings_a_level_that_it_has() -> None:
    before = headers(model_id=2, level_idc=10)  # the draft's level 10 is for model 3
    draft = packaged(before, Packaging(edition=Edition.DRAFT))
    assert (draft.edition, draft.picture.level_idc) == (Edition.DRAFT, 11)
    back = packaged(draft, Packaging(edition=Edition.PUBLISHED, level_idc=10))
    assert back == before
    assert packaged(before, Packaging(level_idc=52)).picture == replace(before.picture, level_idc=52)


def test_regions_bring_overlaps_tiles_and_substreams() -> None:
    dependent = packaged(headers(), Packaging(regions=(2, 1)))
    assert (dependent.picture.num_regions, dependent.picture.hd_overlap, dependent.picture.mcm_overlap) == (2, 2, 8)
    assert dependent.substream_order == headers().substream_order
    independent = packaged(dependent, Packaging(independent=True))
    assert (independent.picture.hd_overlap, independent.picture.independent_regions) == (0, True)
    assert independent.substream_order.count(Marker.SORP) == independent.substream_order.count(Marker.SORS) == 2
    assert not same_partition(independent.picture, dependent.picture)
    again = packaged(independent, Packaging(regions=(1, 1)))
    assert again == headers()


def test_absent_residuals_get_a_place() -> None:
    before = headers(regions=(2, 1), independent_regions=True)
    without = tuple(marker for marker in before.substream_order if marker is not Marker.SORS)
    order = packaged(replace(before, substream_order=without), Packaging(independent=False)).substream_order
    assert order.count(Marker.SORP) == order.count(Marker.SORS) == 1
    assert order.index(Marker.SORS) < order.index(Marker.SOZ)


def test_one_region_is_never_independent() -> None:
    assert packaged(headers(), Packaging(independent=True)) == headers()


def test_threads_tiles_and_filters() -> None:
    before = replace(headers(), tools=ToolsHeader(lsbs_enable_flag=(1, 1), lef_ch_idx=3))
    made = packaged(before, Packaging(threads=8, tile_size=512, filters=False))
    picture = made.picture
    assert (picture.num_threads_z, picture.num_threads_r, picture.num_threads_q) == (8, (8, 8), 1)
    assert (picture.tile_size, picture.tile_overlap) == ((512, 512), (64, 64))
    assert made.tools == ToolsHeader(lsbs_enable_flag=(1, 1))
    assert packaged(made, Packaging(tile_size=0, threads=1)).picture == before.picture


@pytest.mark.parametrize(
    "wish", [Packaging(regions=(99, 1)), Packaging(level_idc=10), Packaging(profile=0, transforms=(2,))]
)
def test_what_breaks_a_rule_is_refused(wish: Packaging) -> None:
    with pytest.raises(SettingsRefused):
        packaged(headers(), wish)


def test_a_rule_that_was_broken_before_does_not_stop_another_wish() -> None:
    before = headers(level_idc=10)
    assert packaged(before, Packaging(threads=2)).picture.level_idc == 10
