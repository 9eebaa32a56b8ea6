"""The memory that an encode is said to need is an upper bound of what it takes, and not far from it."""

from __future__ import annotations

import numpy as np
import pytest

import refdec
from refdec.decoding.models import models_of
from refdec.encoding import quantiser, room, targets
from refdec.encoding.again import coded_again
from refdec.encoding.draft import EncodeSettings, draft_header
from refdec.encoding.encoder import code, prepare, targets_of, write
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from refdec.limits import Limits, TimeIsUp, TooLarge, TooMuchMemory, TooMuchMemoryToEncode
from refdec.networks import exact_forms
from refdec.plugins.api import CodingSettings, OperatingPoint, SourcePicture
from refdec.plugins.core import Core
from refdec.plugins.core_errors import NoModel
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.encodable import bundled, photograph, source
from tests.memory import peak_of

SIZES = ((64, 64), (512, 768))
LARGEST = 108_000_000
NEAR = 3
"""An estimate is at most that many times the peak, beside what does not grow."""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cubes", [False, True])
def test_analysis_and_coding_stay_below_their_estimates(size: tuple[int, int], cubes: bool) -> None:
    given, settings, models = source(*size), EncodeSettings(cubes=cubes), models_of(bundled(), 1)
    draft, made = draft_header(given, settings, 1), targets_of(given, settings, models)
    needed = room.analysis_bytes(draft, 0, networks="light")
    peak = peak_of(lambda: targets_of(given, settings, models))
    assert peak <= needed <= NEAR * peak + room.FIXED_BYTES
    needed = room.coding_bytes(draft, 0, cubes=cubes, whole=False)

    def coded() -> bytes:
        y = made.y[0].copy(), made.y[1].copy()
        return write(code(prepare(given, settings, models, y, made.z_hat), (0, 300)))

    peak = peak_of(coded)
    assert peak <= needed <= NEAR * peak + room.FIXED_BYTES


def test_finding_latents_again_stays_below_its_estimate() -> None:
    first = refdec.encode(photograph(512, 768), displacement=0, chroma_displacement=300, check=False)
    planes = refdec.decode(first).planes
    given, settings, models = input_from_codes(planes, 8, rgb=True), EncodeSettings(), models_of(bundled(), 1)
    y = targets_of(given, settings, models).y
    needed = room.again_bytes(draft_header(given, settings, 1), 3 * planes[0].size, networks="light", cubes=False)

    def again() -> None:
        coded_again(code(prepare(given, settings, models, y), (0, 300)), networks="light", limits=Limits())

    peak = peak_of(again) + y[0].nbytes + y[1].nbytes
    assert peak <= needed <= NEAR * peak + room.FIXED_BYTES


@pytest.mark.parametrize("networks", ["bop", "hop"])
def test_the_reference_analysis_stays_below_its_estimate(networks: str) -> None:
    given, settings, models = source(200, 330), EncodeSettings(), models_of(seeded_pack(1), 0)
    needed = room.analysis_bytes(draft_header(given, settings, 0), 0, networks=networks)
    peak = peak_of(lambda: targets_of(given, settings, models, networks=networks))
    assert peak <= needed <= NEAR * peak + room.FIXED_BYTES


def test_tiles_bound_the_analysis_of_hop() -> None:
    """It takes a tile as a whole, and a tile is a megapixel at most."""
    one, many = (
        draft_header(EncoderInput((plane, plane, plane), 8, rgb=True), EncodeSettings(), 1)
        for plane in (np.broadcast_to(np.uint8(0), size) for size in ((1024, 1024), (2048, 3072)))
    )
    growth = room.analysis_bytes(many, 0, networks="hop") - room.analysis_bytes(one, 0, networks="hop")
    assert growth <= 8 * (2048 * 3072 - 1024 * 1024)
    with pytest.raises(TooMuchMemoryToEncode) as caught:
        refdec.encode(
            photograph(512, 768),
            model=0,
            displacement=0,
            weights=seeded_pack(1),
            options={"networks": "hop"},
            limits=Limits(memory_bytes=200 << 20),
        )
    assert "--option networks=bop" in caught.value.explain()


