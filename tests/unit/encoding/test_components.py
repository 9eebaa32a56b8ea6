"""Coding in windows (3.B.4, 4.4.4): the bytes of the whole, whatever the windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.bitstream.headers import Edition
from refdec.decoding.models import models_of
from refdec.encoding import codestream, hyperwindows, quantiser
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoder import Coded, code, prepare, targets_of, write
from refdec.encoding.outcome import kept, symbols_of
from refdec.encoding.values import SymbolChoice
from tests.encodable import bundled, source

QUALITY = np.tile(np.array([-8, -3, 0, 6, 8, 2, -1, 4], np.int32), (17, 9))[:17, :65]
SIZE = (270, 1030)
LOW, MIDDLE = (-1400, -1300), (0, 300)
CASES: dict[str, tuple[EncodeSettings, tuple[int, int]]] = {
    "plain": (EncodeSettings(), MIDDLE),
    "cubes": (EncodeSettings(cubes=True), LOW),
    "dependent": (EncodeSettings(regions=(1, 2)), MIDDLE),
    "dependent_cubes": (EncodeSettings(regions=(1, 3), cubes=True), LOW),
    "independent": (EncodeSettings(regions=(2, 4), independent_regions=True, edition=Edition.DRAFT), MIDDLE),
    "independent_cubes": (
        EncodeSettings(regions=(2, 4), independent_regions=True, edition=Edition.DRAFT, cubes=True),
        LOW,
    ),
    "quality_map": (EncodeSettings(quality_map=QUALITY, rvs=True, grfs=True, lsbs=True), MIDDLE),
    "subsampled_few_channels": (EncodeSettings(coded_format=(2, 2), num_chs=(50, 20), threads_r=8), MIDDLE),
}


def coded(settings: EncodeSettings, beta: tuple[int, int]) -> Coded:
    given, models = source(*SIZE), models_of(bundled(), 1)
    targets = targets_of(given, settings, models)
    return code(prepare(given, settings, models, targets.y, targets.z_hat), beta)


@pytest.mark.parametrize("name", sorted(CASES))
def test_bytes_do_not_depend_on_the_windows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, beta = CASES[name]
    whole = coded(settings, beta)
    if settings.cubes:
        assert whole.parts[0].cube_flags is not None  # else the case would show nothing
    data = write(whole)
    monkeypatch.setattr(hyperwindows, "KEPT_POSITIONS", 0)
    monkeypatch.setattr(hyperwindows, "SUM_WINDOW", (8, 16))
    monkeypatch.setattr(codestream, "SLICE_POSITIONS", 5000)
    monkeypatch.setattr(quantiser, "WINDOW", (16, 32))
    again = coded(settings, beta)
    assert write(again) == data
    assert write(kept(again)) == data  # asked for a second time, made a second time
    assert all(np.array_equal(symbols_of(again, c), symbols_of(whole, c)) for c in (0, 1))


@pytest.mark.parametrize("regions", [(1, 1), (1, 2)])
def test_a_chooser_is_asked_about_whole_regions(regions: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantiser, "WINDOW", (16, 16))
    settings = EncodeSettings(regions=regions)
    given, models = source(*SIZE), models_of(bundled(), 1)
    targets = targets_of(given, settings, models)
    prepared, seen = prepare(given, settings, models, targets.y, targets.z_hat), []

    def nearest(choice: SymbolChoice) -> np.ndarray:
        seen.append((choice.component, choice.region, choice.phase))
        return choice.nearest

    asked = code(prepared, MIDDLE, chooser=nearest)
    luma = [(0, region, phase) for region in range(regions[1]) for phase in range(4)]
    assert seen == [*luma, (1, 0, 0)]
    assert write(asked) == write(code(prepared, MIDDLE))
    assert len(seen) == 4 * regions[1] + 1  # writing asks nobody


def test_tools_that_are_off_leave_no_flags() -> None:
    made = coded(replace(CASES["plain"][0]), MIDDLE)
    assert [part.cube_flags for part in made.parts] == [None, None]
    assert [part.grfs_flags for part in made.parts] == [None, None]
