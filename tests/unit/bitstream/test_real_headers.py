"""Headers of the published reference encoder (Example E of 1.11): read to their values, written again, shown."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import Codestream, read_codestream, write_codestream
from refdec.bitstream.headers import Headers, read_headers, write_headers
from refdec.bitstream.recognition import edition_of
from refdec.bitstream.rewriting import in_edition
from refdec.inspection.nodes import NodeKind
from refdec.inspection.summary import read_info
from refdec.inspection.tree import build_tree
from tests.real_headers import REAL

MASK = "120011 100100 010011 010000 122000 111211 222220 122111 222210 002022"
CHANNELS = (*range(29), 31, 33, 34, 35, 37, 41)


def read(name: str) -> tuple[Codestream, Headers]:
    codestream = read_codestream(REAL[name].data)
    return codestream, read_headers(codestream)


def require_common_values(headers: Headers) -> None:
    """What all streams of this picture have in common."""
    picture = headers.picture
    assert headers.edition is Edition.PUBLISHED and headers.warnings == ()
    assert picture.stream_profile_idc == 0
    assert (picture.img_width, picture.img_height) == (560, 888)
    assert (picture.display_width, picture.display_height) == (560, 888)
    assert (picture.bit_depth, picture.level_idc) == (8, 52)
    assert (picture.s_ver, picture.s_hor, picture.c_ver, picture.c_hor) == (1, 1, 1, 1)
    assert picture.colour_transform_idx == 1
    assert (picture.region_partitioning_flag, picture.num_regions) == (0, 1)
    assert (picture.num_threads_z, *picture.num_threads_r) == (1, 1, 1)
    assert picture.num_chs == (160, 96)
    assert picture.synthesis_tile_enable == (0, 0) and picture.use_cube_flags == (0, 0)
    assert picture.independent_beta_uv == 0 and picture.gain_3D_enable_flag == 0
    assert headers.rendering is not None and headers.user_data is None


def test_PIH_base() -> None:
    """List BOP, SOP; model 1; displacement +203 for both components; tools off."""
    _, headers = read("PIH_base")
    require_common_values(headers)
    picture = headers.picture
    assert (picture.decoder_profile_id, picture.synthesis_transforms) == (1, (1, 0))
    assert (picture.model_id, picture.beta_log) == (1, (203, 203))
    assert picture.beta_displacement_log_plus_2048[0] == 2251
    assert picture.rvs_enable_flag == (0, 0) and picture.grfs_enable_flag == (0, 0)
    assert headers.tools.lsbs_enable_flag == (0, 0) and headers.tools.lef_ch_idx is None


def test_PIH_high() -> None:
    """List HOP, BOP, SOP; model 2; displacement -500; RVS and GRFS on, with the channels of the text."""
    _, headers = read("PIH_high")
    require_common_values(headers)
    picture = headers.picture
    assert (picture.decoder_profile_id, picture.synthesis_transforms) == (2, (2, 1, 0))
    assert (picture.model_id, picture.beta_log) == (2, (-500, -500))
    assert picture.beta_displacement_log_plus_2048[0] == 1548
    assert picture.rvs_enable_flag == (1, 1) and picture.grfs_enable_flag == (1, 1)
    luma, chroma = picture.grfs_channel_flag
    assert luma is not None and tuple(np.flatnonzero(luma)) == CHANNELS and len(luma) == 160
    assert chroma is not None and tuple(np.flatnonzero(chroma)) == tuple(range(10)) and len(chroma) == 96


def test_TON() -> None:
    """Every element of the table of 1.11."""
    _, headers = read("TON")
    require_common_values(headers)
    tools = headers.tools
    assert tools.lsbs_enable_flag == (1, 1)
    linear, icci, nonlinear = tools.efe_linear, tools.icci, tools.efe_nonlinear
    assert linear is not None and icci is not None and nonlinear is not None
    assert linear.B1 == (11505, 13543)
    for number, (low, high, weights) in enumerate(
        ((0, 65535, ((32770, 32766), (32760, 32766))), (32760, 10, ((10, 6), (0, 6))))
    ):
        filters = linear.sets[number]
        assert (filters.best_cand_idx, filters.fL) == ((1, 1), (1, 1))
        assert (filters.minSymbol, filters.maxSymbol) == (low, high)
        for chroma, luma, expected in zip(filters.weightC, filters.weightY, weights, strict=True):
            assert chroma is not None and luma is not None
            assert (chroma.size, luma.size, (int(chroma.item()), int(luma.item()))) == (1, 1, expected)
    assert (icci.tile_size, len(icci.tiles)) == (0, 1)
    assert (icci.tiles[0].use, icci.tiles[0].use_shortList, icci.tiles[0].model_signalled_idx) == ((1, 1, 0), 1, (0, 0))
    assert (nonlinear.minSymbol, nonlinear.maxSymbol) == (0, 65535)
    assert (nonlinear.mask1, nonlinear.mask2, nonlinear.bS) == (1, 0, 96)
    mask, other = nonlinear.W5
    assert other is None and mask is not None and mask.shape == (10, 6)
    assert " ".join("".join(map(str, row)) for row in mask.tolist()) == MASK
    assert nonlinear.nonLinear_enabled == (0, 0)
    assert tools.lef_ch_idx == 3


@pytest.mark.parametrize("name", REAL)
def test_real_payloads_are_framed_as_1_11_says(name: str) -> None:
    assert REAL[name].data.hex() == "".join(REAL[name].framed)


@pytest.mark.parametrize("name", REAL)
def test_real_payloads_are_written_again_byte_for_byte(name: str) -> None:
    codestream, headers = read(name)
    written = write_headers(headers)
    assert [(part.marker, bytes(part.payload)) for part in codestream.substreams] == list(written.items())
    assert write_codestream(written.items()) == REAL[name].data
    there = in_edition(REAL[name].data, Edition.DRAFT)
    assert in_edition(there, Edition.PUBLISHED) == REAL[name].data


@pytest.mark.parametrize("name", REAL)
def test_real_payloads_are_published_headers(name: str) -> None:
    payload = bytes.fromhex(REAL[name].pih)
    assert edition_of(payload) is Edition.PUBLISHED


@pytest.mark.parametrize("name", REAL)
def test_real_payloads_lack_nothing_but_entropy_coded_substreams(name: str) -> None:
    tree = build_tree(REAL[name].data)
    assert [problem.code for problem in tree.problems] == ["RD0115", "RD0115", "RD0114"]
    assert tree.findings.warnings == ()
    for payload, bits in REAL[name].used_bits.items():
        node = next(node for _, node in tree.root.walk() if node.name == payload)
        assert sum(child.n_bits for child in node.children if child.kind is NodeKind.ELEMENT) == bits


@pytest.mark.parametrize("name", REAL)
def test_real_payloads_are_summarised(name: str) -> None:
    info = read_info(REAL[name].data)
    assert (info.edition, info.stream_profile_idc) == ("published", 0)
    assert (info.width, info.height, info.level_idc) == (560, 888, 52)
    assert info.profile == ("base" if name == "PIH_base" else "high")
