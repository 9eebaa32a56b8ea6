"""Latents that a task has changed take the decoder's own way to a picture: its own latents make its own picture."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

import refdec
from refdec.arithmetic.types import Int32Array
from refdec.bundles import LatentBundle
from refdec.bundles.errors import BundleFieldMismatch, StageNotReached
from refdec.decoding import cuts
from refdec.limits import Limits, TooMuchMemory
from refdec.plugins.core import Core
from refdec.plugins.core_errors import BundleNotOurs
from tests.encodable import bundled, photograph
from tests.sample_bundles import sample_bundle


def opened(data: bytes, core: Core | None = None) -> tuple[Core, LatentBundle, tuple[Int32Array, ...]]:
    """A core, a bundle that it has read, and copies of the latents."""
    made = core or Core(bundled())
    bundle = made.read(data, "latent")
    luma, chroma = bundle.luma.latent_q18, bundle.chroma.latent_q18
    assert luma is not None and chroma is not None
    return made, bundle, (luma.copy(), chroma.copy())


@pytest.mark.parametrize("chroma", ["444", "420"])
def test_the_own_latents_make_the_decoded_picture(chroma: str) -> None:
    data = refdec.encode(photograph(83, 141), displacement=-200, chroma=chroma, check=False)
    core, bundle, latents = opened(data)
    assert np.array_equal(core.codes_of_latents(bundle, *latents), refdec.decode(data, colour="RGB", bit_depth=8).array)


def test_parts_make_the_picture_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    core, bundle, latents = opened(refdec.encode(photograph(150, 210), displacement=-200, check=False))
    whole = core.codes_of_latents(bundle, *latents)
    monkeypatch.setattr(cuts, "UNIT_ROWS", 48)
    monkeypatch.setattr(cuts, "UNIT_COLUMNS", 64)
    assert np.array_equal(core.codes_of_latents(bundle, *latents), whole)


def test_other_latents_make_another_picture() -> None:
    core, bundle, (luma, chroma) = opened(refdec.encode(photograph(64, 80), displacement=-200, check=False))
    before = core.codes_of_latents(bundle, luma, chroma)
    luma[:, 0, 0] = 0
    after = core.codes_of_latents(bundle, luma, chroma)
    differs = np.argwhere((before != after).any(axis=2))
    assert len(differs) and differs.max() < 16 * 4, "a position reaches three others (6.6)"


def test_gray_stays_gray() -> None:
    gray = photograph(70, 96)[..., 0]
    for picture, shape in ((gray, (70, 96)), (np.stack([gray] * 3, axis=-1), (70, 96, 3))):
        data = refdec.encode(picture, displacement=-200, check=False)
        core, bundle, latents = opened(data)
        made = core.codes_of_latents(bundle, *latents)
        assert made.shape == shape
        assert np.array_equal(made if made.ndim == 2 else made[..., 2], refdec.decode(data, colour="gray").array)


def test_only_latents_of_the_right_size_and_of_this_core() -> None:
    core, bundle, (luma, chroma) = opened(refdec.encode(photograph(64, 80), displacement=-200, check=False))
    for wrong in (luma[:, :-1], luma[:96], luma.astype(np.int64)):
        with pytest.raises(BundleFieldMismatch, match=r"luma\.latent_q18"):
            core.codes_of_latents(bundle, cast(Int32Array, wrong), chroma)
    with pytest.raises(BundleFieldMismatch, match=r"chroma\.latent_q18"):
        core.codes_of_latents(bundle, luma, luma)
    with pytest.raises(BundleNotOurs):
        core.codes_of_latents(sample_bundle(), luma, chroma)
    with pytest.raises(BundleNotOurs):
        Core(bundled()).codes_of_latents(bundle, luma, chroma)


def test_memory_is_asked_for_before_it_is_taken() -> None:
    data = refdec.encode(photograph(64, 80), displacement=-200, check=False)
    core, bundle, latents = opened(data, Core(bundled(), limits=Limits(memory_bytes=None)))
    small = Core(bundled(), limits=Limits(memory_bytes=1 << 20))
    small._remember(bundle, core._known[id(bundle)].headers)
    with pytest.raises(TooMuchMemory):
        small.codes_of_latents(bundle, *latents)


@pytest.mark.parametrize("chroma", ["444", "420"])
def test_the_decoded_picture_has_its_filters(chroma: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = refdec.encode(photograph(90, 150), displacement=-600, chroma=chroma, tools="efe,lef", check=False)
    decoded = refdec.decode(data, colour="RGB", bit_depth=8).array
    core, bundle, latents = opened(data)
    assert np.array_equal(core.decoded_codes(bundle), decoded)
    assert not np.array_equal(core.codes_of_latents(bundle, *latents), decoded), "there are filters"
    monkeypatch.setattr(cuts, "UNIT_ROWS", 48)
    monkeypatch.setattr(cuts, "UNIT_COLUMNS", 64)
    assert np.array_equal(core.decoded_codes(bundle), decoded)
    with pytest.raises(StageNotReached):
        core.decoded_codes(core.read(data, "symbols"))
