"""PIH as a value: derived variables (1.6) and the builder of writers (1.9)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.bitstream.bits import BitReader
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import build_headers, read_headers, write_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.syntax import read, write
from refdec.limits import Limits, TooLarge
from tests.headers import picture_header
from tests.unit.bitstream.support import stream, stream_of

EXAMPLE_B = (
    "ff80ff820f80222101607c205c10c72c0c7a7000546afb500a01302c00fb800007b9d008ff8360c494ff8c20deadbeff843080010d00a0ff81"
)


def test_example_b_variables() -> None:
    """Example B: sizes, cube grid, cube flags 84 and 251 zero, region steps, threads, betas, tiles."""
    headers = read_headers(read_codestream(bytes.fromhex(EXAMPLE_B)), cross_checks=False)
    picture = headers.picture
    assert (picture.img_width, picture.img_height) == (2050, 1537)
    assert (picture.display_width, picture.display_height) == (2047, 1530)
    assert (picture.lat_h, picture.lat_w, picture.z_h, picture.z_w) == (97, 129, 25, 33)
    assert (picture.cube_h, picture.cube_w) == (7, 9)
    luma, chroma = picture.cube_flags
    assert luma is None and chroma is not None and chroma.shape == (4, 7, 9)
    assert np.flatnonzero(chroma.reshape(-1) == 0).tolist() == [84, 251]
    assert chroma[1, 2, 3] == 0
    groups = picture.cube_group_flag[1]
    assert groups is not None and len(groups) == 32 and [g for g, flag in enumerate(groups) if flag] == [10, 31]
    assert picture.region_steps == (16 * 104, 16 * 64)
    assert (picture.num_ver, picture.num_hor, picture.num_regions) == (1, 2, 2)
    assert picture.beta_log == (-1069, 702)
    assert (picture.num_threads_z, picture.num_threads_r, picture.num_threads_q) == (8, (8, 8), 1)
    assert picture.num_chs_coded == (160, 5)
    assert np.flatnonzero(picture.grfs_flags[1]).tolist() == [0, 3, 4]
    assert picture.grfs_flags[1].shape == (96,) and not picture.grfs_flags[0].any()
    assert (picture.tile_size, picture.tile_overlap) == ((1024, 1024), (64, 64))
    assert (picture.bit_depth, picture.s_ver, picture.s_hor, picture.c_ver, picture.c_hor) == (10, 1, 2, 2, 2)
    assert picture.chroma_size == (1530, 1024)
    assert picture.synthesis_transforms == (2, 1, 0)
    assert headers.tools.lsbs_enable_flag == (1, 1) and headers.tools.lef_ch_idx == 37
    assert headers.user_data == bytes.fromhex("deadbe")
    assert headers.rendering is not None and headers.rendering.cicp is not None
    assert headers.rendering.cicp.transfer_characteristics == 13
    assert headers.rendering.cicp.chroma420_sample_loc_type == 2


def test_channels_above_the_component_are_clamped() -> None:
    picture = picture_header(64, 64, num_chs=(255, 97))
    assert picture.num_chs_coded == (160, 96)
    assert picture.num_chs == (255, 97)


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16])
def test_thread_counts(threads: int) -> None:
    picture = picture_header(
        64, 64, threads_z=threads, threads_r=(threads, 1), threads_q=threads, quality_map_entropy_index=7
    )
    assert (picture.num_threads_z, picture.num_threads_r) == (threads, (threads, 1))
    assert picture.num_threads_q == threads
    assert picture.multi_threading_z == int(threads > 1)


def test_small_pictures_are_padded_to_64() -> None:
    picture = picture_header(1, 50)
    assert (picture.img_width, picture.img_height) == (64, 64)
    assert (picture.display_width, picture.display_height) == (1, 50)


def test_absent_chroma_elements_are_inferred() -> None:
    """1.5.1: c_ver is 2 where s_ver is 2."""
    picture = picture_header(64, 64, output_format=(2, 2))
    assert (picture.c_ver_minus1, picture.c_hor_minus1) == (1, 1)
    picture = picture_header(64, 64, coded_format=(1, 2))
    assert (picture.s_ver, picture.s_hor, picture.c_ver, picture.c_hor) == (1, 1, 1, 2)


def test_flags_of_a_writer_follow_the_values() -> None:
    """1.6.3, 1.6.5: no flag for what is the default."""
    cubes = np.ones((4, 2, 2), np.uint8)
    plain = picture_header(512, 512, beta_log=(5, 5), cube_flags=(cubes, None), grfs_flags=([0] * 160, None))
    assert (plain.independent_beta_uv, plain.use_cube_flags, plain.grfs_enable_flag) == (0, (0, 0), (0, 0))
    cubes = cubes.copy()
    cubes[3, 0, 1] = 0
    coded = picture_header(512, 512, beta_log=(5, 6), cube_flags=(None, cubes), grfs_flags=(None, [0] * 95 + [1]))
    assert (coded.independent_beta_uv, coded.use_cube_flags, coded.grfs_enable_flag) == (1, (0, 1), (0, 1))
    assert coded.cube_group_flag == (None, (0, 1))
    assert coded.beta_log == (5, 6)


def test_choices_that_no_element_can_express() -> None:
    for wrong in ({"threads_z": 3}, {"bit_depth": 9}, {"tile_size": 100}, {"threads_r": 32}):
        with pytest.raises(ValueError, match=r"threads|multiple"):
            picture_header(64, 64, **wrong)


def test_profile_is_the_smallest_for_the_preferred_transform() -> None:
    assert [picture_header(64, 64, synthesis_transforms=t).decoder_profile_id for t in ((0,), (1, 0), (2, 1, 0))] == [
        0,
        1,
        2,
    ]


def test_overlaps_count_only_between_dependent_regions() -> None:
    assert picture_header(600, 600).hd_overlap == 0
    assert picture_header(600, 600, regions=(2, 2)).mcm_overlap == 8
    independent = picture_header(600, 600, regions=(2, 2), independent_regions=True)
    assert (independent.hd_overlap, independent.mcm_overlap, independent.independent_regions) == (0, 0, True)


def test_redundant_group_flags_are_kept() -> None:
    """1.6.5: a reader accepts a group flag of 1 with all flags 1, and a writer reproduces it (1.9)."""
    picture = replace(
        picture_header(128, 128), use_cube_flags=(1, 0), cube_group_flag=((1,), None), cube_flag=((1, 1, 1, 1), None)
    )
    data = stream_of(build_headers(picture))
    headers = read_headers(read_codestream(data))
    assert headers.picture == picture
    flags = headers.picture.cube_flags[0]
    assert flags is not None and flags.all()
    assert stream_of(headers) == data


def test_absent_ton_and_rdi_mean_all_off() -> None:
    """1.3: absent headers are inferred, and stay absent when written again."""
    headers = build_headers(picture_header(64, 64))
    order = tuple(m for m in headers.substream_order if m not in (Marker.TON, Marker.RDI))
    data = stream_of(replace(headers, substream_order=order))
    found = read_headers(read_codestream(data))
    assert found.tools == headers.tools and found.rendering is None
    assert set(write_headers(found)) == {Marker.PIH}
    assert stream_of(found) == data


def test_all_zero_ton_and_rdi_are_one_byte_each() -> None:
    parts = write_headers(build_headers(picture_header(64, 64)))
    assert (parts[Marker.TON], parts[Marker.RDI]) == (b"\x00", b"\x00")


def test_order_of_a_writer() -> None:
    """1.3: PIH, TON, UDI, RDI, SORP, SORS, SOZ, SOQ."""
    picture = picture_header(300, 280, regions=(2, 2), independent_regions=True, quality_map_entropy_index=0)
    codestream = read_codestream(stream_of(build_headers(picture, user_data=b"")))
    names = [marker.name for marker in codestream.order]
    assert names == ["PIH", "TON", "UDI", "RDI", *["SORP"] * 4, *["SORS"] * 4, "SOZ", "SOQ"]


def test_headers_of_the_largest_picture() -> None:
    """65599 x 65599 has 262656 cubes a component; they are refused only by the limit on pixels."""
    flags = np.ones((4, 257, 257), np.uint8)
    flags[2, 100] = 0
    picture = picture_header(65599, 65599, cube_flags=(flags, flags))
    payload = write("PIH", picture.to_elements())
    assert type(picture).from_elements(read("PIH", BitReader(payload))) == picture
    assert picture.num_regions == 1


def test_pictures_above_the_limit_are_refused() -> None:
    codestream = read_codestream(stream(width=1000, height=1000))
    read_headers(codestream, limits=Limits(pixels=1_000_000))
    with pytest.raises(TooLarge):
        read_headers(codestream, limits=Limits(pixels=999_999))
