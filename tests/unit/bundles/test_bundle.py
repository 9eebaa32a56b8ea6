"""The latent bundle: what a stage holds, frozen and checked."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest

from refdec.bundles import ComponentLatents, LatentBundle, Stage
from refdec.bundles.bundle import FIELDS, fields_of, shape_of
from refdec.bundles.errors import BundleFieldMismatch, BundleFieldMissing, StageNotReached
from tests.sample_bundles import sample_bundle, sample_headers

STAGES = [stage.value for stage in Stage]


def test_the_field_list_and_the_class_agree() -> None:
    assert [spec.name for spec in FIELDS] == [field.name for field in fields(ComponentLatents)]


def test_each_stage_contains_the_ones_before() -> None:
    names = [{spec.name for spec in fields_of(stage)} for stage in Stage]
    assert names[0] == set()
    assert names[1] == {"z", "scale_index", "coded", "symbols"}
    assert names[2] == names[3] == names[1] | {"mean_q18", "residual_q18", "latent_q18"}


def test_shapes_have_a_position_per_16_or_64_samples() -> None:
    headers = sample_headers(149, 111)
    shapes = {spec.name: shape_of(headers, 0, spec) for spec in FIELDS}
    assert shapes["z"] == (160, 2, 3)
    assert shapes["symbols"] == shapes["latent_q18"] == (160, 7, 10)
    assert shape_of(headers, 1, FIELDS[0]) == (96, 2, 3)


@pytest.mark.parametrize("stage", STAGES)
def test_every_array_is_read_only_and_contiguous(stage: str) -> None:
    arrays = sample_bundle(stage).arrays()
    assert len(arrays) == {"headers": 0, "symbols": 8, "latent": 14, "picture": 17}[stage]
    for name, array in arrays.items():
        assert array.flags.c_contiguous, name
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_the_bundle_itself_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        sample_bundle().stage = Stage.HEADERS  # type: ignore[misc]


def test_arrays_of_other_layout_become_contiguous() -> None:
    bundle = sample_bundle("symbols")
    turned = np.asfortranarray(bundle.luma.symbols)
    again = replace(bundle, luma=replace(bundle.luma, symbols=turned))
    assert again.luma.symbols is not None and again.luma.symbols.flags.c_contiguous
    assert again.equals(bundle)


def test_require_lets_later_stages_pass() -> None:
    bundle = sample_bundle("latent")
    assert bundle.require("symbols") is bundle
    with pytest.raises(StageNotReached, match="'picture'"):
        bundle.require("picture")


@pytest.mark.parametrize("stage", STAGES)
def test_a_bundle_can_be_cut_down(stage: str) -> None:
    whole = sample_bundle("picture", seed=4)
    cut = whole.at(stage)
    assert cut.stage.value == stage
    assert cut.equals(sample_bundle(stage, seed=4))
    assert all(np.shares_memory(array, whole.arrays()[name]) for name, array in cut.arrays().items())


def test_a_bundle_cannot_be_cut_up() -> None:
    with pytest.raises(StageNotReached):
        sample_bundle("symbols").at("latent")


def test_equality_looks_at_headers_stage_and_values() -> None:
    bundle = sample_bundle(seed=1)
    assert bundle.equals(sample_bundle(seed=1))
    assert not bundle.equals(sample_bundle(seed=2))
    assert not bundle.equals(bundle.at("symbols"))
    assert not bundle.equals(replace(bundle, headers=sample_headers(model_id=2)))


@pytest.mark.parametrize("name", ["z", "scale_index", "coded", "symbols"])
def test_a_missing_array_is_named(name: str) -> None:
    bundle = sample_bundle("symbols")
    with pytest.raises(BundleFieldMissing, match=f"chroma.{name}"):
        replace(bundle, chroma=replace(bundle.chroma, **{name: None}))


def test_planes_belong_to_the_picture_stage() -> None:
    bundle = sample_bundle("picture")
    with pytest.raises(BundleFieldMissing, match="planes_q18"):
        replace(bundle, planes_q18=None)
    with pytest.raises(BundleFieldMismatch, match="planes_q18"):
        replace(bundle.at("latent"), planes_q18=bundle.planes_q18)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda a: a.astype(np.int32),
        lambda a: a[:, :-1],
        lambda a: a[:96],
        lambda a: a.tolist(),
    ],
)
def test_a_wrong_array_is_refused(wrong: Any) -> None:
    bundle = sample_bundle("symbols")
    with pytest.raises(BundleFieldMismatch, match=r"luma\.symbols"):
        replace(bundle, luma=replace(bundle.luma, symbols=wrong(bundle.luma.symbols)))


def test_an_array_of_a_later_stage_is_refused() -> None:
    bundle = sample_bundle("latent")
    with pytest.raises(BundleFieldMismatch, match="nothing at stage"):
        LatentBundle(bundle.headers, Stage.SYMBOLS, bundle.luma, bundle.chroma)
