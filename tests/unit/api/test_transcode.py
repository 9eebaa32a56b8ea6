"""`refdec.transcode`: the same bytes without a wish; the same latents and samples where only packaging differs."""

from __future__ import annotations

import io
import warnings
from functools import cache
from importlib import resources

import numpy as np
import pytest

import refdec
from refdec.api import transcode_run
from refdec.api.errors import OptionsExpected, OptionsTwice, OtherModel, RateAmbiguous, RateNotInLatents
from refdec.api.transcode import TranscodeReport, transcode_to_file
from refdec.api.transcode_options import TranscodeOptions
from refdec.api.weights import load_weights
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import Headers, read_headers
from refdec.bitstream.markers import Marker
from refdec.decoding.errors import SettingsRefused
from refdec.encoding.content import Written
from refdec.errors import CodestreamError
from refdec.limits import Check
from refdec.plugins.core import Core
from refdec.plugins.errors import RequestInvalid
from refdec.plugins.rate_targets import OperatingPoint
from refdec.transcoding.recoding import LatentTargets, requantised
from tests.encodable import GOLDEN, photograph

PHOTO = (GOLDEN / "kodim14_m1_+0_96x333.jai").read_bytes()


@cache
def stream(height: int = 128, width: int = 256) -> bytes:
    return refdec.encode(photograph(height, width), displacement=0, chroma_displacement=300)


def headers_of(data: bytes) -> Headers:
    return read_headers(read_codestream(data))


def report_of(data: bytes, options: TranscodeOptions) -> tuple[bytes, TranscodeReport]:
    sink = io.BytesIO()
    report = transcode_to_file(data, sink, options)
    return sink.getvalue(), report


def samples(data: bytes) -> np.ndarray:
    return refdec.decode(data, synthesis="sop").array


def with_part(data: bytes, marker: Marker, payload: bytes) -> bytes:
    parts = [(part.marker, bytes(part.payload)) for part in read_codestream(data).substreams if part.marker != marker]
    return write_codestream([*parts[:1], (marker, payload), *parts[1:]])


@pytest.mark.parametrize("data", [PHOTO, PHOTO + b"behind the end", with_part(PHOTO, Marker.UDI, b"somebody's")])
def test_without_a_wish_the_bytes_are_the_same(data: bytes) -> None:
    with warnings.catch_warnings(action="error"):
        assert refdec.transcode(data) == data
    _, report = report_of(data, TranscodeOptions(threads=1, edition="published"))
    assert (report.what, report.exact, report.bytes) == ("unchanged", True, len(data))


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        ({"edition": "draft"}, "headers"),
        ({"profile": "simple"}, "headers"),
        ({"synthesis": ("SOP",)}, "headers"),
        ({"level_idc": 52}, "headers"),
        ({"tile_size": 0}, "unchanged"),
        ({"threads": 4}, "recoded"),
        ({"threads": 16, "edition": "draft"}, "recoded"),
    ],
)
def test_packaging_changes_no_latent_and_no_sample(wish: dict[str, object], what: str) -> None:
    made, report = report_of(stream(), TranscodeOptions(**wish))  # type: ignore[arg-type]
    assert (report.what, report.exact, report.source_bytes) == (what, True, len(stream()))
    assert np.array_equal(samples(made), samples(stream()))
    old, new = read_codestream(stream()), read_codestream(made)
    for marker in (Marker.SOZ, Marker.SORP, Marker.SORS, Marker.UDI) if what == "headers" else (Marker.UDI,):
        assert [bytes(part.payload) for part in new.all(marker)] == [bytes(part.payload) for part in old.all(marker)]


def test_there_and_back_gives_the_same_bytes() -> None:
    there = refdec.transcode(stream(), threads=8, edition="draft")
    with pytest.warns(refdec.PictureWarning, match="draft"):
        assert refdec.transcode(there, threads=1, edition="published") == stream()


