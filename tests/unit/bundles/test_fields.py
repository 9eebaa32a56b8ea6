"""Header fields of a bundle: plain values, checked, and taken from real codestreams."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.bundles import BundleHeaders, headers_of
from refdec.bundles.errors import BundleHeaderInvalid
from tests.sample_bundles import sample_headers


def headers_from(path: Path) -> BundleHeaders:
    codestream = read_codestream(path.read_bytes())
    return headers_of(read_headers(codestream), codestream, weights_fingerprint="aa", stream_fingerprint="bb")


def test_sizes_follow_from_the_coded_size() -> None:
    headers = sample_headers(149, 111)
    assert headers.latent_size == (7, 10)
    assert headers.hyper_size == (2, 3)
    assert headers.pixels == 149 * 111


def test_planes_have_the_shown_size_in_the_output_format() -> None:
    headers = sample_headers(149, 111, display_width=147, display_height=110, subsampling=(1, 2))
    assert headers.plane_sizes == ((110, 147), (110, 74), (110, 74))


def test_json_there_and_back() -> None:
    headers = sample_headers()
    assert BundleHeaders.from_json(json.loads(json.dumps(headers.to_json()))) == headers


def test_fields_of_a_newer_minor_version_are_left_out() -> None:
    values = sample_headers().to_json() | {"moon_phase": 3}
    assert BundleHeaders.from_json(values) == sample_headers()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width", 63),
        ("height", 65600),
        ("width", "64"),
        ("width", True),
        ("display_width", 150),
        ("subsampling", (1, 3)),
        ("subsampling", (1, 1, 1)),
        ("displacement", 3),
        ("synthesis", ("SOP", 1)),
        ("synthesis", "SOP"),
        ("independent_regions", 1),
        ("weights_fingerprint", None),
        ("substream_bytes", (("SOZ", "many"),)),
        ("substream_bytes", ("SOZ",)),
        ("num_chs", (161, 96)),
        ("regions", (0, 1)),
    ],
)
def test_wrong_values_are_refused(field: str, value: Any) -> None:
    with pytest.raises(BundleHeaderInvalid, match=field):
        replace(sample_headers(), **{field: value})


def test_a_missing_field_is_named() -> None:
    values = sample_headers().to_json()
    del values["model_id"]
    with pytest.raises(BundleHeaderInvalid, match="model_id"):
        BundleHeaders.from_json(values)


def test_the_headers_of_a_codestream(vectors: Path) -> None:
    headers = headers_from(vectors / "bop_off_odd149x111.jai")
    assert (headers.width, headers.height) == (149, 111)
    assert headers.synthesis == ("BOP", "SOP")
    assert headers.num_chs == (160, 96)
    assert headers.tools == ("cube_flags.luma",)
    assert (headers.weights_fingerprint, headers.stream_fingerprint) == ("aa", "bb")
    assert headers.substream_bytes[0][0] == "PIH"
    assert headers.codestream_bytes == (vectors / "bop_off_odd149x111.jai").stat().st_size
    assert sum(size for _, size in headers.substream_bytes) < headers.codestream_bytes


def test_tools_and_regions_of_codestreams(vectors: Path) -> None:
    assert {"grfs.luma", "rvs.luma"} <= set(headers_from(vectors / "bop_rvs_cwg.jai").tools)
    assert {"lsbs.luma"} <= set(headers_from(vectors / "bop_lsbs.jai").tools)
    assert "quality_map" in headers_from(vectors / "bop_qmap_roi.jai").tools
    assert {"efe_linear", "lef"} <= set(headers_from(vectors / "bop_tools_on.jai").tools)
    headers = headers_from(vectors / "bop_indreg_2x1_600x400.jai")
    assert headers.independent_regions
    assert headers.regions in {(2, 1), (1, 2)}


def test_every_vector_has_valid_headers(vectors: Path) -> None:
    paths = sorted(vectors.glob("*.jai"))
    assert len(paths) == 111
    for path in paths:
        headers = headers_from(path)
        assert (headers.edition, headers.stream_profile_idc) == ("published", 0)
        assert headers.synthesis[0].lower() == path.stem.partition("_")[0]


def test_headers_keep_their_edition(vectors: Path) -> None:
    """1.12: a bundle says which text its codestream follows; older bundles, which do not, hold published ones."""
    draft = headers_from(vectors.parent / "draft" / "bop_off_m0.jai")
    published = headers_from(vectors / "bop_off_m0.jai")
    assert (draft.edition, draft.stream_profile_idc) == ("draft", 0)
    assert replace(draft, edition="published") == replace(
        published, substream_bytes=draft.substream_bytes, codestream_bytes=draft.codestream_bytes
    )
    assert BundleHeaders.from_json(json.loads(json.dumps(draft.to_json()))) == draft
