"""TON and RDI as values (1.5.2, 1.5.3, 1.6.7): what a decoder finds in them, on conformance streams."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from refdec.bitstream import syntax
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Headers, read_headers
from refdec.bitstream.rendering import Cicp, ContentLight, DynamicMetadata, MasteringDisplay, RenderingInfo
from refdec.bitstream.tools import ToolsHeader
from tests.unit.bitstream.support import icci, linear, nonlinear


def headers(vectors: Path, name: str) -> Headers:
    return read_headers(read_codestream((vectors / f"{name}.jai").read_bytes()))


def test_all_tools_of_a_stream(vectors: Path) -> None:
    """bop_tools_on, 192 x 176, 4:4:4: values of its syntax.json."""
    tools = headers(vectors, "bop_tools_on").tools
    assert tools.lsbs_enable_flag == (1, 1)
    assert tools.efe_linear is not None
    assert tools.efe_linear.B1 == (12586, 12803)
    alternative, main = tools.efe_linear.sets
    assert (alternative.best_cand_idx, alternative.fL, alternative.minSymbol, alternative.maxSymbol) == (
        (1, 1),
        (1, 1),
        0,
        65535,
    )
    assert (main.minSymbol, main.maxSymbol) == (30701, 2204)
    chroma, luma = main.weightC[1], main.weightY[1]
    assert chroma is not None and chroma.shape == (1, 1, 1, 1) and chroma[0, 0, 0, 0] == 0
    assert luma is not None and luma.shape == (1, 1, 1) and luma[0, 0, 0] == 2204
    assert tools.icci is not None and tools.icci.tile_size == 0
    (tile,) = tools.icci.tiles
    assert (tile.use, tile.use_shortList, tile.model_signalled_idx) == ((1, 1, 0), 1, (1, 1))
    curve = tools.efe_nonlinear
    assert curve is not None and (curve.mask1, curve.mask2, curve.bS) == (1, 0, 112)
    mask = curve.W5[0]
    assert mask is not None and mask.tolist() == [[2, 1], [2, 0]] and curve.W5[1] is None


def test_subsampled_filters_have_four_planes(vectors: Path) -> None:
    """1.6.7: NumPlanes is 4 where coded and output chroma differ (bop_c420: 4:4:4 coded as 4:2:0)."""
    tool = headers(vectors, "bop_c420_EFElinear").tools.efe_linear
    assert tool is not None
    shapes = [row.shape for part in tool.sets for row in part.weightC if row is not None]
    assert shapes and all(shape[1] == 4 for shape in shapes)


def test_arrays_of_headers_are_read_only(vectors: Path) -> None:
    tools = headers(vectors, "bop_tools_on").tools
    assert tools.efe_nonlinear is not None and tools.efe_linear is not None
    for array in (tools.efe_nonlinear.W5[0], tools.efe_nonlinear.minLuma, tools.efe_linear.sets[0].weightY[0]):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_tools_are_compared_by_value() -> None:
    one = ToolsHeader((1, 0), linear(), icci(0, 0, 1), nonlinear(mask=(3, 3)), 5)
    assert one == ToolsHeader((1, 0), linear(), icci(0, 0, 1), nonlinear(mask=(3, 3)), 5)
    assert one != replace(one, lef_ch_idx=6)
    assert one != replace(one, efe_linear=linear(alternative=False))
    assert one != replace(one, efe_nonlinear=nonlinear(mask=(3, 2)))
    curve = nonlinear()
    assert curve != replace(curve, minLuma=curve.minLuma + 1)
    assert curve != "no header"


def test_rendering_info_of_a_stream(vectors: Path) -> None:
    found = headers(vectors, "bop_rdi").rendering
    assert found is not None and found.cicp is not None and found.mdcv is not None
    assert found.clli is not None and found.dynamic is not None
    assert len(found.dynamic.data) <= 4


@pytest.mark.parametrize(
    ("info", "size"),
    [
        (RenderingInfo(), 1),
        (RenderingInfo(cicp=Cicp(1, 13, 0, 1, 2)), 5),
        (RenderingInfo(mdcv=MasteringDisplay((1, 2, 3), (4, 5, 6), 7, 8, 2**32 - 1, 1)), 25),
        (RenderingInfo(clli=ContentLight(1000, 100)), 5),
        (RenderingInfo(dynamic=DynamicMetadata(9, b"abcde")), 9),
        (RenderingInfo(dynamic=DynamicMetadata(9, b"")), 4),
    ],
)
def test_length_of_rendering_information(info: RenderingInfo, size: int) -> None:
    """1.5.3: 1 + 4 * cicp + 24 * mdcv + 4 * clli + (3 + dm_size) * dm bytes."""
    assert len(syntax.write("RDI", info.to_elements())) == size


def test_user_data_are_kept(vectors: Path) -> None:
    data = headers(vectors, "bop_udi").user_data
    assert data is not None and len(data) == 59


def test_grid_of_a_mask_is_rows_by_columns(vectors: Path) -> None:
    """bop_c420_tools_on_target: both masks cover the chroma planes in blocks of bS."""
    found = headers(vectors, "bop_c420_tools_on_target")
    curve = found.tools.efe_nonlinear
    assert curve is not None
    rows, columns = (-(-n // curve.bS) for n in found.picture.chroma_size)
    assert [None if mask is None else mask.shape for mask in curve.W5] == [(rows, columns)] * 2
    assert all(mask is not None and np.isin(mask, (0, 1, 2)).all() for mask in curve.W5)