def test_regions_that_overlap_so_far_that_they_see_all_change_no_latent() -> None:
    made, report = report_of(stream(512, 512), TranscodeOptions(regions=(2, 1)))
    assert (report.what, report.exact, report.warnings) == ("requantised", True, ())
    assert headers_of(made).picture.num_regions == 2
    assert np.array_equal(samples(made), samples(stream(512, 512)))
    assert refdec.transcode(made, regions=(1, 1)) == stream(512, 512)


def test_seams_of_regions_are_said() -> None:
    data = stream(512, 512)
    with pytest.warns(refdec.PictureWarning, match="along seams"):
        made = refdec.transcode(data, regions=(2, 1), independent_regions=True)
    assert headers_of(made).picture.independent_regions
    error = samples(made).astype(int) - samples(data)
    assert 0 < (error**2).mean() < 2


def test_what_the_old_codestream_had_is_carried_over() -> None:
    coded = refdec.encode(photograph(128, 256), grfs=True, rvs=True, lsbs=True, quality_map=np.ones((8, 16), np.int32))
    data = with_part(coded, Marker.UDI, b"somebody's data")
    data = with_part(data, Marker.RDI, bytes(read_codestream(coded).all(Marker.RDI)[0].payload))
    made = refdec.transcode(data, displacement=-400, threads=2)
    old, new = headers_of(data), headers_of(made)
    assert (new.user_data, new.rendering, new.tools) == (old.user_data, old.rendering, old.tools)
    for name in ("grfs_channel_flag", "rvs_enable_flag", "gain_3D_enable_flag", "level_idc", "synthesis_transform_id"):
        assert getattr(new.picture, name) == getattr(old.picture, name)
    same_threads = refdec.transcode(data, displacement=-400)
    for marker in (Marker.SOQ, Marker.SOZ):
        assert read_codestream(same_threads).all(marker)[0].payload == read_codestream(data).all(marker)[0].payload


def test_a_gray_picture_stays_gray() -> None:
    data = refdec.encode(photograph(64, 96)[..., 0])
    assert refdec.decode(refdec.transcode(data, displacement=-300)).array.ndim == 2


def test_rates_are_reached_by_model_and_displacement_of_the_latents() -> None:
    data, pixels = stream(256, 384), 256 * 384
    wanted = 0.6 * len(data)
    made = refdec.transcode(data, bpp=8 * wanted / pixels)
    assert abs(len(made) / wanted - 1) <= 0.02
    most = len(data) // 2
    small = refdec.transcode(data, max_bytes=most)
    assert 0.9 * most <= len(small) <= most
    picture = headers_of(small).picture
    assert picture.model_id == headers_of(data).picture.model_id
    assert picture.beta_log[1] - picture.beta_log[0] == 300


def test_a_rate_between_two_steps_is_said() -> None:
    with pytest.warns(refdec.PictureWarning, match=r"bpp is the nearest to 0\.\d+ that there is"):
        refdec.transcode(stream(), bpp=0.3, tolerance=1e-9)


def test_the_displacement_of_chroma_moves_along_or_alone() -> None:
    assert headers_of(refdec.transcode(stream(), displacement=-200)).picture.beta_log == (-200, 100)
    assert headers_of(refdec.transcode(stream(), chroma_displacement=0)).picture.beta_log == (0, 0)
    assert refdec.transcode(stream(), displacement=0) == stream()


def chroma_as_coarse_as_it_goes() -> bytes:
    return refdec.encode(photograph(128, 256), displacement=0, chroma_displacement=-2000)


@pytest.mark.parametrize("wish", [{"max_bytes": 0.8}, {"bpp": 0.8}, {"displacement": -300}])
def test_chroma_that_is_coarse_already_moves_along_as_far_as_there_are_displacements(wish: dict[str, float]) -> None:
    data = chroma_as_coarse_as_it_goes()
    sizes = {"max_bytes": len(data), "bpp": 8 * len(data) / (128 * 256), "displacement": 1}
    ((name, share),) = wish.items()
    made = refdec.transcode(data, **{name: type(sizes[name])(share * sizes[name])})  # type: ignore[arg-type]
    luma, chroma = headers_of(made).picture.beta_log
    assert len(made) < len(data)
    assert luma < 0
    assert chroma == max(-2000 + luma, -2048)


