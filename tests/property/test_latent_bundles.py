"""Latent bundles of any size, format and stage survive being saved and loaded."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.bundles import BundleHeaders, LatentBundle, Stage
from tests.sample_bundles import sample_bundle, sample_headers


@st.composite
def legal_headers(draw: st.DrawFn) -> BundleHeaders:
    width, height = draw(st.integers(64, 200)), draw(st.integers(64, 200))
    changes: dict[str, Any] = {
        "display_width": draw(st.integers(1, width)),
        "display_height": draw(st.integers(1, height)),
        "subsampling": draw(st.sampled_from([(1, 1), (1, 2), (2, 2)])),
        "displacement": draw(st.tuples(st.integers(-2048, 2047), st.integers(-2048, 2047))),
        "tools": tuple(draw(st.lists(st.text(max_size=5), max_size=3))),
        "weights_fingerprint": draw(st.text(max_size=8)),
        "edition": draw(st.sampled_from(["published", "draft"])),
    }
    return sample_headers(width, height, **changes)


@settings(max_examples=30, deadline=None)
@given(legal_headers(), st.sampled_from([stage.value for stage in Stage]), st.booleans())
def test_a_bundle_survives_the_round_trip(headers: BundleHeaders, stage: str, compress: bool) -> None:
    bundle = sample_bundle(stage, headers=headers)
    file = io.BytesIO()
    bundle.save(file, compress=compress)
    assert LatentBundle.load(file.getvalue()).equals(bundle)
    file.seek(0)
    assert LatentBundle.load(file).equals(bundle)