def test_what_guests_are_given_stays_below_its_estimate() -> None:
    core, picture, settings = Core(bundled()), SourcePicture.from_rgb(photograph(256, 384)), CodingSettings()
    made = core.analyse(picture, 1, settings)
    peak = peak_of(lambda: core.quantise(picture, made, OperatingPoint(1), settings))
    with pytest.raises(TooMuchMemoryToEncode) as caught:
        Core(bundled(), limits=Limits(memory_bytes=0)).quantise(picture, made, OperatingPoint(1), settings)
    assert peak <= caught.value.needed_bytes <= 2 * NEAR * peak + room.FIXED_BYTES


def test_windows_bound_what_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the windows a sample costs its latents and symbols alone, 7 bytes, and what small pictures keep, 8."""
    monkeypatch.setattr(quantiser, "WINDOW", (16, 16))
    monkeypatch.setattr(targets, "WINDOW", (8, 8))
    monkeypatch.setattr(
        exact_forms, "MOST_BLOCK_BYTES", exact_forms.BLOCK_BYTES
    )  # a block is the same room at any size
    models, settings = models_of(bundled(), 1), EncodeSettings()

    def peak(width: int) -> int:
        given = source(256, width)
        made = targets_of(given, settings, models)
        return peak_of(lambda: write(code(prepare(given, settings, models, made.y, made.z_hat), (0, 300))))

    grown = (peak(1024) - peak(512)) / (256 * 512)
    assert grown < 16


@pytest.mark.parametrize("networks", ["light", "bop", "hop"])
def test_the_largest_pictures_are_said_to_fit(networks: str) -> None:
    """12000 x 9000 and its codes."""
    plane = np.broadcast_to(np.uint8(0), (9000, 12000))
    draft = draft_header(EncoderInput((plane, plane, plane), 8, rgb=True), EncodeSettings(), 1)
    assert room.analysis_bytes(draft, 3 * plane.size, networks=networks) < (1.5e9 if networks == "hop" else 1.3e9)
    assert room.coding_bytes(draft, 3 * plane.size, cubes=False, whole=False) < 1.3e9


PICTURE = photograph(80, 96)


def test_limits_of_an_encode() -> None:
    with pytest.raises(TooMuchMemoryToEncode, match="Encoding needs about") as caught:
        refdec.encode(PICTURE, limits=Limits(memory_bytes=1 << 20))
    assert isinstance(caught.value, TooMuchMemory) and "--limit-memory" in caught.value.explain()
    with pytest.raises(TooLarge, match="7680"):
        refdec.encode(PICTURE, limits=Limits(pixels=7679))
    with pytest.raises(TimeIsUp):
        refdec.encode(PICTURE, limits=Limits(seconds=0))
    assert refdec.encode(PICTURE, limits=Limits(memory_bytes=1 << 30, pixels=7680, seconds=600)) == refdec.encode(
        PICTURE
    )


@pytest.mark.parametrize("encoder", ["analysis", "refine"])
def test_limits_hold_for_guests_too(encoder: str) -> None:
    for limits, error in (
        (Limits(memory_bytes=1 << 20), TooMuchMemoryToEncode),
        (Limits(pixels=100), TooLarge),
        (Limits(seconds=0), TimeIsUp),
    ):
        with pytest.raises(error):
            refdec.encode(PICTURE, encoder=encoder, limits=limits, check=False)


def test_a_pack_without_networks_is_named_before_the_room() -> None:
    core = Core(WeightPack.of([]), limits=Limits(memory_bytes=0))
    with pytest.raises(NoModel):
        core.analyse(SourcePicture.from_rgb(PICTURE), 1, CodingSettings())