def test_a_coarser_quality_leaves_chroma_as_coarse_as_it_was() -> None:
    data = refdec.encode(photograph(128, 256)[..., 0], displacement=0, chroma="400")
    with warnings.catch_warnings(action="error"):
        made = refdec.transcode(data, quality=10)
    assert len(made) < len(data)
    assert headers_of(made).picture.beta_log[1] == headers_of(data).picture.beta_log[1]


def test_a_coarser_quality_is_that_of_the_scale_and_a_better_one_changes_nothing() -> None:
    made = headers_of(refdec.transcode(stream(), quality=10)).picture
    assert made.beta_log[0] < 0
    points = {quality: Core(load_weights(None)).operating_point(quality) for quality in range(1, 101)}
    better = next(quality for quality, point in points.items() if point.model_id == 1 and point.displacement >= 0)
    with pytest.warns(refdec.PictureWarning, match="no better quality"):
        assert refdec.transcode(stream(), quality=better) == stream()


def test_a_rate_that_is_low_enough_stays_and_finer_steps_are_said_to_help_nobody() -> None:
    assert refdec.transcode(stream(), max_bytes=len(stream())) == stream()
    with pytest.warns(refdec.PictureWarning, match="rate stays"):
        assert refdec.transcode(stream(), bpp=20.0) == stream()
    with pytest.warns(refdec.PictureWarning, match="finer"):
        assert len(refdec.transcode(stream(), displacement=300)) > len(stream())


def test_transcoding_loses_less_than_a_second_analysis() -> None:
    picture = photograph(256, 384)
    data = refdec.encode(picture, displacement=0, chroma_displacement=300)
    through = refdec.transcode(data, displacement=-300)
    again = refdec.encode(refdec.decode(data).array, displacement=-300, chroma_displacement=0)

    def error(made: bytes) -> float:
        return float(((refdec.decode(made).array.astype(int) - picture) ** 2).mean())

    assert error(through) < error(again)


def test_post_filters_stay_with_a_word_or_go() -> None:
    from dataclasses import replace

    from refdec.bitstream.headers import write_headers

    headers = headers_of(stream())
    filtered = replace(headers, tools=replace(headers.tools, lef_ch_idx=7))
    data = with_part(stream(), Marker.TON, write_headers(filtered)[Marker.TON])
    with pytest.warns(refdec.PictureWarning, match="post-filters"):
        assert headers_of(refdec.transcode(data, displacement=-300)).tools.lef_ch_idx == 7
    assert refdec.transcode(data, filters=False) == stream()


def test_bytes_after_the_end_are_left_behind_with_a_word() -> None:
    with pytest.warns(refdec.PictureWarning, match="5 bytes after the end"):
        assert refdec.transcode(stream() + b"extra", threads=2) == refdec.transcode(stream(), threads=2)


def test_a_stream_profile_that_the_draft_has_no_room_for_is_left_behind_with_a_word() -> None:
    from dataclasses import replace

    from refdec.bitstream.headers import write_headers

    headers = headers_of(stream())
    reserved = replace(headers, picture=replace(headers.picture, stream_profile_idc=2))
    (_, _), *others = [(part.marker, bytes(part.payload)) for part in read_codestream(stream()).substreams]
    data = write_codestream([(Marker.PIH, write_headers(reserved)[Marker.PIH]), *others])
    with pytest.warns(refdec.PictureWarning, match="stream_profile_idc 2 is left behind"):
        made = refdec.transcode(data, edition="draft")
    assert made == refdec.transcode(stream(), edition="draft")


def test_one_region_that_is_to_be_independent_is_a_word() -> None:
    with pytest.warns(refdec.PictureWarning, match="no other"):
        assert refdec.transcode(stream(), independent_regions=True) == stream()


