"""y_hat of a codestream, window by window, is what the decoder has before LSBS."""

from __future__ import annotations

import numpy as np
import pytest

import refdec
from refdec.decoding.opening import open_codestream
from refdec.limits import unchecked
from refdec.transcoding import streamsymbols
from tests.encodable import bundled, photograph


@pytest.mark.parametrize("lsbs", [False, True])
def test_latents_of_windows_are_those_that_a_decoder_shows(lsbs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamsymbols, "LATENT_WINDOW", (4, 2))
    data = refdec.encode(photograph(96, 160), lsbs=lsbs, check=False)
    shown: dict[str, np.ndarray] = {}
    refdec.decode(data, observe=lambda stage, array: shown.__setitem__(stage, array.copy()))
    opened = open_codestream(data, bundled())
    symbols = streamsymbols.decoded_symbols(opened)
    for c, name in enumerate(("Y", "UV")):
        made = streamsymbols.decoded_latents(opened.headers, symbols, opened.models, c, unchecked)
        assert np.array_equal(made, shown[f"latent_before_lsbs.{name}"])
        assert np.array_equal(made, shown[f"latent.{name}"]) is not lsbs
