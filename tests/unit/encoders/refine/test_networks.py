"""What the search walks through: costs of symbols, and the transform that is taken."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine.choice import LARGEST
from refdec_encoders.refine.networks import Networks, SymbolCosts

from refdec.plugins.api import Refusal
from refdec.plugins.core import Core
from refdec.weights.pack import WeightPack
from tests.encodable import bundled


def test_bits_go_straight_from_symbol_to_symbol() -> None:
    table = Core(bundled()).symbol_cost_table_q16(LARGEST)
    costs = SymbolCosts.of(table)
    level = np.array([3, 3, 3, 20, 20], np.int32)
    whole, share = np.array([0, -1, 0, 5, 400], np.float32), np.array([0, 0, 0.5, 0.25, 0.5], np.float32)
    bits, slope = costs.between(whole, share, level)
    exact = table / 65536
    at_3, at_20 = exact[3, LARGEST:], exact[20, LARGEST:]
    assert bits[:2].tolist() == pytest.approx([at_3[0], exact[3, LARGEST - 1]])
    assert bits[2] == pytest.approx((at_3[0] + at_3[1]) / 2) and slope[2] == pytest.approx(at_3[1] - at_3[0])
    assert bits[3] == pytest.approx(0.75 * at_20[5] + 0.25 * at_20[6])
    assert bits[4] == pytest.approx(at_20[LARGEST]) and slope[4] == 0


def test_the_first_listed_transform_that_has_a_derivative_is_taken() -> None:
    core = Core(bundled())
    bop, sop = (Networks.of(core, 1, listed) for listed in (("HOP", "BOP"), ("SOP", "BOP")))
    assert Networks.of(core, 1, ()).luma.tail.conv3.ahead.outputs == bop.luma.tail.conv3.ahead.outputs
    assert bop.luma.tail.conv3.ahead.outputs != sop.luma.tail.conv3.ahead.outputs


def test_weights_without_bop_and_sop_are_refused() -> None:
    pack = bundled()
    kept = [pack.by_name(name) for name in pack.names() if "decoder" not in name]
    with pytest.raises(Refusal, match="neither BOP nor SOP"):
        Networks.of(Core(WeightPack.of(kept)), 1, ())
