"""The encoder against streams of an independent encoder, and against its own decoder, option by option."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Edition, read_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.rewriting import in_edition
from refdec.bitstream.transforms import Synthesis
from refdec.bitstream.userdata import read_weights_mark
from refdec.decoding.errors import (
    AnalysisMissing,
    LatentsDoNotFit,
    LevelTooSmall,
    QualityMapDoesNotFit,
    SettingsRefused,
)
from refdec.decoding.models import models_of, stream_fingerprint
from refdec.decoding.options import DecodeOptions
from refdec.decoding.whole import decode_codestream
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoder import write
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from refdec.encoding.outcome import transform_at_hand
from refdec.formats.files import read_picture
from refdec.picture.picture import PictureCodes
from refdec.picture.render import render
from refdec.tiling.geometry import Rect
from refdec.weights.seeded import seeded_pack
from tests.encodable import GOLDEN, bundled, coded_and_made, encode_picture, photograph, source

CASES = json.loads((GOLDEN / "streams.json").read_text())["cases"]


@pytest.mark.parametrize("name", sorted(CASES))
def test_streams_of_an_independent_encoder_are_met_byte_for_byte(name: str) -> None:
    case = CASES[name]
    picture = read_picture(GOLDEN / f"{name}.source.png")
    given = input_from_codes(picture.components, picture.bits, rgb=True)
    made = write(encode_picture(given, EncodeSettings(), bundled(), case["model"], (case["displacement"],) * 2))
    wanted = read_codestream((GOLDEN / f"{name}.jai").read_bytes())
    found = read_codestream(made)
    for marker in (Marker.SORP, Marker.SORS, Marker.SOZ):
        assert bytes(found.only(marker).payload) == bytes(wanted.only(marker).payload), marker  # type: ignore[union-attr]
    mine, theirs = (read_headers(stream).picture for stream in (found, wanted))
    assert replace(mine, level_idc=theirs.level_idc) == theirs  # level_idc is the encoder's choice


def decoded(data: bytes) -> Any:
    return decode_codestream(data, bundled(), DecodeOptions())


def shown(data: bytes) -> PictureCodes:
    made = decoded(data)
    return render(made.planes, made.headers.picture)


def require_round_trip(given: EncoderInput, settings: EncodeSettings, beta: tuple[int, int] = (0, 300)) -> bytes:
    data, expected = coded_and_made(given, settings, beta)
    for mine, theirs in zip(expected, decoded(data).planes, strict=True):
        assert np.array_equal(mine, theirs)
    return data


QUALITY = np.tile(np.array([-8, -3, 0, 6, 8, 2, -1], np.int32), (12, 2))[:, :12]
OPTIONS: dict[str, tuple[tuple[int, int], EncodeSettings]] = {
    "plain": ((192, 180), EncodeSettings()),
    "simple_profile": ((80, 96), EncodeSettings(decoder_profile_id=0)),
    "sop_first": ((80, 96), EncodeSettings(synthesis_transforms=(0, 1))),
    "threads": ((130, 96), EncodeSettings(threads_z=4, threads_r=(8, 2), threads_q=16)),
    "dependent_regions": ((257, 513), EncodeSettings(regions=(2, 2))),
    "dependent_regions_of_the_draft": ((300, 280), EncodeSettings(regions=(2, 2), edition=Edition.DRAFT)),
    "narrow_dependent_regions": ((256, 256), EncodeSettings(regions=(2, 2), edition=Edition.DRAFT)),
    "dependent_regions_with_cubes": ((512, 270), EncodeSettings(regions=(2, 1), cubes=True)),
    "independent_regions": ((260, 1030), EncodeSettings(regions=(2, 3), independent_regions=True)),
    "independent_regions_of_the_draft": (
        (260, 400),
        EncodeSettings(regions=(2, 3), independent_regions=True, edition=Edition.DRAFT),
    ),
    "draft": ((80, 96), EncodeSettings(edition=Edition.DRAFT)),
    "rvs": ((128, 160), EncodeSettings(rvs=True)),
    "grfs": ((128, 160), EncodeSettings(grfs=True)),
    "rvs_grfs_lsbs": ((128, 160), EncodeSettings(rvs=True, grfs=True, lsbs=True)),
    "quality_map": ((192, 180), EncodeSettings(quality_map=QUALITY)),
    "quality_map_rvs_threads": ((192, 180), EncodeSettings(quality_map=QUALITY, rvs=True, threads_q=4)),
    "chroma_420": ((97, 131), EncodeSettings(coded_format=(2, 2))),
    "chroma_422": ((97, 131), EncodeSettings(coded_format=(1, 2))),
    "tiles": ((300, 280), EncodeSettings(tile_size=128)),
    "few_channels": ((96, 96), EncodeSettings(num_chs=(40, 12), grfs=True)),
    "ten_bit_output": ((96, 96), EncodeSettings(bit_depth=10)),
}


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_the_decoder_makes_what_the_encoder_expects(name: str) -> None:
    size, settings = OPTIONS[name]
    data = require_round_trip(source(*size), settings)
    headers = read_headers(read_codestream(data))
    assert (headers.picture.display_height, headers.picture.display_width) == size
    assert headers.edition is settings.edition


@pytest.mark.parametrize(("regions", "word"), [((3, 1), "rows"), ((1, 2), "columns")])
@pytest.mark.parametrize("independent", [False, True])
def test_more_regions_than_the_published_standard_allows_are_written_for_the_draft_only(
    regions: tuple[int, int], word: str, independent: bool
) -> None:
    """1.6.4: readers go on with a warning, a writer makes no such stream."""
    settings = EncodeSettings(regions=regions, independent_regions=independent)
    with pytest.raises(SettingsRefused, match=f"{regions[word == 'columns']} {word} of regions"):
        encode_picture(source(400, 512), settings, bundled(), 1, (0, 0))
    encode_picture(source(400, 512), replace(settings, edition=Edition.DRAFT), bundled(), 1, (0, 0))


def test_editions_differ_in_the_picture_header_only() -> None:
    given = source(96, 100)
    published, draft = (coded_and_made(given, EncodeSettings(edition=edition), (0, 0))[0] for edition in Edition)
    assert in_edition(draft, Edition.PUBLISHED) == published and in_edition(published, Edition.DRAFT) == draft


def test_cube_flags_are_sent_where_errors_are_large() -> None:
    given = source(160, 170)
    data = require_round_trip(given, EncodeSettings(cubes=True), (-1400, -1400))
    assert read_headers(read_codestream(data)).picture.use_cube_flags[0] == 1
    plain = require_round_trip(given, EncodeSettings(), (-1400, -1400))
    assert len(plain) < len(data)


@pytest.mark.parametrize("size", [(1, 1), (5, 64), (63, 200), (64, 33)])
def test_small_pictures_are_padded_and_cropped_again(size: tuple[int, int]) -> None:
    data = require_round_trip(source(*size), EncodeSettings())
    header = read_headers(read_codestream(data)).picture
    assert min(header.img_height, header.img_width) >= 64
    assert (shown(data).height, shown(data).width) == size


def test_ten_bit_sources_keep_their_depth() -> None:
    array = photograph(96, 100, bits=10)
    given = input_from_codes([array[..., k] for k in range(3)], 10, rgb=True)
    picture = shown(require_round_trip(given, EncodeSettings()))
    assert picture.bit_depth == 10
    error = picture.array.astype(int) - array
    assert np.abs(error).mean() < 80


def test_gray_has_neutral_chroma() -> None:
    gray = photograph(80, 90)[..., 1]
    given = input_from_codes([gray], 8, rgb=False)
    planes = given.planes(Rect(0, 0, 90, 80), Rect(0, 0, 90, 80))
    assert np.all(planes.u == 33423360) and np.all(planes.v == 33423360)
    picture = shown(require_round_trip(given, EncodeSettings()))
    assert picture.colour == "RGB"
    assert np.abs(picture.array.astype(int) - gray[..., None]).mean() < 12


@pytest.mark.parametrize("subsampling", [(1, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("bits", [8, 10])
def test_yuv_sources_keep_their_format(subsampling: tuple[int, int], bits: int) -> None:
    array = photograph(97, 83, bits=bits)
    ver, hor = subsampling
    codes = [array[..., 0], array[::ver, ::hor, 1], array[::ver, ::hor, 2]]
    picture = shown(
        require_round_trip(input_from_codes(codes, bits, rgb=False, subsampling=subsampling), EncodeSettings())
    )
    assert (picture.colour, picture.subsampling, picture.bit_depth) == ("YUV", subsampling, bits)
    assert [plane.shape for plane in picture.planes] == [plane.shape for plane in codes]


def test_user_data_name_the_weights() -> None:
    data, _ = coded_and_made(source(64, 64), EncodeSettings(), (0, 0))
    headers = read_headers(read_codestream(data))
    assert read_weights_mark(headers.user_data) == stream_fingerprint(bundled(), 1)
    unmarked, _ = coded_and_made(source(64, 64), EncodeSettings(mark_weights=False), (0, 0))
    assert read_headers(read_codestream(unmarked)).user_data is None


def test_the_smallest_level_is_written_or_the_one_that_was_asked_for() -> None:
    small, _ = coded_and_made(source(64, 64), EncodeSettings(), (0, 0))
    asked, _ = coded_and_made(source(64, 64), EncodeSettings(level_idc=32), (0, 0))
    levels = [read_headers(read_codestream(data)).picture.level_idc for data in (small, asked)]
    assert levels == [12, 32]


def test_large_pictures_get_the_usual_tiles() -> None:
    from refdec.encoding.draft import draft_header

    plane = np.broadcast_to(np.uint8(0), (1025, 1024))
    given = EncoderInput((plane, plane, plane), 8, rgb=True)
    assert draft_header(given, EncodeSettings(), 1).tile_size == (1024, 1024)
    independent = draft_header(given, EncodeSettings(regions=(2, 2), independent_regions=True), 1)
    assert independent.tile_overlap == (128, 128) and independent.region_steps[0] % independent.tile_size[0] == 0


@pytest.mark.parametrize("settings", [EncodeSettings(), EncodeSettings(coded_format=(2, 2), rvs=True, cubes=True)])
def test_the_reference_analysis_of_imported_checkpoints_encodes(settings: EncodeSettings) -> None:
    models = models_of(seeded_pack(1), 0)
    data, expected = coded_and_made(source(96, 130), settings, (-300, -200), models)
    made = decode_codestream(data, models.pack)
    assert all(np.array_equal(a, b) for a, b in zip(expected, made.planes, strict=True))


def test_a_list_with_a_transform_that_is_missing_still_reconstructs() -> None:
    settings = EncodeSettings(synthesis_transforms=(2, 1, 0), decoder_profile_id=2)
    coded = encode_picture(source(64, 64), settings, bundled(), 1, (0, 0))
    assert transform_at_hand(coded) == 1
    decode_codestream(write(coded), bundled(), DecodeOptions(synthesis=Synthesis.BOP))


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (EncodeSettings(regions=(4, 1)), SettingsRefused),
        (EncodeSettings(threads_r=3), SettingsRefused),
        (EncodeSettings(level_idc=10), SettingsRefused),
        (EncodeSettings(decoder_profile_id=0, synthesis_transforms=(2,)), SettingsRefused),
        (EncodeSettings(quality_map=np.zeros((3, 3), np.int32)), QualityMapDoesNotFit),
    ],
)
def test_settings_that_break_a_rule_are_refused(settings: EncodeSettings, error: type[Exception]) -> None:
    with pytest.raises(error):
        encode_picture(source(128, 128), settings, bundled(), 1, (0, 0))


def test_pictures_beyond_all_levels_are_refused() -> None:
    from refdec.encoding.draft import draft_header

    plane = np.broadcast_to(np.uint8(0), (20000, 20000))
    with pytest.raises(LevelTooSmall, match="400000000"):
        draft_header(EncoderInput((plane, plane, plane), 8, rgb=True), EncodeSettings(), 1)


def test_latents_of_another_size_are_refused() -> None:
    from refdec.encoding.encoder import prepare

    y = np.zeros((160, 4, 5), np.int32), np.zeros((96, 4, 4), np.int32)
    with pytest.raises(LatentsDoNotFit, match="luma"):
        prepare(source(64, 64), EncodeSettings(), models_of(bundled(), 1), y)


def test_a_model_without_networks_is_refused() -> None:
    with pytest.raises(AnalysisMissing):
        encode_picture(source(64, 64), EncodeSettings(), bundled(), 3, (0, 0))


def test_regions_follow_from_the_size_unless_they_are_asked_for() -> None:
    from refdec.encoding.draft import draft_header

    plane = np.broadcast_to(np.uint8(0), (3000, 4000))
    given = EncoderInput((plane, plane, plane), 8, rgb=True)
    usual = draft_header(given, EncodeSettings(), 1)
    assert (usual.num_ver, usual.num_hor, usual.independent_regions) == (2, 3, False)
    assert draft_header(given, EncodeSettings(independent_regions=True), 1).independent_regions
    one = draft_header(given, EncodeSettings(regions=(1, 1), independent_regions=True), 1)
    assert one.num_regions == 1 and not one.region_partitioning_flag
    small = draft_header(source(64, 64), EncodeSettings(), 1)
    assert not small.region_partitioning_flag
