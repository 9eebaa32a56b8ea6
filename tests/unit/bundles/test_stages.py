"""Names and order of the stages."""

from __future__ import annotations

import pytest

from refdec.bundles import Stage
from refdec.bundles.errors import UnknownStage


def test_stages_are_ordered_as_they_are_decoded() -> None:
    assert sorted(Stage, key=lambda s: s.value) != list(Stage)  # the alphabet is not the order
    assert sorted(Stage) == [Stage.HEADERS, Stage.SYMBOLS, Stage.LATENT, Stage.PICTURE]
    assert Stage.PICTURE > Stage.LATENT >= Stage.LATENT
    assert Stage.HEADERS <= Stage.HEADERS < Stage.SYMBOLS


def test_a_stage_is_found_by_its_name() -> None:
    assert Stage.of("latent") is Stage.LATENT
    assert Stage.of(Stage.LATENT) is Stage.LATENT
    assert str(Stage.LATENT) == "latent"
    with pytest.raises(UnknownStage, match="headers, symbols, latent, picture"):
        Stage.of("pixels")
