"""The core as guests see it: what it reads, codes and prices, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdec
from refdec.api.errors import WeightsDiffer
from refdec.api.weights import require_weights
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.bundles import Stage
from refdec.decoding.models import Models
from refdec.encoding import room
from refdec.encoding.content import Written
from refdec.encoding.encoder import Coded, written
from refdec.errors import CodestreamError
from refdec.limits import Check, Limits, TooMuchMemory
from refdec.plugins import core as core_module
from refdec.plugins.api import CodingSettings, OperatingPoint, SourcePicture
from refdec.plugins.core import Core
from refdec.plugins.core_errors import BundleNotOurs, NoModel, NotWhatWasCoded
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.encodable import GOLDEN, bundled, bundled_model, photograph

PICTURE = photograph(160, 224)
STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"


def test_the_core_offers_what_it_codes_and_what_it_costs() -> None:
    core = Core(bundled_model(1))
    picture, settings = SourcePicture.from_rgb(PICTURE), CodingSettings()
    assert [info.model_id for info in core.models] == [1]
    assert core.models[0].analysis and core.models[0].synthesis == ("SOP", "BOP")
    targets = core.analyse(picture, 1, settings)
    coded = core.quantise(picture, targets, OperatingPoint(1, 0), settings)
    data = core.write(coded)
    assert coded.bits == 8 * len(data)
    assert core.read(data, "latent").equals(coded.bundle)
    bits = sum(int(part.sum(dtype=np.int64)) >> 16 for part in core.symbol_bits_q16(coded.bundle))
    bits += sum(int(part.sum(dtype=np.int64)) >> 16 for part in core.hyper_bits_q16(coded.bundle))
    assert abs(bits - coded.bits) < 0.02 * coded.bits + 8 * 120
    made = core.synthesise(coded.bundle)
    assert made.planes_q18 is not None and made.stage is Stage.PICTURE
    assert core.read(data, "picture").equals(made)
    zeros = [np.zeros_like(part.symbols) for part in coded.bundle.components]
    assert core.with_symbols(coded, zeros[0], zeros[1]).bits < coded.bits


def test_the_core_refuses_what_it_does_not_know() -> None:
    core = Core(bundled())
    foreign = refdec.read_latents(GOLDEN / "kodim15_m1_+0_65x79.jai")
    with pytest.raises(BundleNotOurs):
        core.synthesise(foreign)
    with pytest.raises(NoModel):
        Core(WeightPack.of([])).analyse(SourcePicture.from_rgb(PICTURE), 1, CodingSettings())


def test_latents_of_another_core_cannot_be_written_or_changed() -> None:
    core = Core(bundled())
    picture, settings = SourcePicture.from_rgb(PICTURE[:64, :64]), CodingSettings()
    coded = core.quantise(picture, core.analyse(picture, 1, settings), OperatingPoint(1, 0), settings)
    foreign = replace(coded, state="something else")
    luma, chroma = (np.asarray(part.symbols) for part in coded.bundle.components)
    for use in (
        lambda: core.write(foreign),
        lambda: core.with_symbols(foreign, luma, chroma),
        lambda: core.symbol_steps_q18(foreign),
        lambda: core.require_memory(foreign, 0),
        lambda: core.coded_planes(foreign, slice(0, 64), slice(0, 64)),
    ):
        with pytest.raises(BundleNotOurs):
            use()


@pytest.mark.parametrize("settings", [CodingSettings(), CodingSettings(rvs=True, grfs=True)])
def test_residuals_are_symbols_times_their_steps(settings: CodingSettings) -> None:
    core, picture = Core(bundled()), SourcePicture.from_rgb(PICTURE)
    coded = core.quantise(picture, core.analyse(picture, 1, settings), OperatingPoint(1, -50, 90), settings)
    for part, steps in zip(coded.bundle.components, core.symbol_steps_q18(coded), strict=True):
        assert part.symbols is not None and part.residual_q18 is not None
        away = np.abs(part.symbols.astype(np.int64) * steps - part.residual_q18)
        assert away.max() <= np.abs(part.symbols.astype(np.int64)).max()


def test_guests_see_the_planes_that_are_coded_and_the_weights() -> None:
    core, picture = Core(bundled()), SourcePicture.from_rgb(PICTURE)
    settings = CodingSettings(coded_subsampling=(2, 2))
    coded = core.quantise(picture, core.analyse(picture, 1, settings), OperatingPoint(1, 0), settings)
    y, u, v = core.coded_planes(coded, slice(32, 96), slice(16, 80))
    assert y.shape == (64, 64) and u.shape == v.shape == (32, 32)
    luma = PICTURE[32:96, 16:80].astype(float) @ (0.2126, 0.7152, 0.0722)
    assert np.abs(y * 2.0**-18 - luma).max() < 0.01
    assert "conv3" in core.checkpoint("VM_bop/decoder_Y", 1).layers


def test_a_chooser_sees_every_position_once_and_is_obeyed() -> None:
    core, seen = Core(bundled()), []

    def nothing(choice):  # type: ignore[no-untyped-def]
        seen.append((choice.component, choice.phase, choice.exact_q16.size))
        nearest = (choice.exact_q16 + (1 << 15)) >> 16
        close = np.abs(nearest - choice.nearest) <= 1
        assert close[choice.coded].all()
        return np.zeros_like(choice.nearest)

    picture, settings = SourcePicture.from_rgb(PICTURE), CodingSettings()
    targets = replace(core.analyse(picture, 1, settings), choose=nothing)
    coded = core.quantise(picture, targets, OperatingPoint(1, 0), settings)
    assert not coded.bundle.luma.symbols.any() and not coded.bundle.chroma.symbols.any()  # type: ignore[union-attr]
    assert [(component, phase) for component, phase, _ in seen] == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]
    assert sum(size for *_, size in seen) == (160 + 96) * 10 * 14


@pytest.mark.parametrize("stage", [Stage.HEADERS, Stage.SYMBOLS])
def test_weights_are_checked_before_anything_is_decoded(stage: Stage) -> None:
    data, other = refdec.encode(PICTURE[:64, :64]), Core(seeded_pack(2), limits=Limits(memory_bytes=1))
    with pytest.raises(WeightsDiffer):
        other.read(data, stage, check_weights=require_weights)
    own = Core(bundled())
    assert own.read(data, stage, check_weights=require_weights).equals(own.read(data, stage))


def test_limits_hold_for_all_that_decodes() -> None:
    data, core = STREAM.read_bytes(), Core(bundled(), limits=Limits(memory_bytes=1 << 20))
    assert core.read(data, "headers").stage is Stage.HEADERS
    for use in (lambda: core.read(data, "symbols"), lambda: core.decode(data)):
        with pytest.raises(TooMuchMemory):
            use()


def test_a_decode_takes_the_first_listed_synthesis_that_the_weights_have() -> None:
    data = refdec.encode(PICTURE[:64, :64], displacement=0, synthesis=("HOP", "BOP"), profile="high")
    assert np.array_equal(Core(bundled()).decode(data).array, refdec.decode(data, synthesis="bop").array)
    assert Core(bundled()).decoded_size(data) == (64, 64)


def test_what_the_core_wrote_is_checked_by_its_symbols(monkeypatch: pytest.MonkeyPatch) -> None:
    core, settings = Core(bundled()), CodingSettings()
    picture = SourcePicture.from_rgb(PICTURE)
    targets = core.analyse(picture, 1, settings)
    coded = core.quantise(picture, targets, OperatingPoint(1, 0), settings)
    other = core.quantise(picture, targets, OperatingPoint(1, 40), settings)
    data, wrong = core.write(coded), Core(bundled()).write(other)

    def swapped(found: Coded, *, check: Check) -> Written:
        return Written(wrong, written(found, check=check).content)

    with monkeypatch.context() as patched:  # a coder that writes something else than it was given
        patched.setattr(core_module, "written", swapped)
        assert core.write(coded) == wrong
    with pytest.raises(NotWhatWasCoded, match="headers"):
        core.decoded_size(wrong)

    def synthesised(*_: object) -> None:
        raise AssertionError("the picture is not needed")

    with monkeypatch.context() as patched:
        patched.setattr(Models, "synthesis", synthesised)
        assert core.decoded_size(data) == (160, 224)
        with pytest.raises(AssertionError):
            core.decoded_size(STREAM.read_bytes())  # somebody else's is decoded to its picture
    with pytest.raises(CodestreamError):
        core.decoded_size(data[:-9])  # what is not what was written is somebody else's too


def test_a_bundle_of_long_ago_is_forgotten() -> None:
    core, data = Core(bundled()), STREAM.read_bytes()
    first = core.read(data, "latent")
    assert core.synthesise(first, "sop").stage is Stage.PICTURE
    for _ in range(4):
        core.read(data, "headers")
    with pytest.raises(BundleNotOurs):
        core.synthesise(first)


def test_decoded_pictures_are_coded_again_from_their_latents_at_a_point_only() -> None:
    core, settings, point = Core(bundled()), CodingSettings(), OperatingPoint(1, 0, 300)
    original = photograph(192, 256)
    assert core.decoded_again(SourcePicture.from_rgb(original), point, settings) is None
    first = refdec.encode(original, displacement=0, chroma_displacement=300)
    picture = refdec.decode(first).array
    found = core.decoded_again(SourcePicture.from_rgb(picture), point, settings)
    assert found is not None
    assert refdec.encode(picture, displacement=0, chroma_displacement=300) == found
    assert refdec.encode(picture, displacement=0, chroma_displacement=300, encoder="refine") == found
    searched = refdec.encode(picture, bpp=8 * len(first) / (192 * 256))
    assert searched != found
    gray = SourcePicture.from_rgb(np.stack([picture[..., 1]] * 3, axis=-1))
    assert core.decoded_again(gray, point, settings) is None
    ten_bits = replace(settings, bit_depth=10)
    assert core.decoded_again(SourcePicture.from_rgb(picture), point, ten_bits) is None


def test_finding_latents_again_has_its_limit_of_memory() -> None:
    settings, point = CodingSettings(), OperatingPoint(1, 0, 300)
    first = refdec.encode(photograph(192, 256), displacement=0, chroma_displacement=300)
    picture = refdec.decode(first)
    need = room.again_bytes(read_headers(read_codestream(first)).picture, 3 * 192 * 256, networks="light", cubes=False)
    source = SourcePicture.from_rgb(picture.array)
    with pytest.raises(TooMuchMemory):
        Core(bundled(), limits=Limits(memory_bytes=need - 1)).decoded_again(source, point, settings)
    assert Core(bundled(), limits=Limits(memory_bytes=need)).decoded_again(source, point, settings) is not None
