"""The picture stages of a whole conformance stream, from its real headers: 6.8, `06_stream_bop_tools_on.npz`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.arithmetic.types import IntArray
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.observation import Collector
from refdec.picture.colour import to_output
from refdec.picture.filters.chain import apply_filters
from refdec.picture.filters.eicci_network import EicciNetwork
from refdec.picture.output import codes
from refdec.picture.planes import Planes
from refdec.weights.seeded import seeded_pack


@pytest.mark.shared
def test_example_6_8_stream_with_all_tools(examples: Path, vectors: Path, shared: Path) -> None:
    stored = np.load(examples / "06_stream_bop_tools_on.npz")
    indices = np.load(shared / "vectors" / "bop_tools_on" / "tensors.npz")["Y.scale_log"]
    headers = read_headers(read_codestream((vectors / "bop_tools_on.jai").read_bytes()))
    seen: dict[str, IntArray] = {}
    filtered = apply_filters(
        Planes(*(stored[f"pre_filters.{plane}"] for plane in "YUV")),
        headers.picture,
        headers.tools,
        transform=headers.picture.synthesis_transform_id[0],
        load_icci=lambda kind: EicciNetwork.of(seeded_pack(1).checkpoint(kind, 0)),
        scale_index=lambda channel, at: indices.reshape(-1, *indices.shape[-2:])[channel, at.rows, at.columns].astype(
            np.int32
        ),
        watch=Collector(seen.__setitem__),
    )
    for i, plane in enumerate(to_output(filtered, headers.picture)):
        seen[f"final.{i}"], seen[f"codes.{i}"] = plane, codes(plane, headers.picture.bit_depth)
    before = ("residual", "latent", "pre_filters")
    assert set(seen) == {name for name in stored.files if not name.startswith(before)}
    for name, array in seen.items():
        assert np.array_equal(array, stored[name]), name