@pytest.mark.parametrize("wish", [{"displacement": -200}, {"bpp": 0.3}])
def test_weights_may_be_an_open_file(wish: dict[str, float]) -> None:
    with (resources.files("refdec") / "data" / "bundled.pack").open("rb") as file:
        assert refdec.transcode(stream(), weights=file, **wish) == refdec.transcode(stream(), **wish)  # type: ignore[arg-type]


def test_what_a_search_has_coded_is_not_coded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def noted(targets: LatentTargets, rate: tuple[int, int], *, check: Check) -> tuple[Written, Headers]:
        asked.append(rate)
        return requantised(targets, rate, check=check)

    monkeypatch.setattr(transcode_run, "requantised", noted)
    refdec.transcode(stream(), bpp=0.3)
    assert len(asked) == len(set(asked)) > 2


def test_rates_out_of_reach_say_how_small_it_gets() -> None:
    with pytest.raises(RateNotInLatents) as caught:
        refdec.transcode(stream(), max_bytes=100)
    least = caught.value.least_bytes
    assert least > 100
    assert len(refdec.transcode(stream(), max_bytes=least)) == least
    with pytest.raises(RateNotInLatents, match=r"0\.001 bpp are out of reach") as caught:
        refdec.transcode(stream(), bpp=0.001)
    assert caught.value.least_bytes == least


def test_another_model_needs_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Core, "operating_point", lambda self, quality: OperatingPoint(2, 100, 100))
    with pytest.raises(OtherModel) as caught:
        refdec.transcode(stream(), quality=90)
    assert "refdec decode" in caught.value.explain()


def test_wishes_that_mean_nothing_are_refused() -> None:
    with pytest.raises(RateAmbiguous):
        refdec.transcode(stream(), bpp=1.0, quality=3)
    for wish in (
        {"bpp": 0.0},
        {"quality": 101},
        {"max_bytes": 0},
        {"displacement": 5000},
        {"threads": 3},
        {"threads": 0},
    ):
        with pytest.raises(RequestInvalid):
            refdec.transcode(stream(), **wish)
    for odd in ({"edition": ""}, {"quality": 7.5}, {"max_bytes": 300.5}, {"tolerance": 0.0}):
        with pytest.raises(RequestInvalid):
            refdec.transcode(stream(), **odd)
    with pytest.raises(SettingsRefused):
        refdec.transcode(stream(), regions=(5, 5))
    with pytest.raises(OptionsTwice):
        refdec.transcode(stream(), threads=2, options=TranscodeOptions(threads=2))
    with pytest.raises(OptionsExpected):
        refdec.transcode(stream(), options={"threads": 2})  # type: ignore[arg-type]


def test_damage_is_found_before_anything_is_made() -> None:
    with pytest.raises(CodestreamError):
        refdec.transcode(stream()[:-40], threads=2)
    broken = bytearray(stream())
    broken[-60] ^= 0xFF
    with pytest.raises(CodestreamError):
        refdec.transcode(bytes(broken), threads=2)


def test_progress_ends_at_one() -> None:
    shares: list[float] = []
    refdec.transcode(stream(), max_bytes=len(stream()) * 2 // 3, progress=shares.append)
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)


def test_a_lossless_layer_stays_where_the_wished_rate_has_room_for_it() -> None:
    exact = refdec.encode(photograph(64, 64), encoder="analysis", quality=40, lossless=True)
    with pytest.warns(UserWarning, match=r"no more than 100 bpp: its rate stays"):
        assert refdec.transcode(exact, bpp=100) == exact
    with pytest.warns(UserWarning, match="no better quality"):
        assert refdec.transcode(exact, quality=40) == exact
    assert refdec.transcode(exact, max_bytes=len(exact)) == exact
    with pytest.warns(UserWarning, match=r"left behind: its \d+ bytes do not go with that rate"):
        made = refdec.transcode(exact, max_bytes=len(exact) - 1)
    assert refdec.read_info(made).lossless_layer is None and np.array_equal(
        refdec.decode(made).array, refdec.decode(exact, lossy=True).array
    )
